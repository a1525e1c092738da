"""Hostile requests: nothing but Undecodable comes out, soon, in little memory, and with the bound in its sentence."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable

import pytest

from adapter.errors import Undecodable
from adapter.intake.decode import Limits, decode
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest

MIB = 1 << 20
SOON = 8.0  # seconds of work for a MiB, each line counted, on a busy machine; what is quadratic takes minutes
DISPOSITION = b"Content-Disposition: form-data; "
PART = b"--X\r\n" + DISPOSITION + b'name="a"\r\n\r\n'
MULTIPART = "multipart/form-data; boundary=X"
TEXT = "text/plain"
Builder = Callable[[int], bytes]


def read(body: bytes, content_type: str = "", query: str = "", limits: Limits | None = None) -> Payload:
    request = RawRequest("POST", "/hooks/shop", query, (("Content-Type", content_type),), body)
    return decode(request) if limits is None else decode(request, limits=limits)


def filled(before: bytes, piece: bytes, after: bytes = b"") -> Builder:
    """A body of about the size asked for: one piece again and again between a beginning and an end."""
    return lambda size: before + piece * (size // len(piece)) + after


def numbered(before: bytes, piece: str, after: bytes = b"") -> Builder:
    """The same with a number in each piece."""
    return lambda size: before + b"".join(piece.encode() % index for index in range(size // len(piece))) + after


def head(piece: bytes) -> Builder:
    """A multipart body with a long head of its only part."""
    return filled(b"--X\r\n" + DISPOSITION + b"name=a", piece, b"\r\n\r\n1\r\n--X--")


HOSTILE: list[tuple[str, Builder, str, str]] = [
    ("brackets", filled(b"", b"["), "", "50000 values"),
    ("closed brackets", lambda _: b"[" * 40_000 + b"]" * 40_000, "", "32 levels"),
    ("objects", lambda _: b'{"a":' * 20_000, "", "32 levels"),
    ("small lists", filled(b"[", b"[],", b"0]"), "", "50000 values"),
    ("decimals", filled(b"[", b"1.1,", b"0]"), "", "50000 values"),
    ("a long list", lambda _: b"[" + b"0," * 20_000 + b"0]", "", "10000 elements"),
    ("keys", numbered(b"{", '"k%d":1,', b'"z":1}'), "", "50000 values"),
    ("many keys", lambda _: b"{" + b",".join(b'"k%d":1' % i for i in range(6_000)) + b"}", "", "5000 keys"),
    ("long key", filled(b'{"', b"k", b'":1}'), "", "500 characters"),
    ("long number", filled(b'{"a":', b"9", b"}"), "", "400 digits"),
    ("quotes", filled(b'{"a":"', b'\\"'), "", "cut off"),
    ("line breaks and a fault", filled(b"", b"\n", b"{x"), "", "column 2"),
    ("commas", lambda _: b"[" + b",\n" * 20_000 + b"]", "", "line 1 column 2"),
    ("comma and blanks", filled(b"[1,", b" ", b"x"), "", "line 1 column"),
    ("strings in strings", lambda _: json.dumps(json.dumps(json.dumps(json.dumps("a=1")))).encode(), "", "encode it once"),
    ("json in wrappers", lambda _: json.dumps({" " * at + "payload": "[" + "1," * 9_000 + "1]" for at in range(6)}).encode(),
     "", "50000 values"),
    ("wrappers with blanks", lambda _: b"{" + b",".join(b'"' + b" " * (i % 90) + b"\\t" * (i // 90) + b'payload":"{}"' for i in range(9_000)) + b"}",
     "", "5000 keys"),
    ("fields of json", lambda _: b"&".join([b"a=" + b"[" * 60 + b"]" * 60] * 900), "", "50000 values"),
    ("nested key", filled(b"a", b"[b]", b"=1"), "", "500 characters"),
    ("nested keys", lambda _: b"&".join(b"a" + b"[%d]" % i * 30 + b"=1" for i in range(900)), "", "5000 keys"),
    ("pairs", filled(b"", b"a=&"), "", "1000 fields"),
    ("pairs as text", filled(b"a=1", b"&x="), TEXT, "1000 fields"),
    ("lines", filled(b"", b"a=1\n"), TEXT, "1000 fields"),
    ("prose", filled(b"", b"hello "), TEXT, "line 1 column 1"),
    ("parts", filled(b"", PART + b"1\r\n", b"--X--"), MULTIPART, "1000 fields"),
    ("boundaries", filled(PART, b"\r\n--X"), MULTIPART, "part 2"),
    ("a boundary of blanks", filled(b"--", b" ", b"x"), "multipart/form-data", "no boundary"),
    ("a boundary of hyphens", filled(b"", b"-"), "multipart/form-data", "no boundary"),
    ("headers", head(b"\r\na: b"), MULTIPART, "head of part 1"),
    ("folded header", head(b"\r\n b"), MULTIPART, "head of part 1"),
    ("header without end", filled(b"--X\r\n" + DISPOSITION + b"name=a", b"\r\na: b"), MULTIPART, "head of part 1"),
    ("parameters", head(b";a*0=b"), MULTIPART, "head of part 1"),
    ("quotes in a name", head(b'\\"'), MULTIPART, "head of part 1"),
    ("deep xml", filled(b"", b"<a>"), "", "32 levels"),
    ("wide xml", filled(b"<r>", b"<a/>", b"</r>"), "", "15000 elements"),
    ("rather wide xml", lambda _: b"<r>" + b"<a/>" * 12_000 + b"</r>", "", "10000 elements"),
    ("attributes", numbered(b"<r ", 'a%d="" ', b"/>"), "", "15000 elements and attributes"),
    ("namespaces", numbered(b"<r ", 'xmlns:a%d="u" ', b"/>"), "", "15000 elements and attributes"),
    ("one long namespace",
     lambda size: b'<r xmlns="' + b"u" * size + b'">' + b"".join(b"<b%d/>" % i for i in range(9_000)) + b"</r>", "", "5000 keys"),
    ("long name", filled(b"<", b"a", b"/>"), "", "500 characters"),
    ("open comment", filled(b"<r><!--", b"- "), "", "line 1 column 4"),
    ("open declaration", filled(b"<?xml ", b"a "), "", "line 1 column 1"),
    ("ampersands", filled(b"<r>", b"&", b"<r>"), "", "line 1 column"),
    ("entity bomb", lambda _: b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><l>&b;</l>', "", "DOCTYPE"),
    ("blown-up entity", filled(b'<!DOCTYPE l [<!ENTITY a "', b"a", b'">]><l>&a;&a;&a;</l>'), "", "DOCTYPE"),
    ("external entity", lambda _: b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>', "", "DOCTYPE"),
    ("python list", lambda _: b"['a'," + b"1," * 12_000 + b"]", "", "line 1 column 2"),
    ("python brackets", lambda _: b"{'a':" + b"[" * 20_000, "", "line 1 column 2"),
    ("python minus", lambda _: b"['a'," + b"-" * 60_000 + b"1]", "", "line 1 column 2"),
    ("python f-string", lambda _: b"['a',f'" + b"{1}" * 20_000 + b"']", "", "line 1 column 2"),
    ("python colons", lambda _: b"['a'" + b": " * 30_000 + b"]", "", "line 1 column 2"),
]  # fmt: skip

STRANGE: list[tuple[str, Builder, str]] = [
    ("escapes", filled(b"a=", b"%e9"), ""),
    ("mixed escapes", filled(b"a=", b"%e9x"), ""),
    ("letters and escapes", filled(b"a=", "é%41".encode()), ""),
    ("percent signs", filled(b"a=", b"%"), ""),
    ("pluses", filled(b"a=", b"+"), ""),
    ("equals signs", filled(b"", b"="), ""),
    ("latin", filled(b"a=", b"\xe9"), ""),
    ("one wide character", filled(b'{"a":"\xf0\x9f\x98\x80', b"x", b'"}'), ""),
    ("lines that go on", filled(b"a=1\n", b"b\n"), ""),
    ("nul", filled(b"a=", b"\0"), ""),
    ("nul in front", filled(b"", b"\0", b"{}"), ""),
    ("unstorable", filled(b'{"a":"', b"\\u0000\\ud800", b'"}'), ""),
    ("raw line breaks", filled(b'{"a":"', b"\n", b'"}'), ""),
    ("trailing comma", filled(b'{"a":"', b",}", b'",}'), ""),
    ("twice", lambda _: b"{" + b'"a":1,' * 40_000 + b'"a":1}', ""),
    ("long numbers", lambda _: b"[" + b",".join([b"9" * 400] * 2_000) + b"]", ""),
    ("broken wrapper", filled(b'payload={"a":"', b'x"', b"}"), ""),
    ("rows", lambda _: b"a=1&" + b"&".join([b"b[][c]=1"] * 900), ""),
    ("blanks", filled(b"", b" ", b"{}"), ""),
    ("parts", lambda _: (PART + b"1\r\n") * 1_000 + b"--X--", MULTIPART),
    ("returns", filled(PART, b"\r", b"\r\n--X--"), MULTIPART),
    ("line feeds", filled(PART, b"\r\n", b"\r\n--X--"), MULTIPART),
    ("near boundaries", filled(PART, b"\r\n--Y", b"\r\n--X--"), MULTIPART),
    ("nearer boundaries", filled(PART, b"\r\n--X-", b"\r\n--X--"), MULTIPART),
    ("preamble", filled(b"", b"--x\r\n", PART + b"1\r\n--X--"), MULTIPART),
    ("latin name", filled(b"--X\r\n" + DISPOSITION + b'name=f; filename="\xe9"\r\n\r\n', b"\xff", b"\r\n--X--"), MULTIPART),
    ("described parts", filled(b'{"$multipart":[{"headers":{"content-disposition":"form-data; name=a', b";a=b",
                               b'"},"body":1}]}'), ""),
    ("described file", filled(b'{"$multipart":[{"headers":{"content-disposition":"form-data; name=a; filename=b"},'
                              b'"body":{"$content":"', b"A", b'"}}]}'), ""),
    ("xml text", filled(b"<r><a>", b"x\n", b"</a></r>"), ""),
    ("xml characters", filled(b"<r><a>", b"&#65;", b"</a></r>"), ""),
    ("xml ampersands", filled(b"<r><a>", b"& ", b"</a></r>"), ""),
    ("xml cdata", filled(b"<r><a><![CDATA[", b"]", b"]]></a></r>"), ""),
    ("xml comment", filled(b"<r><!--", b"-x", b"--><a/></r>"), ""),
    ("xml attribute", filled(b'<r a="', b"\n", b'"/>'), ""),
    ("html entities", filled(b"<r><a>", b"&CounterClockwiseContourIntegral;", b"</a></r>"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("build", "header", "said"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_body_is_refused_soon(build: Builder, header: str, said: str) -> None:
    body = build(MIB)
    begun = time.process_time()
    with pytest.raises(Undecodable) as caught:
        read(body, header)
    assert time.process_time() - begun < SOON
    assert said in caught.value.sentence
    assert len(caught.value.sentence) < 500


@pytest.mark.parametrize(("build", "header"), [row[1:] for row in STRANGE], ids=[row[0] for row in STRANGE])
def test_a_strange_body_is_read_soon(build: Builder, header: str) -> None:
    body = build(MIB)
    begun = time.process_time()
    assert read(body, header).decoded_as
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize(
    ("build", "header"),
    [row[1:3] for row in HOSTILE] + [row[1:] for row in STRANGE],
    ids=[f"hostile {row[0]}" for row in HOSTILE] + [f"strange {row[0]}" for row in STRANGE],
)
def test_memory_is_a_small_multiple_of_the_body(build: Builder, header: str) -> None:
    body = build(MIB // 8)
    tracemalloc.start()
    try:
        read(body, header)
    except Undecodable:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # What is bounded by a count, not by the size of the body, takes a few megabytes at most.
    assert peak < 16 * len(body) + 6 * MIB


def test_the_query_is_bounded_like_a_body() -> None:
    with pytest.raises(Undecodable, match="query string holds more than 1000"):
        read(b"", query="a=&" * 2_000)


@pytest.mark.parametrize(
    ("limits", "fits", "breaks"),
    [
        (Limits(size=5), b"a=123", b"a=1234"),
        (Limits(depth=2), b'{"a": [1]}', b'{"a": [[1]]}'),
        (Limits(depth=2), b"<r><a>1</a></r>", b"<r><a><b>1</b></a></r>"),
        (Limits(values=4), b'{"a": [1, ",[{"]}', b'{"a": [1, [2]]}'),
        (Limits(values=4), b"<r><a>1</a><b>2</b></r>", b"<r><a>1</a><a>2</a><a>3</a><a>4</a></r>"),
        (Limits(keys=2), b'{"a": {"b": 1}}', b'{"a": {"b": 1, "c": 2}}'),
        (Limits(pairs=2), b"a=1&b=2", b"a=1&b=2&c=3"),
        (Limits(pairs=1), PART + b"1\r\n--X--", PART + b"1\r\n" + PART + b"2\r\n--X--"),
        (Limits(part_head=60), PART + b"1" * 90 + b"\r\n--X--", PART.replace(b"a", b"a" * 90) + b"1\r\n--X--"),
        (Limits(list_length=2), b'{"a": [1, 2]}', b'{"a": [1, 2, 3]}'),
        (Limits(key_length=2), b'{"ab": 1}', b'{"abc": 1}'),
        (Limits(number_length=2), b'{"a": 12}', b'{"a": 123}'),
        (Limits(number_length=3), b'{"a": 9E3}', b'{"a": 9E4}'),
        (Limits(levels=2), b"a[b]=1", b"a[b][c]=1"),
        (Limits(python_size=10), b"{'a': 'x'}", b"{'a': 'xy'}"),
        (Limits(python_tokens=4), b"{'a': 'x'}", b"{'a': ['x']}"),
    ],
)
def test_each_bound_holds(limits: Limits, fits: bytes, breaks: bytes) -> None:
    read(fits, limits=limits)
    with pytest.raises(Undecodable):
        read(breaks, limits=limits)
