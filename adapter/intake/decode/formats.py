"""Which format the body is in, told by its first characters; the header decides only where they could be either."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.charset import read_text
from adapter.intake.decode.edges import BLANKS, check_compression, trimmed, unquoted, without_front
from adapter.intake.decode.json_text import read_json
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.multipart import boundary_of, read_multipart
from adapter.intake.decode.notes import Notes, storable
from adapter.intake.decode.pairs import is_lines, read_form, read_lines
from adapter.intake.decode.python_text import read_python
from adapter.intake.decode.wrappers import multipart_parts, open_fields, open_texts, read_parts
from adapter.intake.decode.xml_text import read_xml
from adapter.intake.request import RawRequest

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
_MOST_WRAPPED: Final = 3


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


def read_body(request: RawRequest, notes: Notes, limits: Limits) -> Reading:
    """The body in the format it is in; raises Undecodable when it is in none."""
    body, content_type = request.body, request.content_type
    check_compression(body, (request.header("Content-Encoding") or "").strip().lower())
    named = family(content_type)
    if (named == "multipart" or b"--" in body[:64]) and (boundary := boundary_of(body, content_type, notes)):
        fields, names = read_multipart(body, boundary, notes, limits)
        reading = _reading(open_fields(fields, notes, limits), "multipart", keys=names)
    else:
        reading = _read_text(read_text(body, content_type, notes), _Asked(content_type, notes, limits))
    outer = "json" if reading.wrapped else reading.format
    if named is None or outer in {named, "empty"}:
        return reading
    notes.repair("", "content_type", content_type.partition(";")[0].strip(), outer)
    return dataclasses.replace(reading, because=f"{reading.because} although the header said {_spoken(named)}")


def _spoken(named: str) -> str:
    return {"json": "JSON", "xml": "XML", "text": "plain text"}.get(named, named)


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """How a text is to be read: `wrapped` counts the JSON strings it was taken out of."""

    content_type: str
    notes: Notes
    limits: Limits
    wrapped: int = 0


def _read_text(text: str, asked: _Asked) -> Reading:
    if not text.strip(BLANKS):
        return Reading({}, (), "empty", _BECAUSE["empty"])
    first = text.lstrip(BLANKS)[0]
    return _READERS.get(first, _read_pairs)(text, asked)


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


def _read_container(text: str, asked: _Asked) -> Reading:
    notes, limits = asked.notes, asked.limits
    text = trimmed(text, notes)
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


def _read_wrapped(text: str, asked: _Asked) -> Reading:
    wrapped = asked.wrapped + 1
    if wrapped > _MOST_WRAPPED:
        raise Undecodable(f"The body is JSON inside more than {_MOST_WRAPPED} JSON strings; encode it once.")
    inner = storable(read_json(trimmed(text, asked.notes), asked.notes, asked.limits))
    if not inner.strip(BLANKS):
        return Reading({}, (), "empty", "the body is a blank JSON string")
    asked.notes.repair("", "double_encoded", "JSON string", "its content")
    try:
        reading = _read_text(inner, dataclasses.replace(asked, content_type="", wrapped=wrapped))
    except Undecodable as fault:
        raise Undecodable(f"{fault.sentence} (The body is that text inside a JSON string.)") from None
    return dataclasses.replace(reading, because=f"{reading.because} inside a JSON string", wrapped=True)


def _read_quoted(text: str, asked: _Asked) -> Reading:
    inner = unquoted(trimmed(text, asked.notes))
    if inner is None:
        return _read_pairs(text, asked)
    asked.notes.repair("", "quoted", text.lstrip(BLANKS)[0], "dropped")
    return _read_text(inner, asked)


def _read_markup(text: str, asked: _Asked) -> Reading:
    fields, dropped = read_xml(trimmed(text, asked.notes), asked.notes, asked.limits)
    because = f"{_BECAUSE['xml']}; its outermost element <{storable(dropped)[:60]}> was dropped" if dropped else None
    return _reading(fields, "xml", because=because)


def _read_pairs(text: str, asked: _Asked) -> Reading:
    notes, limits, content_type = asked.notes, asked.limits, asked.content_type
    text = without_front(text, notes).rstrip("\r\n")
    if "=" not in text and text[0] != "%":
        return _read_word(text, content_type)
    if is_lines(text, family(content_type)):
        lines = read_lines(text, limits)
        if lines is None:
            raise Undecodable(_nothing(content_type))
        return _reading(open_fields(lines, notes, limits), "text", keys=list(lines))
    fields = read_form(text, content_type, notes, limits)
    if (reading := _read_key(fields, asked)) is not None:
        return reading
    if "=" not in text:
        raise Undecodable(_nothing(content_type))
    return _reading(open_fields(fields, notes, limits), "form", keys=list(fields))


def _read_word(text: str, content_type: str) -> Reading:
    if text.rstrip(BLANKS) == "null":
        return Reading({}, (), "empty", "the body is JSON null")
    raise Undecodable(_nothing(content_type))


def _read_key(fields: dict[str, Any], asked: _Asked) -> Reading | None:
    """The JSON that a client urlencoded as a whole, so that it came as the only key of a form without a value."""
    key = next(iter(fields), "").strip()
    if list(fields.values()) != [""] or key[:1] not in {"{", "["}:
        return None
    try:
        reading = _read_container(key, dataclasses.replace(asked, notes=(inner := Notes())))
    except Undecodable:
        return None
    asked.notes.take(inner)
    asked.notes.repair("", "json_as_key", "key of a form", reading.format)
    return reading


def _reading(data: Any, name: str, *, keys: list[str] | None = None, because: str | None = None) -> Reading:
    if keys is None:
        sample = data[0] if isinstance(data, list) and data else data
        keys = list(sample) if isinstance(sample, dict) else []
    return Reading(data, tuple(keys), name, because or _BECAUSE[name])


_READERS: Final[dict[str, Callable[[str, _Asked], Reading]]] = {
    "{": _read_container,
    "[": _read_container,
    '"': _read_wrapped,
    "'": _read_quoted,
    "`": _read_quoted,
    "<": _read_markup,
}
