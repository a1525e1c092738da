"""Multipart bodies as people and programs really write them: boundaries, names, charsets and encodings of parts."""

from __future__ import annotations

import pytest

from adapter.errors import Undecodable
from adapter.intake.payload import Payload
from tests.intake.test_decode import codes, multipart, read

HEADER = "multipart/form-data; boundary=X"
FILE = {"type": "application/octet-stream", "size": 3}


def parts(*heads: tuple[str, str | bytes], boundary: str = "X") -> bytes:
    """A body of (header lines, content) parts."""
    lines = [
        f"--{boundary}\r\n{head}\r\n\r\n".encode() + (text.encode() if isinstance(text, str) else text) + b"\r\n"
        for head, text in heads
    ]
    return b"".join(lines) + f"--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('; name="a"', "a"),
        ("; name=a", "a"),
        ("; name=Full Name", "Full Name"),
        ("; name=Full Name ; x=y", "Full Name"),
        ("; name=q[0][b]", "q[0][b]"),
        ("; name = q[0]", "q[0]"),
        ('; name="a; name=b"', "a; name=b"),
        ('; name="name=b; name=c d"', "name=b; name=c d"),
        ('; name="a\\"b"', 'a"b'),
        ('; name="a%22b"', 'a"b'),
        ("; name*=UTF-8''na%C3%AFve", "naïve"),
        ('; NAME="a"', "a"),
        ('; name="¿Qué te interesa?"', "¿Qué te interesa?"),
        ('; name=""', ""),
    ],
)
def test_a_name_is_read_whole(head: str, name: str) -> None:
    payload = read(multipart((head, "1")), HEADER)
    assert name in payload.data
    assert payload.data[name] == "1"
    assert payload.received_keys == (name,)
    assert payload.repairs == ()


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('; filename="x.txt"', "x.txt"),
        ("; filename=my file (1).png", "my file (1).png"),
        ("; filename*=UTF-8''na%C3%AFve.txt", "naïve.txt"),
        ("; filename=\"x.txt\"; filename*=UTF-8''na%C3%AFve.txt", "naïve.txt"),
    ],
)
def test_of_a_file_name_type_and_size_are_kept(head: str, name: str) -> None:
    assert read(multipart(("; name=f" + head, "abc")), HEADER).data == {"f": {"name": name, **FILE}}


@pytest.mark.parametrize("boundary", ["a'()+_,-./:=?", "a+b=c", "a b", "a", "--", "-" * 60, ".*", "X" * 200])
@pytest.mark.parametrize("quoted", [True, False])
def test_any_boundary_is_found(boundary: str, quoted: bool) -> None:
    header = f'multipart/form-data; boundary="{boundary}"' if quoted else f"multipart/form-data; boundary={boundary}"
    body = multipart(("; name=a", f"x --{boundary}\r\n--{boundary}y"), ("; name=b", "2"), boundary=boundary)
    assert read(body, header).data == {"a": f"x --{boundary}\r\n--{boundary}y", "b": "2"}


def test_blanks_behind_a_boundary_and_text_around_the_parts_are_passed_over() -> None:
    body = b"preamble\r\n--X \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X-- \r\nepilogue"
    assert read(body, HEADER).data == {"a": "1"}


def test_the_last_boundary_may_lack_its_hyphens() -> None:
    payload = read(b"--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--X\r\n", HEADER)
    assert payload.data == {"a": "1"}
    assert codes(payload) == [("", "closing_boundary")]


def test_no_part_at_all_is_an_empty_form() -> None:
    payload = read(b"--X--\r\n", HEADER)
    assert (payload.decoded_as, payload.data) == ("multipart", {})


def test_each_part_has_its_own_charset() -> None:
    body = parts(
        ("Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=koi8-r", "ж".encode("koi8-r")),
        ("Content-Disposition: form-data; name=b\r\nContent-Type: text/plain; charset=utf-16", "ж".encode("utf-16")),
        ("Content-Disposition: form-data; name=c", "ж"),
        ("Content-Disposition: form-data; name=d", b"\xe9"),
    )
    payload = read(body, HEADER)
    assert payload.data == {"a": "ж", "b": "ж", "c": "ж", "d": "é"}
    assert codes(payload) == [("b", "bom"), ("d", "charset")]


def test_a_name_in_latin_1_changes_neither_the_other_texts_nor_the_size_of_files() -> None:
    body = parts(
        ("Content-Disposition: form-data; name=f; filename=@.bin", b"\x00\xff\x81\x8d"),
        ("Content-Disposition: form-data; name=g; filename*=UTF-8''%E2%82%AC.bin", b""),
        ("Content-Disposition: form-data; name=caf@", "Zoë €"),
    ).replace(b"@", b"\xe9")
    payload = read(body, HEADER)
    assert payload.data["f"] == {"name": "é.bin", "type": "application/octet-stream", "size": 4}
    assert payload.data["g"]["name"] == "€.bin"
    assert payload.data["café"] == "Zoë €"
    assert codes(payload) == [("", "charset")]


@pytest.mark.parametrize(
    ("encoding", "content"), [("base64", "SG\r\nVsbG8="), ("Quoted-Printable", "H=65l=\r\nlo"), ("8bit", "Hello")]
)
def test_a_transfer_encoding_is_undone(encoding: str, content: str) -> None:
    head = f"Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: {encoding}"
    payload = read(parts((head, content)), HEADER)
    assert payload.data == {"a": "Hello"}
    assert bool(payload.repairs) is (encoding != "8bit")


def test_what_is_not_base64_stays() -> None:
    head = "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64"
    assert read(parts((head, "Hello!")), HEADER).data == {"a": "Hello!"}


def test_json_that_a_browser_sent_as_a_blob_is_a_field() -> None:
    head = 'Content-Disposition: form-data; name="data"; filename="blob"\r\nContent-Type: '
    payload = read(parts((head + "application/json", '{"a": 1}')), HEADER)
    assert payload.data == {"data": {"a": 1}, "a": 1}
    assert ("data", "unnamed_file") in codes(payload)
    picture = read(parts((head + "image/png", "abc")), HEADER)
    assert picture.data == {"data": {"name": "blob", "type": "image/png", "size": 3}}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (multipart(("; name=a", "1"))[:-6], "part 1"),
        (multipart(("; name=a", "1"), ("; name=b", "2"))[:-6], "part 2"),
        (b"--X\r\nContent-Type: text/plain\r\n\r\n1\r\n--X--", "part 1"),
        (b"--X\r\nContent-Disposition: form-data; name=a\r\n--X--", "part 1"),
        (b"--X\r\nA: " + b"x" * 20_000 + b"\r\n\r\n1\r\n--X--", "head of part 1"),
    ],
)
def test_a_damaged_body_is_refused_by_its_part(body: bytes, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        read(body, HEADER)


def refused_or_read(body: bytes) -> Payload | None:
    try:
        return read(body, HEADER)
    except Undecodable:
        return None


def test_wherever_it_is_cut_no_half_value_is_taken() -> None:
    body = multipart(("; name=a", "first"), ('; name=b; filename="f"', "second"))
    whole = {"a": "first", "b": {"name": "f", "type": FILE["type"], "size": 6}}
    assert read(body, HEADER).data == whole
    for end in range(len(body)):
        payload = refused_or_read(body[:end])
        assert payload is None or payload.data.items() <= whole.items()
