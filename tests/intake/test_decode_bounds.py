"""Hostile requests: nothing but Undecodable comes out, soon, and with the bound in its sentence."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapter.errors import Undecodable
from adapter.intake.decode import Limits, decode
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest

MIB = 1 << 20
PART = b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
MULTIPART = "multipart/form-data; boundary=X"


def read(body: bytes, content_type: str = "", query: str = "", limits: Limits | None = None) -> Payload:
    request = RawRequest("POST", "/hooks/shop", query, (("Content-Type", content_type),), body)
    return decode(request) if limits is None else decode(request, limits=limits)


HOSTILE: list[tuple[str, bytes, str, str]] = [
    ("brackets", b"[" * 500_000, "", "32 levels"),
    ("closed brackets", b"[" * 500_000 + b"]" * 500_000, "", "32 levels"),
    ("objects", b'{"a":' * 200_000, "", "32 levels"),
    ("a million elements", b"[" + b"0," * 999_999 + b"0]", "", "10000 elements"),
    ("many keys", b"{" + b",".join(b'"k%d":1' % i for i in range(90_000)) + b"}", "", "5000 keys"),
    ("long key", b'{"' + b"k" * MIB + b'":1}', "", "500 characters"),
    ("long number", b'{"a":' + b"9" * MIB + b"}", "", "400 digits"),
    ("quotes", b'{"a":"' + b'\\"' * (MIB // 2), "", "cut off"),
    ("commas", b"[" + b",\n" * (MIB // 2) + b"]", "", "line 1 column 2"),
    ("nested key", b"a" + b"[b]" * (MIB // 3) + b"=1", "", "500 characters"),
    ("nested keys", b"&".join(b"a" + b"[%d]" % i * 30 + b"=1" for i in range(900)), "", "5000 keys"),
    ("pairs", b"a=&" * (MIB // 3), "", "1000 fields"),
    ("lines", b"a=1\n" * (MIB // 4), "text/plain", "1000 fields"),
    ("parts", (PART + b"1\r\n") * 20_000 + b"--X--", MULTIPART, "1000 fields"),
    ("boundaries", PART + b"\r\n--X" * (MIB // 5), MULTIPART, "part 2"),
    ("deep xml", b"<a>" * (MIB // 7) + b"</a>" * (MIB // 7), "", "32 levels"),
    ("rather deep xml", b"<a>" * 14_000 + b"</a>" * 14_000, "", "32 levels"),
    ("wide xml", b"<r>" + b"<a/>" * 12_000 + b"</r>", "", "10000 elements"),
    ("entity bomb", b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><l>&b;</l>', "", "DOCTYPE"),
    ("external entity", b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>', "", "DOCTYPE"),
    ("python brackets", b"{'a':" + b"[" * 60_000, "", "line 1 column 2"),
    ("python minus", b"['a'," + b"-" * 60_000 + b"1]", "", "line 1 column 2"),
    ("strings in strings", json.dumps(json.dumps(json.dumps(json.dumps("a=1")))).encode(), "", "encode it once"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "header", "said"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_body_is_refused_soon(body: bytes, header: str, said: str) -> None:
    begun = time.process_time()
    with pytest.raises(Undecodable) as caught:
        read(body, header)
    assert time.process_time() - begun < 3
    assert said in caught.value.sentence
    assert len(caught.value.sentence) < 500


@pytest.mark.parametrize(
    "body",
    [
        b"a=" + b"%e9x" * (MIB // 4),
        b"a=1\n" + b"b\n" * (MIB // 2),
        b'{"a":"' + b"\\u0000\\ud800" * (MIB // 12) + b'"}',
        b"{" + b'"a":1,' * 100_000 + b'"a":1}',
        b"payload=" + b"[" * (MIB // 2) + b"]" * (MIB // 2),
        b"a=1&" + b"&".join([b"b[][c]=1"] * 900),
        b" " * MIB + b"{}",
        PART + b"\r" * MIB + b"\r\n--X--",
    ],
    ids=["latin", "lines", "unstorable", "twice", "field", "rows", "blanks", "returns"],
)
def test_a_strange_body_is_read_soon(body: bytes) -> None:
    begun = time.process_time()
    assert read(body).decoded_as
    assert time.process_time() - begun < 3


def test_the_query_is_bounded_like_a_body() -> None:
    with pytest.raises(Undecodable, match="query string holds more than 1000"):
        read(b"", query="a=&" * 2_000)


@pytest.mark.parametrize(
    ("limits", "fits", "breaks"),
    [
        (Limits(depth=2), b'{"a": [1]}', b'{"a": [[1]]}'),
        (Limits(keys=2), b'{"a": {"b": 1}}', b'{"a": {"b": 1, "c": 2}}'),
        (Limits(pairs=2), b"a=1&b=2", b"a=1&b=2&c=3"),
        (Limits(list_length=2), b'{"a": [1, 2]}', b'{"a": [1, 2, 3]}'),
        (Limits(key_length=2), b'{"ab": 1}', b'{"abc": 1}'),
        (Limits(number_length=2), b'{"a": 12}', b'{"a": 123}'),
        (Limits(levels=2), b"a[b]=1", b"a[b][c]=1"),
        (Limits(python_size=10), b"{'a': 'x'}", b"{'a': 'xy'}"),
    ],
)
def test_each_bound_holds(limits: Limits, fits: bytes, breaks: bytes) -> None:
    read(fits, limits=limits)
    with pytest.raises(Undecodable):
        read(breaks, limits=limits)


PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b"'", b":", b",", b"=", b"&", b"%", b"%e9", b"+", b"\\", b"\\ud800", b"\\u0000",
     b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"\n", b"--X", b"--", b"<a>", b"</a>", b"<?xml ", b"?>",
     b"<!", b"a", b"a__b", b"[0]", b"[]", b".b", b" ", b"1", b"-", b"1e9", b"NaN", b"None", b"True", b"payload",
     b"data", b'Content-Disposition: form-data; name="a"; filename="f"', b"Content-Disposition: form-data; name=a",
     b'{"$multipart":[', b'"headers":{"Content-Disposition":"form-data; name=a"}', b"\xc3\xa9"]
)  # fmt: skip
BODIES = st.binary(max_size=60) | st.lists(PIECES, max_size=25).map(b"".join)
HEADERS = st.sampled_from(
    ["", "application/json", "application/x-www-form-urlencoded", "text/plain", "text/xml", "multipart/form-data",
     MULTIPART, "application/json; charset=utf-16", "text/plain; charset=iso-8859-1", "a/b; charset=idna",
     "x+json;charset"]
) | st.text(max_size=30)  # fmt: skip


@given(body=BODIES, content_type=HEADERS, query=st.text(max_size=20) | BODIES.map(lambda raw: raw.decode("latin-1")))
@example(body=b'"\\ud800<a>"', content_type="", query="\ud800=%ff")
@example(body=b"<a>\xed\xa0\x80</a>", content_type="text/xml", query="")
@settings(max_examples=1_500, deadline=None, database=None)
def test_nothing_but_undecodable_ever_comes_out(body: bytes, content_type: str, query: str) -> None:
    try:
        payload = read(body, content_type, query)
    except Undecodable:
        return
    assert payload.decoded_as in {"json", "form", "multipart", "query", "xml", "text", "python", "empty"}
    assert payload.because
    stored = json.dumps([payload.data, payload.received_keys, payload.warnings], default=str, ensure_ascii=False)
    assert "\0" not in stored.encode().decode()
    assert all(len(repair.was) <= 80 and len(repair.now) <= 80 for repair in payload.repairs)
