"""What holds for every request: only Undecodable comes out, what was sent comes back in every format, no key is lost."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from adapter.errors import Undecodable
from adapter.intake.decode import REPAIRS, decode, rows
from adapter.intake.decode.edges import BLANKS
from adapter.intake.decode.keys import expand
from adapter.intake.decode.limits import DEFAULT_LIMITS
from adapter.intake.decode.notes import Notes
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=X"
FORMATS = {"json", "form", "multipart", "query", "xml", "text", "python", "empty"}

quickly = settings(max_examples=150, deadline=None, database=None)


def read(body: bytes | str = b"", content_type: str = "", query: str = "") -> Payload:
    raw = body.encode() if isinstance(body, str) else body
    return decode(RawRequest("POST", "/hooks/shop", query, (("Content-Type", content_type),), raw))


# --- nothing but Undecodable

PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b"'", b":", b",", b"=", b"&", b"%", b"%e9", b"%7B", b"+", b"\\", b"\\ud800",
     b"\\u0000", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"\n", b"--X", b"--X\r\n", b"--", b"<a>",
     b"</a>", b"<?xml ", b" encoding='koi8-r'", b"?>", b"<!", b"<![CDATA[", b"]]>", b"<a xmlns:b='c' b:d=''/>", b"&amp;",
     b"&nbsp;", b"a", b"a__b", b"[0]", b"[]", b".b", b" ", b"1", b"-", b"1e9", b"1e999", b"NaN", b"None", b"True",
     b"payload", b"data", b"```json", b"```", b'Content-Disposition: form-data; name="a"; filename="f"',
     b"Content-Disposition: form-data; name=a\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n",
     b'{"$multipart":[', b'"headers":{"Content-Disposition":"form-data; name=a"}', b"\xc3\xa9", b"\x1f\x8b"]
)  # fmt: skip
BODIES = st.binary(max_size=60) | st.lists(PIECES, max_size=25).map(b"".join)
HEADERS = st.sampled_from(
    ["", JSON, FORM, "text/plain", "text/xml", "multipart/form-data", MULTIPART, "multipart/mixed; boundary=\"-\"",
     "application/json; charset=utf-16", "text/plain; charset=iso-8859-1", "text/plain; charset=shift_jis",
     "a/b; charset=idna", "x+json;charset"]
) | st.text(max_size=30)  # fmt: skip


@given(body=BODIES, content_type=HEADERS, query=st.text(max_size=20) | BODIES.map(lambda raw: raw.decode("latin-1")))
@example(body=b'"\\ud800<a>"', content_type="", query="\ud800=%ff")
@example(body=b"<a>\xed\xa0\x80</a>", content_type="text/xml", query="")
@example(body=b"a=%ff&\x00=1", content_type=f"{FORM}; charset=utf-16", query="")
@settings(max_examples=1_500, deadline=None, database=None)
def test_nothing_but_undecodable_ever_comes_out(body: bytes, content_type: str, query: str) -> None:
    try:
        payload = read(body, content_type, query)
    except Undecodable:
        return
    assert payload.decoded_as in FORMATS
    assert payload.because
    assert {repair.code for repair in payload.repairs} <= REPAIRS.keys()
    stored = json.dumps([payload.data, payload.received_keys, payload.warnings], default=str, ensure_ascii=False)
    assert "\0" not in stored.encode().decode()
    assert all(len(repair.was) <= 80 and len(repair.now) <= 80 for repair in payload.repairs)
    assert read(body, content_type, query) == payload


# --- the same values back

PRINTED = st.characters(exclude_categories=("Cs", "Cc"))
HOSTILE_KEYS = st.sampled_from(
    ["__proto__", "__class__", "constructor", "a.__proto__.b", "toString", "a", "a[b]", "a[]", "a[", "a]", "a__b", "a.b",
     "1.3", "0", "1", "Full Name:", "¿Qué te interesa?", "Teléfono / WhatsApp", "$etag", "fields[Telefone][value]",
     "Bok．nr．", "key=value", "a&b", "50%", "a+b", "self", "item", "null", "'", '"', "<b>", "{x}"]
)  # fmt: skip
KEYS = st.text(PRINTED, min_size=1, max_size=8).filter(lambda key: key == key.strip()) | HOSTILE_KEYS
TEXTS = st.text(PRINTED, max_size=8) | st.sampled_from(["&amp;", "+34 600", "%41", "a=b&c", "{}", "[1]", "null", " x "])
LEAVES = TEXTS | st.integers(-(10**20), 10**20) | st.booleans() | st.none() | st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=1000
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)
OBJECTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4).filter(
    lambda value: not value.keys() & {"$multipart", "JSONString", "payload", "rawRequest", "data"}
)


def dumped(value: Any, *, ascii_only: bool = False) -> str:
    """JSON with decimals as numbers, digit for digit."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key, ensure_ascii=ascii_only)}: {dumped(inner, ascii_only=ascii_only)}"
                 for key, inner in value.items())  # fmt: skip
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(dumped(inner, ascii_only=ascii_only) for inner in value) + "]"
    if value is None or isinstance(value, str | bool | int):
        return json.dumps(value, ensure_ascii=ascii_only)
    return f"{value:.3f}"


def utf_16(value: Any, codec: str) -> bytes:
    return dumped(value).encode(codec)


def in_parts(name: str, text: str) -> bytes:
    return f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--X--\r\n'.encode()


SPELLINGS: dict[str, tuple[Callable[[Any], bytes | str], str]] = {
    "json": (dumped, JSON),
    "escaped": (lambda value: dumped(value, ascii_only=True), JSON),
    "behind a mark": (lambda value: codecs.BOM_UTF8 + dumped(value).encode(), JSON),
    "utf-16": (lambda value: utf_16(value, "utf-16"), JSON),
    "utf-16 little": (lambda value: utf_16(value, "utf-16-le"), JSON),
    "utf-16 big": (lambda value: utf_16(value, "utf-16-be"), "application/json; charset=utf-16"),
    "as a form": (dumped, FORM),
    "as text": (dumped, "text/plain;charset=UTF-8"),
    "as multipart": (dumped, MULTIPART),
    "as xml": (dumped, "text/xml"),
    "without a type": (dumped, ""),
    "of a vendor": (dumped, "application/vnd.example+json"),
    "in an array": (lambda value: f"[{dumped(value)}]", JSON),
    "twice": (lambda value: json.dumps(dumped(value)), JSON),
    "with a comma too many": (lambda value: f"{dumped(value)[:-1]} , }}", JSON),
    "in a fence": (lambda value: f"```json\n{dumped(value)}\n```", "text/plain"),
    "as a key": (lambda value: quote_plus(dumped(value)) + "=", FORM),
    "in a form": (lambda value: "JSONString=" + quote_plus(dumped(value)), FORM),
    "in a part": (lambda value: in_parts("rawRequest", dumped(value)), MULTIPART),
    "in a key": (lambda value: json.dumps({"payload": dumped(value)}), JSON),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(value=OBJECTS)
@settings(max_examples=40, deadline=None, database=None)
def test_json_comes_back_from_every_spelling(spelling: str, value: dict[str, Any]) -> None:
    encode, header = SPELLINGS[spelling]
    payload = read(encode(value), header)
    assert {key: payload.data[key] for key in value} == value
    assert payload.decoded_as in {"json", "form", "multipart"}


@given(value=OBJECTS)
@quickly
def test_json_comes_back_from_the_query(value: dict[str, Any]) -> None:
    payload = read(query="payload=" + quote(dumped(value)))
    assert {key: payload.data[key] for key in value} == value


PYTHON = st.recursive(
    TEXTS | st.integers(-(10**20), 10**20) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(KEYS, PYTHON, min_size=1, max_size=4))
@quickly
def test_what_python_prints_comes_back(value: dict[str, Any]) -> None:
    text = repr({"first": True, **value})
    assume("\\" not in text.replace("\\'", "").replace("\\\\", ""))
    payload = read(text, "text/plain")
    assert payload.decoded_as == "python"
    assert {key: payload.data[key] for key in value} == value


PLAIN = TEXTS.filter(lambda text: text.strip()[:1] not in {"{", "["})
PAIRS = st.lists(st.tuples(KEYS, PLAIN), min_size=1, max_size=6)


def collected(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


@pytest.mark.parametrize("place", ["form", "percent", "query", "multipart"])
@given(pairs=PAIRS)
@settings(max_examples=80, deadline=None, database=None)
def test_pairs_come_back_under_their_own_spelling(place: str, pairs: list[tuple[str, str]]) -> None:
    assume(len(pairs) > 1 or pairs[0][1])  # a key alone may be JSON that was encoded as a whole
    if place == "multipart":
        assume(not any("%" in key for key, _ in pairs))  # "%22" is a quotation mark in a browser's part
        head = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        lines = [head.format(key.replace("\\", "\\\\").replace('"', "%22"), value) for key, value in pairs]
        payload = read("--X\r\n" + "--X\r\n".join(lines) + "--X--", MULTIPART)
    elif place == "query":
        payload = read(query=urlencode(pairs))
    else:
        payload = read(urlencode(pairs, quote_via=quote if place == "percent" else quote_plus), FORM)
    wanted = collected(pairs)
    assert {key: payload.data.get(key) for key in wanted} == wanted
    assert payload.received_keys == tuple(wanted)


@given(pairs=st.lists(st.tuples(KEYS.filter(lambda key: "=" not in key), PLAIN), min_size=1, max_size=5))
@quickly
def test_lines_of_a_text_form_come_back(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{key}={value}\r\n" for key, value in pairs)
    assume(text.lstrip(BLANKS)[:1] not in set("{[\"<'`"))
    assume(not text.encode().startswith(codecs.BOM_UTF16_LE))
    wanted = collected(pairs)
    payload = read(text, "text/plain")
    assert payload.decoded_as == "text"
    assert {key: payload.data.get(key) for key in wanted} == wanted


NAMES = st.sampled_from(["a", "b", "_", "Name", "é", "constructor", "a.b", "a__b", "__proto__", "x-1"])
XML_TEXTS = st.text(PRINTED.filter(lambda char: char.isprintable()), max_size=8).map(str.strip)


def tree(value: Any, name: str) -> str:
    if isinstance(value, dict):
        return f"<{name}>{''.join(tree(inner, key) for key, inner in value.items())}</{name}>"
    if isinstance(value, list):
        return "".join(tree(inner, name) for inner in value)
    return f"<{name}>{escape(value)}</{name}>"


XML_VALUES = st.recursive(
    XML_TEXTS,
    lambda inner: (
        st.dictionaries(NAMES, inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, st.lists(XML_TEXTS, min_size=2, max_size=3), min_size=1, max_size=2)
    ),
    max_leaves=6,
)


@given(value=st.dictionaries(NAMES, XML_VALUES, min_size=2, max_size=3), space=st.text(PRINTED, max_size=5))
@quickly
def test_xml_comes_back_with_and_without_root_and_namespaces(value: dict[str, Any], space: str) -> None:
    declared = f"xmlns:n={quoteattr('urn:' + space)}"
    inside = "".join(tree(inner, key) for key, inner in value.items())
    soap = f"<n:Envelope {declared}><n:Header/><n:Body><n:x>{inside}</n:x></n:Body></n:Envelope>"
    for text in (f"<r>{inside}</r>", f"<n:r {declared}>{inside}</n:r>", inside, soap):
        payload = read(text, "text/xml")
        assert {key: payload.data[key] for key in value} == value
        assert payload.received_keys == tuple(value)


# --- nested spellings

STEPS = st.text("abxyzé_$-", min_size=1, max_size=4).filter(lambda name: "__" not in name and name.strip("_") == name)
HOSTILE_STEPS = st.sampled_from(["__proto__", "__class__", "constructor", "a.b", "a b", "a__b", "0x", "٠", "-"])
TREES = st.recursive(
    st.text("abc", max_size=3),
    lambda inner: st.dictionaries(STEPS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=12,
)
HOSTILE_TREES = st.recursive(
    st.text("abc", max_size=3),
    lambda inner: (
        st.dictionaries(STEPS | HOSTILE_STEPS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


def flat(value: Any, spell: Callable[[str], str]) -> list[tuple[str, Any]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if steps is None:
        return [("", value)]
    return [(spell(str(step)) + rest, leaf) for step, inner in steps for rest, leaf in flat(inner, spell)]


@pytest.mark.parametrize("spell", ["[{}]", "__{}", ".{}"])
@given(value=TREES)
@settings(max_examples=60, deadline=None, database=None)
def test_what_was_flattened_grows_back(spell: str, value: Any) -> None:
    sent = {f"top{path}": leaf for path, leaf in flat(value, spell.format)}
    grown = expand(sent, Notes(), DEFAULT_LIMITS)
    assert grown["top"] == value
    assert {key: grown[key] for key in sent} == sent


@given(value=TREES, data=st.data())
@quickly
def test_spellings_may_be_mixed_in_one_key(value: Any, data: st.DataObject) -> None:
    spells = st.sampled_from(["[{}]", "__{}", ".{}"])
    sent = {f"top{path}": leaf for path, leaf in flat(value, lambda step: data.draw(spells).format(step))}
    grown = expand(sent, Notes(), DEFAULT_LIMITS)
    assert grown["top"] == value


@given(value=HOSTILE_TREES)
@quickly
def test_hostile_steps_in_brackets_are_just_keys(value: Any) -> None:
    pairs = [(f"top{path}", leaf) for path, leaf in flat(value, "[{}]".format)]
    data = read(urlencode(pairs), FORM).data
    assert data["top"] == value
    assert {key: data[key] for key, _ in pairs} == dict(pairs)


@given(st.dictionaries(KEYS | st.text("ab[]._", min_size=1, max_size=8), st.integers(), max_size=8))
@settings(max_examples=300, deadline=None, database=None)
def test_no_key_is_lost_or_changed_by_growing(sent: dict[str, int]) -> None:
    before = dict(sent)
    grown = expand(sent, Notes(), DEFAULT_LIMITS)
    assert sent == before
    assert {key: grown[key] for key in sent} == sent
    assert list(grown)[: len(sent)] == list(sent)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(), min_size=1, max_size=3), min_size=1, max_size=12)
)
@quickly
def test_numbered_rows_are_the_rows(listed: list[dict[str, int]]) -> None:
    assert rows({str(index): row for index, row in reversed(list(enumerate(listed)))}) == listed


@given(st.lists(st.tuples(st.integers(), st.integers()), min_size=1, max_size=12))
@quickly
def test_parallel_lists_are_the_rows(cells: list[tuple[int, int]]) -> None:
    assert rows({"a": [a for a, _ in cells], "b": [b for _, b in cells]}) == [{"a": a, "b": b} for a, b in cells]
