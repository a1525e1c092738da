"""What each shape of body becomes: the format is told by content, and every change is noted."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import Undecodable
from adapter.intake.decode import REPAIRS, decode
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"


def read(body: bytes | str = b"", content_type: str | None = None, query: str = "", method: str = "POST") -> Payload:
    raw = body.encode() if isinstance(body, str) else body
    headers = () if content_type is None else (("Content-Type", content_type),)
    return decode(RawRequest(method, "/hooks/shop", query, headers, raw))


def codes(payload: Payload) -> list[tuple[str, str]]:
    assert {repair.code for repair in payload.repairs} <= REPAIRS.keys()
    return [(repair.field, repair.code) for repair in payload.repairs]


def multipart(*parts: tuple[str, str], boundary: str = "X", end: str = "\r\n") -> bytes:
    """A multipart body of (header behind form-data, content) parts."""
    lines = "".join(
        f"--{boundary}{end}Content-Disposition: form-data{head}{end}{end}{content}{end}" for head, content in parts
    )
    return f"{lines}--{boundary}--{end}".encode()


BODIES: list[tuple[str, bytes | str, str | None, str, Any]] = [
    ("json", '{"a": 1}', JSON, "json", {"a": 1}),
    ("json without header", '{"a": 1}', None, "json", {"a": 1}),
    ("json with empty header", '{"a": 1}', "", "json", {"a": 1}),
    ("json as form", '{"a": "1+1=2&b=3"}', FORM, "json", {"a": "1+1=2&b=3"}),
    ("json as text", '\r\n {"a": 1}\r\n', "text/plain;charset=UTF-8", "json", {"a": 1}),
    ("vendor json", '{"a": 1}', "application/vnd.api+json", "json", {"a": 1}),
    ("json array", '[{"a": 1}, {"a": 2}]', JSON, "json", [{"a": 1}, {"a": 2}]),
    ("json array of one", '[{"a": 1}]', JSON, "json", {"a": 1}),
    ("json array of one text", '["a"]', JSON, "json", ["a"]),
    ("json empty array", "[]", JSON, "json", []),
    ("json empty object", "{}", JSON, "json", {}),
    ("json null", "null", JSON, "empty", {}),
    ("json blank text", '" "', JSON, "empty", {}),
    ("json twice", r'"{\"a\": 1}"', JSON, "json", {"a": 1}),
    ("form in json", '"name=Zoë&qty=2"', JSON, "form", {"name": "Zoë", "qty": "2"}),
    ("form", "a=1&b=x+y&c=%2B49&d=", FORM, "form", {"a": "1", "b": "x y", "c": "+49", "d": ""}),
    ("form repeated", "a=1&b=2&a=3&a=4", FORM, "form", {"a": ["1", "3", "4"], "b": "2"}),
    ("form as json", "a=1&b=2", JSON, "form", {"a": "1", "b": "2"}),
    ("form as text", "a=x+y&b=%2B1", TEXT, "form", {"a": "x y", "b": "+1"}),
    ("form with line break behind", "a=1&b=2\r\n", FORM, "form", {"a": "1", "b": "2"}),
    ("form with bad escape", "a=50%&b=%zz", FORM, "form", {"a": "50%", "b": "%zz"}),
    ("form semicolon", "a=1;b=2", FORM, "form", {"a": "1;b=2"}),
    ("lines", "name=Ana\r\nphone=+34 6\r\nmessage=hi = there\r\n", TEXT, "text",
     {"name": "Ana", "phone": "+34 6", "message": "hi = there"}),
    ("lines going on", "message=one\r\ntwo & three\r\nname=Ana", TEXT, "text",
     {"message": "one\ntwo & three", "name": "Ana"}),
    ("one line", "phone=+34600000001", TEXT, "text", {"phone": "+34600000001"}),
    ("one line with &", "name=Tom & Jerry", TEXT, "text", {"name": "Tom & Jerry"}),
    ("python", "{'a': 'x', 'b': True, 'c': None, 'd': (1, 2), 7: 'n'}", JSON, "python",
     {"a": "x", "b": True, "c": None, "d": [1, 2], "7": "n"}),
    ("xml", "<lead><name>Ana</name><tag>a</tag><tag>b</tag></lead>", "text/xml", "xml",
     {"name": "Ana", "tag": ["a", "b"]}),
    ("xml rootless", '<?xml version="1.0"?>\n<a>1</a>\n<b>2</b>', None, "xml", {"a": "1", "b": "2"}),
    ("xml rootless of one", "<phone>+49 221</phone>", None, "xml", {"phone": "+49 221"}),
    ("xml bare ampersand", "<r><a>Tom & Co</a><b>A&amp;B <![CDATA[C & D]]></b></r>", None, "xml",
     {"a": "Tom & Co", "b": "A&B C & D"}),
    ("xml with html's entities", "<r><a>caf&eacute;&nbsp;&AMP; &lt;&LT;&nosuch;</a></r>", None, "xml",
     {"a": "café\u00a0& <<&nosuch;"}),
    ("xml prefix undeclared", "<sf:Lead><sf:Phone>+1</sf:Phone></sf:Lead>", "text/xml", "xml", {"Phone": "+1"}),
    ("xml mixed", "<r>\n one <b>2</b>\n three <!-- x --> four</r>", None, "xml", {"b": "2", "#text": "one three  four"}),
    ("json in apostrophes", "'{\"a\": 1}'", JSON, "json", {"a": 1}),
    ("json in a fence", "```json\n{\"a\": 1}\n```\n", TEXT, "json", {"a": 1}),
    ("xml in a fence", "```\n<r><a>1</a></r>\n```", TEXT, "xml", {"a": "1"}),
    ("form that begins with an apostrophe", "'a=1", FORM, "form", {"'a": "1"}),
    ("json as key", "%7B%22a%22%3A+1%7D=", FORM, "json", {"a": 1}),
    ("json percent-encoded", "%5B%7B%22a%22%3A%22x%3Dy%22%7D%5D", FORM, "json", {"a": "x=y"}),
    ("key that begins as json", "%7Bx%7D=", FORM, "form", {"{x}": ""}),
    ("python in a wrapper", "data={'a': True}", FORM, "form", {"data": {"a": True}, "a": True}),
    ("python elsewhere is text", "note={'a': True}", FORM, "form", {"note": "{'a': True}"}),
    ("xml attributes", '<order id="7"><total currency="EUR">12.50</total><note/></order>', None, "xml",
     {"@id": "7", "total": {"@currency": "EUR", "#text": "12.50"}, "note": ""}),
    ("xml namespaces", '<s:a xmlns:s="urn:x" xmlns:i="urn:i"><s:b i:nil="true"/><s:c>1</s:c></s:a>', None, "xml",
     {"b": None, "c": "1"}),
    ("xml utf-16 said, utf-8 sent", '<?xml version="1.0" encoding="UTF-16"?><a><b>ë</b></a>', None, "xml", {"b": "ë"}),
    ("blank", b"", JSON, "empty", {}),
    ("blanks", b" \r\n\t", FORM, "empty", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "header", "decoded_as", "data"), [row[1:] for row in BODIES], ids=[r[0] for r in BODIES]
)
def test_it_reads_each_shape(body: bytes | str, header: str | None, decoded_as: str, data: Any) -> None:
    payload = read(body, header)
    assert (payload.decoded_as, payload.data) == (decoded_as, data)
    assert payload.because


def test_it_says_why_a_wrong_header_was_not_believed() -> None:
    payload = read("a=1", JSON)
    assert payload.because == "the body is key=value although the header said JSON"
    assert [(r.code, r.was, r.now) for r in payload.repairs] == [("content_type", JSON, "form")]


@pytest.mark.parametrize("header", [None, "", "application/octet-stream", JSON, "application/problem+json"])
def test_a_header_that_names_no_other_format_needs_no_repair(header: str | None) -> None:
    assert read('{"a": 1}', header).repairs == ()


def test_a_boundary_in_the_text_of_json_does_not_make_it_multipart() -> None:
    payload = read('{"a": "--X"}', "multipart/form-data; boundary=X")
    assert (payload.decoded_as, payload.data) == ("json", {"a": "--X"})
    assert payload.because == "the body is JSON although the header said multipart"


def test_a_value_cut_at_a_bare_ampersand_is_told() -> None:
    payload = read("name=Tom & Jerry&flag&qty=1", FORM)
    assert payload.data == {"name": "Tom ", "Jerry": "", "flag": "", "qty": "1"}
    assert [sentence for sentence in payload.warnings if '"Jerry"' in sentence and "%26" in sentence]
    assert len(payload.warnings) == 1


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", " BR "])
def test_a_compressed_body_is_refused_whatever_its_bytes(coding: str) -> None:
    request = RawRequest("POST", "/hooks/shop", "", (("Content-Encoding", coding),), b"x\x9c=\x00\xff&")
    with pytest.raises(Undecodable, match="compressed"):
        decode(request)


def test_a_text_is_read_though_its_header_says_compressed() -> None:
    request = RawRequest("POST", "/hooks/shop", "", (("Content-Encoding", "gzip"),), b'{"a": 1}')
    assert decode(request).data == {"a": 1}


def test_of_many_notes_those_of_the_request_are_kept_and_the_cut_is_told() -> None:
    payload = read("&".join(f"k{i}=[1]" for i in range(300)), JSON)
    assert ("", "content_type") in codes(payload)
    assert len(payload.repairs) == 101
    assert "More than 100" in payload.warnings[-1]


def test_a_note_is_one_line() -> None:
    payload = read('{" a\nb\u2028c": 1}', JSON)
    assert [repair.was for repair in payload.repairs if repair.code == "key_blanks"] == [" a b c"]


def test_a_json_string_is_what_its_header_says() -> None:
    assert codes(read('"a=1"', JSON)) == [("", "double_encoded")]


CHARSETS: list[tuple[str, bytes, str, str, list[tuple[str, str]]]] = [
    ("utf-8", '{"a": "é"}'.encode(), JSON, "é", []),
    ("bom", b'\xef\xbb\xbf{"a": "\xc3\xa9"}', JSON, "é", [("", "bom")]),
    ("utf-16 with bom", '{"a": "é"}'.encode("utf-16"), JSON, "é", [("", "bom")]),
    ("utf-16 little", '{"a": "é"}'.encode("utf-16-le"), JSON, "é", [("", "charset")]),
    ("utf-16 big", '{"a": "é"}'.encode("utf-16-be"), JSON, "é", [("", "charset")]),
    ("declared latin", '{"a": "é"}'.encode("latin-1"), f"{JSON}; charset=ISO-8859-1", "é", []),
    ("declared quoted", '{"a": "ж"}'.encode("koi8-r"), f'{JSON}; charset="koi8-r"', "ж", []),
    ("undeclared latin", '{"a": "é“"}'.encode("cp1252"), JSON, "é“", [("", "charset")]),
    ("declared utf-8, sent latin", '{"a": "é"}'.encode("latin-1"), f"{JSON}; charset=utf-8", "é", [("", "charset")]),
    ("declared unknown", '{"a": "é"}'.encode(), f"{JSON}; charset=unicode_escape", "é", []),
    ("declared utf-16, sent utf-8", '{"a": "é"} '.encode(), f"{JSON}; charset=utf-16", "é", [("", "charset")]),
    ("declared utf-16, no mark", "имя=é&a=é".encode("utf-16-le"), f"{FORM}; charset=UTF-16", "é", []),
    ("declared utf-16 big, no mark", "имя=é&a=é".encode("utf-16-be"), f"{FORM}; charset=utf-16be", "é", []),
    ("declared latin, sent utf-8", '{"a": "é"}'.encode(), f"{JSON}; charset=ISO-8859-1", "é", [("", "charset")]),
    ("declared shift_jis", '{"a": "日本"}'.encode("shift_jis"), f"{JSON}; charset=Shift_JIS", "日本", []),
    ("declared latin, plain", b'{"a": "e"}', f"{JSON}; charset=ISO-8859-1", "e", []),
    (
        "declared by the xml",
        '<?xml version="1.0" encoding="windows-1251"?><r><a>ж</a></r>'.encode("cp1251"),
        "text/xml",
        "ж",
        [],
    ),
    (
        "declared by header and xml",
        '<?xml version="1.0" encoding="utf-8"?><r><a>ж</a></r>'.encode("koi8-r"),
        "text/xml; charset=koi8-r",
        "ж",
        [],
    ),
    ("declared cannot", "a=ć".encode(), f"{FORM}; charset=shift_jis", "ć", [("", "charset")]),
    ("form percent utf-8", b"a=%C3%A9", FORM, "é", []),
    ("form percent latin", b"a=%E9", FORM, "é", [("", "charset")]),
    ("form percent declared", b"a=%E6", f"{FORM}; charset=iso-8859-2", "ć", [("", "charset")]),
    ("form raw and percent latin", b"a=\xe9%E9", FORM, "éé", [("", "charset")]),
    ("form percent utf-8, said latin", b"a=%C3%A9", f"{FORM}; charset=iso-8859-1", "é", []),
]


@pytest.mark.parametrize(
    ("body", "header", "text", "noted"), [row[1:] for row in CHARSETS], ids=[r[0] for r in CHARSETS]
)
def test_it_reads_the_charset_that_was_sent(body: bytes, header: str, text: str, noted: list[tuple[str, str]]) -> None:
    payload = read(body, header)
    assert payload.data["a"] == text
    assert codes(payload) == noted


def test_nul_and_broken_characters_are_taken_out() -> None:
    payload = read(r'{"a": "x\u0000y", "b": {"c": ["\ud83d"]}, "d\u0000": "\ud83d\ude00"}')
    assert payload.data == {"a": "xy", "b": {"c": ["\ufffd"]}, "d": "😀"}
    assert codes(payload) == [("a", "nul_removed"), ("b", "surrogate_replaced"), ("d", "nul_removed")]
    assert payload.received_keys == ("a", "b", "d")
    assert read("a=x%00y").data == {"a": "xy"}


def test_query_alone() -> None:
    payload = read(query="email=a%2Bb%40x.io&name=A%20%26+B&tags=x&tags=y&empty=", method="GET")
    assert payload.decoded_as == "query"
    assert payload.data == {"email": "a+b@x.io", "name": "A & B", "tags": ["x", "y"], "empty": ""}
    assert payload.received_keys == ("email", "name", "tags", "empty")


def test_the_body_wins_over_the_query_and_a_warning_says_so() -> None:
    payload = read('{"a": 1}', JSON, "a=2&b=3")
    assert payload.data == {"a": 1, "b": "3"}
    assert payload.decoded_as == "json"
    assert payload.received_keys == ("a", "b")
    assert payload.warnings == ('The key "a" came in the body and in the query string; the body was taken.',)


def test_an_empty_object_leaves_the_query_alone_in_charge() -> None:
    assert read("{}", JSON, "a=1").decoded_as == "query"


def test_a_list_takes_no_query_and_a_warning_says_so() -> None:
    payload = read('[{"a b": 1}, {"c": 2}]', JSON, "t=1")
    assert payload.data == [{"a b": 1}, {"c": 2}]
    assert payload.received_keys == ("a b", "t")
    assert len(payload.warnings) == 1


def test_raw_utf_8_in_the_query_comes_as_latin_1_from_the_server() -> None:
    assert read(query="name=Zo\u00c3\u00ab").data == {"name": "Zoë"}
    assert read(query="name=Zoë").data == {"name": "Zoë"}


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_multipart_fields_files_and_lists(end: str) -> None:
    body = multipart(
        ('; name="name"', "Zoë"),
        ('; name="tag"', "a"),
        ('; name="tag"', "b"),
        (f'; name="file"; filename="é.pdf"{end}Content-Type: application/pdf', "%PDF"),
        ('; name="none"; filename=""', ""),
        ("; name=bare", "1"),
        end=end,
    )
    payload = read(body, "multipart/form-data; boundary=X")
    assert payload.decoded_as == "multipart"
    assert payload.data == {
        "name": "Zoë",
        "tag": ["a", "b"],
        "file": {"name": "é.pdf", "type": "application/pdf", "size": 4},
        "bare": "1",
    }
    assert payload.received_keys == ("name", "tag", "file", "none", "bare")
    assert payload.repairs == ()


@pytest.mark.parametrize("header", [None, "multipart/form-data", "multipart/form-data; boundary=other", JSON])
def test_the_boundary_is_taken_from_the_body_where_the_header_has_none(header: str | None) -> None:
    payload = read(multipart(("; name=a", "1"), boundary="----Web"), header)
    assert (payload.decoded_as, payload.data) == ("multipart", {"a": "1"})
    assert ("", "boundary") in codes(payload)


def test_a_latin_1_part_and_file_name() -> None:
    body = multipart(("; name=a", "é"), ('; name=f; filename="é"', "1")).decode().encode("latin-1")
    payload = read(body, "multipart/form-data; boundary=X")
    assert payload.data == {"a": "é", "f": {"name": "é", "type": "application/octet-stream", "size": 1}}
    assert codes(payload) == [("", "charset"), ("a", "charset")]


def test_a_part_without_a_name_is_left_out_with_a_warning() -> None:
    payload = read(multipart(("", "1"), ("; name=a", "2")), "multipart/form-data; boundary=X")
    assert payload.data == {"a": "2"}
    assert payload.warnings == ("Part 1 of the multipart body has no name and was left out.",)


def test_json_in_a_field_is_read_in_place() -> None:
    payload = read('a={"b": [1]}&l=[1, 2]&t=[new] call {1}&x={broken}', FORM)
    assert payload.data == {"a": {"b": [1]}, "l": [1, 2], "t": "[new] call {1}", "x": "{broken}"}
    assert codes(payload) == [("a", "json_in_field"), ("l", "json_in_field")]
    assert payload.warnings == ()


@pytest.mark.parametrize("wrapper", ["JSONString", "payload", "rawRequest", "data"])
@pytest.mark.parametrize("place", ["form", "query", "multipart"])
def test_a_wrapper_is_opened_to_the_top_level_and_kept(wrapper: str, place: str) -> None:
    text = '{"id": 4600000000000391297, "token": "inner"}'
    payload = {
        "form": lambda: read(f"{wrapper}={text}&token=outer", FORM),
        "query": lambda: read(query=f"{wrapper}={text}&token=outer"),
        "multipart": lambda: read(
            multipart((f"; name={wrapper}", text), ("; name=token", "outer")), "multipart/form-data; boundary=X"
        ),
    }[place]()
    assert payload.data == {
        wrapper: {"id": 4600000000000391297, "token": "inner"},
        "token": "outer",
        "id": 4600000000000391297,
    }
    assert payload.decoded_as == place
    assert payload.received_keys == (wrapper, "token")


def test_a_wrapper_in_json_is_opened_only_where_it_is_text() -> None:
    assert read(r'{"JSONString": "{\"a\": 1}", "b": 2}', JSON).data == {"JSONString": {"a": 1}, "b": 2, "a": 1}
    assert read('{"payload": {"a": 1}}', JSON).data == {"payload": {"a": 1}}
    assert read(r'{"data": "{\"a\": 1}"}', JSON).data == {"data": '{"a": 1}'}
    assert read('{"payload": ""}', JSON).data == {"payload": ""}


def test_a_broken_wrapper_stays_text_and_a_warning_says_where() -> None:
    payload = read('JSONString={"a": "x"y"}', FORM)
    assert payload.data == {"JSONString": '{"a": "x"y"}'}
    assert "line 1 column 10" in payload.warnings[0]


def test_power_automates_description_of_a_multipart_body() -> None:
    payload = read(
        r"""{"$content-type": "multipart/form-data", "$multipart": [
          {"headers": {"content-disposition": "form-data; name=\"To\""}, "body": "whatsapp:+1"},
          {"headers": {"Content-Disposition": "form-data; name=data"}, "body": "{\"a\": 1}"},
          {"headers": {"Content-Disposition": "form-data; name=f; filename=\"x.png\""},
           "body": {"$content-type": "image/png", "$content": "iVBORw0KGgo="}},
          {"body": "nameless"}, 7]}""",
        JSON,
    )
    file = {"name": "x.png", "type": "image/png", "size": 8}
    assert payload.data == {"To": "whatsapp:+1", "data": {"a": 1}, "f": file, "a": 1}
    assert payload.received_keys == ("To", "data", "f")
    assert payload.decoded_as == "json"
    assert len(payload.warnings) == 2


def test_blanks_around_keys_are_dropped_and_the_spelling_kept() -> None:
    payload = read('{"Full Name ": 1, " total": 2, "a ": 3, "a": 4, " ": 5, "in": {"x ": 6}}', JSON)
    assert payload.data == {"Full Name": 1, "total": 2, "a ": 3, "a": 4, " ": 5, "in": {"x": 6}}
    assert payload.received_keys == ("Full Name ", " total", "a ", "a", " ", "in")
    assert codes(payload) == [("Full Name", "key_blanks"), ("total", "key_blanks"), ("in", "key_blanks")]


def test_received_keys_are_unique_and_bounded() -> None:
    assert read("&".join(f"k{i}=1" for i in range(300)), FORM).received_keys == tuple(f"k{i}" for i in range(100))
    assert read("a=1&a=2", FORM, "a=3").received_keys == ("a",)


def test_soap_is_opened_down_to_the_message() -> None:
    payload = read(
        '<?xml version="1.0"?><e:Envelope xmlns:e="urn:e" xmlns:i="urn:i"><e:Header><t>1</t></e:Header><e:Body>'
        '<notifications xmlns="urn:n"><Id>7</Id><Notification><sObject i:type="sf:Lead"><Phone>+1</Phone></sObject>'
        "</Notification></notifications></e:Body></e:Envelope>",
        "text/xml",
    )
    assert payload.data == {"Id": "7", "Notification": {"sObject": {"@type": "sf:Lead", "Phone": "+1"}}}
    assert payload.because == "the body is XML; its outermost element <notifications> was dropped"


REFUSED: list[tuple[str, bytes | str, str | None, list[str]]] = [
    ("quotes", '{"id": 1,\n "name": "Rahul "Bobby" Shah"}', JSON,
     ["line 2 column 18", 'behind the key "name"', "Form-Data", '\\"']),
    ("empty merge field", '{"amount": , "b": 1}', JSON, ["line 1 column 12", "merge field"]),
    ("cut off", '{"a": "x', JSON, ["line 1 column 7", "cut off"]),
    ("backslash", r'{"a": "C:\Users"}', JSON, ["line 1 column 10", "backslash"]),
    ("two objects", '{"a": 1}\n{"a": 2}', JSON, ["line 2 column 1", "behind the end"]),
    ("nan", '{"NaN": "NaN", "a": NaN}', JSON, ["line 1 column 21", "NaN"]),
    ("infinity", '{"a": -Infinity}', JSON, ["line 1 column 7"]),
    ("long number", '{"a": ' + "9" * 401 + "}", JSON, ["line 1 column 7", "400 digits", "as text"]),
    ("huge exponent", '{"a": 1e999999999}', JSON, ["line 1 column 7", "400 digits"]),
    ("prose", "Hello, World!", JSON, ["line 1 column 1", "JSON", "Form-Data"]),
    ("prose in lines", "Hello,\nx=1", TEXT, ["line 1 column 1"]),
    ("prose in json", '"hello"', JSON, ["inside a JSON string"]),
    ("number", "42", JSON, ["line 1 column 1"]),
    ("xml less-than", "<a>\n<b>1 < 2</b></a>", "text/xml", ["line 2 column 7", "&lt;"]),
    ("xml rootless broken", "<a>1</a>\n<b>1 < 2</b>", "text/xml", ["line 2 column 7"]),
    ("xml tags crossed", "<a>\n<b>1</a></b>", "text/xml", ["line 2 column 7", "opened last"]),
    ("xml behind blanks", "\n\n <a>\n<b>1 < 2</b></a>", "text/xml", ["line 4 column 7"]),
    ("xml ampersand and more", "<a>Tom & Co<b></a>", "text/xml", ["line 1 column 9"]),
    ("curly quotes", "{\n “name”: “Ana”}", JSON, ["line 2 column 2", "curly", "again"]),
    ("json in apostrophes", "'{\"a\": 1,\n \"b\"}'", JSON, ["line 2 column 5"]),
    ("json in a fence", "```json\n{\"a\": x}\n```", JSON, ["line 2 column 7"]),
    ("apostrophes around prose", "'hello'", TEXT, ["line 1 column 1"]),
    ("percent-encoded prose", "%48ello", FORM, ["line 1 column 1"]),
    ("xml cut off", "<a>\n<b>1</b>", "text/xml", ["line 2", "cut off"]),
    ("html", "<!DOCTYPE html><html></html>", "text/html", ["DOCTYPE"]),
    ("multipart cut off", b"--X\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "multipart/form-data; boundary=X",
     ["part 1", "boundary"]),
    ("multipart header only", "Hello", "multipart/form-data; boundary=X", ["boundary"]),
    ("gzip", b"\x1f\x8b\x08\x00", JSON, ["gzip"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "header", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_read_is_refused_with_place_and_advice(
    body: bytes | str, header: str | None, said: list[str]
) -> None:
    with pytest.raises(Undecodable) as caught:
        read(body, header)
    assert [words for words in said if words not in caught.value.sentence] == []
    assert "Bobby" not in caught.value.sentence
    assert "Tom" not in caught.value.sentence
