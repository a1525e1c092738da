"""Which format the body is in, told by its first characters; the header decides only where they could be either."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.charset import read_text
from adapter.intake.decode.json_text import read_json
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.multipart import boundary_of, read_multipart
from adapter.intake.decode.notes import Notes, storable
from adapter.intake.decode.pairs import is_lines, read_form, read_lines
from adapter.intake.decode.python_text import read_python
from adapter.intake.decode.wrappers import multipart_parts, open_fields, open_texts, read_parts
from adapter.intake.decode.xml_text import read_xml

_FAMILIES: Final = {
    "application/json": "json",
    "text/json": "json",
    "text/x-json": "json",
    "application/x-www-form-urlencoded": "form",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "text",
}
_BECAUSE: Final = {
    "json": "the body is JSON",
    "form": "the body is key=value",
    "multipart": "the body is in parts behind a boundary",
    "xml": "the body is XML",
    "text": "the body has one key=value a line",
    "python": "the body is a Python literal",
    "empty": "the body is blank",
}
_BLANKS: Final = " \t\r\n\f\v\0\ufeff\u00a0"
_MOST_WRAPPED: Final = 3
_GZIP: Final = b"\x1f\x8b"


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """A body that was read: `keys` are its top-level keys as sent, `because` says why it was read so.

    `wrapped` tells that it came as text inside a JSON string.
    """

    data: Any
    keys: tuple[str, ...]
    format: str
    because: str
    wrapped: bool = False


def family(content_type: str) -> str | None:
    """The format a Content-Type names, None when it names none of ours."""
    mime = content_type.partition(";")[0].strip().lower()
    if mime in _FAMILIES:
        return _FAMILIES[mime]
    if mime.startswith("multipart/"):
        return "multipart"
    return next((name for name in ("json", "xml") if mime.endswith("+" + name)), None)


def read_body(body: bytes, content_type: str, notes: Notes, limits: Limits) -> Reading:
    """The body in the format it is in; raises Undecodable when it is in none."""
    if body.startswith(_GZIP):
        raise Undecodable("The body is compressed (gzip); send it without compression.")
    named = family(content_type)
    if (named == "multipart" or b"--" in body[:64]) and (boundary := boundary_of(body, content_type, notes)):
        fields, names = read_multipart(body, boundary, notes, limits)
        reading = _reading(open_fields(fields, notes, limits), "multipart", keys=names)
    else:
        reading = _read_text(read_text(body, content_type, notes), content_type, notes, limits)
    outer = "json" if reading.wrapped else reading.format
    if named is None or outer in {named, "empty"}:
        return reading
    notes.repair("", "content_type", content_type.partition(";")[0].strip(), outer)
    return dataclasses.replace(reading, because=f"{reading.because} although the header said {_spoken(named)}")


def _spoken(named: str) -> str:
    return {"json": "JSON", "xml": "XML", "text": "plain text"}.get(named, named)


def _read_text(text: str, content_type: str, notes: Notes, limits: Limits, *, wrapped: int = 0) -> Reading:
    bare = text.lstrip(_BLANKS)
    first = bare[:1]
    if not first:
        return Reading({}, (), "empty", _BECAUSE["empty"])
    if first in '{["':
        # Only blanks that JSON knows may stay in front, so that a fault's line is counted from the first.
        json_text = (text if text.lstrip(" \t\r\n")[:1] == first else bare).rstrip(_BLANKS)
        if first == '"':
            return _read_wrapped(json_text, notes, limits, wrapped + 1)
        return _read_container(json_text, notes, limits)
    if first == "<":
        return _read_markup(bare.rstrip(_BLANKS), notes, limits)
    if "=" in bare:
        return _read_pairs(bare.rstrip("\r\n"), content_type, notes, limits)
    if bare.rstrip(_BLANKS) == "null":
        return Reading({}, (), "empty", "the body is JSON null")
    raise Undecodable(_nothing(content_type))


def _nothing(content_type: str) -> str:
    if family(content_type) == "multipart":
        return (
            "The header says multipart/form-data but the body has no boundary at line 1 column 1; "
            "let the sending tool set the Content-Type itself."
        )
    return (
        "The body is neither a JSON object or array, nor key=value, nor XML: it starts with something else at "
        "line 1 column 1; send JSON or Form-Data."
    )


def _read_container(text: str, notes: Notes, limits: Limits) -> Reading:
    try:
        value = read_json(text, notes, limits)
    except Undecodable:
        try:
            value = read_python(text, limits)
        except ValueError:
            pass
        else:
            return _reading(_one(value, notes), "python")
        raise
    value = _one(value, notes)
    parts = multipart_parts(value)
    if parts is not None:
        fields, names = read_parts(parts, notes, limits)
        because = "the body is JSON that describes a multipart body"
        return _reading(open_fields(fields, notes, limits), "json", keys=names, because=because)
    if isinstance(value, dict):
        return _reading(open_texts(value, notes, limits), "json", keys=list(value))
    return _reading(value, "json")


def _one(value: Any, notes: Notes) -> Any:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        notes.repair("", "one_element_array", "array of one", "object")
        return value[0]
    return value


def _read_wrapped(text: str, notes: Notes, limits: Limits, wrapped: int) -> Reading:
    if wrapped > _MOST_WRAPPED:
        raise Undecodable(f"The body is JSON inside more than {_MOST_WRAPPED} JSON strings; encode it once.")
    inner = storable(read_json(text, notes, limits))
    if not inner.strip(_BLANKS):
        return Reading({}, (), "empty", "the body is a blank JSON string")
    notes.repair("", "double_encoded", "JSON string", "its content")
    try:
        reading = _read_text(inner, "", notes, limits, wrapped=wrapped)
    except Undecodable as fault:
        raise Undecodable(f"{fault.sentence} (The body is that text inside a JSON string.)") from None
    return dataclasses.replace(reading, because=f"{reading.because} inside a JSON string", wrapped=True)


def _read_markup(text: str, notes: Notes, limits: Limits) -> Reading:
    fields, dropped = read_xml(text, notes, limits)
    because = f"{_BECAUSE['xml']}; its outermost element <{storable(dropped)[:60]}> was dropped" if dropped else None
    return _reading(fields, "xml", because=because)


def _read_pairs(text: str, content_type: str, notes: Notes, limits: Limits) -> Reading:
    if not is_lines(text, family(content_type)):
        fields, name = read_form(text, content_type, notes, limits), "form"
    elif (lines := read_lines(text, limits)) is not None:
        fields, name = lines, "text"
    else:
        raise Undecodable(_nothing(content_type))
    return _reading(open_fields(fields, notes, limits), name, keys=list(fields))


def _reading(data: Any, name: str, *, keys: list[str] | None = None, because: str | None = None) -> Reading:
    if keys is None:
        sample = data[0] if isinstance(data, list) and data else data
        keys = list(sample) if isinstance(sample, dict) else []
    return Reading(data, tuple(keys), name, because or _BECAUSE[name])
