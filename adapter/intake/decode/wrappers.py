"""JSON inside fields read in place, and the fields that wrap a whole payload opened to the top level."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.json_text import check_values, read_json
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.multipart import file_note
from adapter.intake.decode.notes import Notes, short
from adapter.intake.decode.pairs import collect, too_many
from adapter.intake.decode.part_head import Disposition, disposition
from adapter.intake.decode.python_text import read_python

# JSONString: Zoho's finance apps. payload: GitHub's form mode, Slack. rawRequest: Jotform.
WRAPPERS: Final = frozenset({"JSONString", "payload", "rawRequest"})
# Zapier's multipart layout puts all fields as JSON into one part "data"
# (https://github.com/zapier/zapier-platform, legacy-scripting-runner, makeMultipartForm).
FIELD_WRAPPERS: Final = WRAPPERS | {"data"}

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+")
_HEAD: Final = 16 * 1024


def open_fields(data: dict[str, Any], notes: Notes, limits: Limits) -> dict[str, Any]:
    """The fields of a form, query or multipart body with every JSON text in place, and wrappers opened."""
    texts = [text for value in data.values() for text in (value if isinstance(value, list) else [value])]
    check_values([text for text in texts if isinstance(text, str) and _looks_like_json(text)], limits)
    found = {key: _in_place(key, value, notes, limits) for key, value in data.items()}
    return _lifted(found, [key for key in found if key.strip() in FIELD_WRAPPERS and isinstance(data[key], str)], notes)


def open_texts(data: dict[str, Any], notes: Notes, limits: Limits) -> dict[str, Any]:
    """A JSON object whose wrappers hold JSON as text: opened; a wrapper that is an object already is left alone."""
    keys = [key for key, value in data.items() if isinstance(value, str) and key.strip() in WRAPPERS]
    if not keys:
        return data
    check_values([data[key] for key in keys if _looks_like_json(data[key])], limits)
    return _lifted(data | {key: _in_place(key, data[key], notes, limits) for key in keys}, keys, notes)


def _in_place(key: str, value: Any, notes: Notes, limits: Limits) -> Any:
    if isinstance(value, list):
        return [_in_place(key, inner, notes, limits) for inner in value]
    if not isinstance(value, str) or not _looks_like_json(value):
        return value
    try:
        found = read_json(value, inner := Notes(), limits)
    except Undecodable as fault:
        if key.strip() in FIELD_WRAPPERS and (literal := _python(value, limits)) is not None:
            notes.repair(key, "python_in_field", "text", "object" if isinstance(literal, dict) else "list")
            return literal
        # A field is text first ("[new] see {1}"): only a wrapper's fault is worth telling.
        if key.strip() in WRAPPERS:
            notes.warn(f'The field "{short(key)}" was left as text: {fault.sentence.replace("The body", "it", 1)}')
        return value
    for repair in inner.repairs:
        notes.repair(key, repair.code, repair.was, repair.now)
    for sentence in inner.warnings:
        notes.warn(sentence)
    notes.repair(key, "json_in_field", "text", "object" if isinstance(found, dict) else "list")
    return found


def _python(text: str, limits: Limits) -> Any:
    try:
        return read_python(text, limits)
    except ValueError:
        return None


def _looks_like_json(text: str) -> bool:
    if not text or text[0] not in "{[ \t\r\n":
        return False
    text = text.strip()
    return text[:1] + text[-1:] in {"{}", "[]"}


def _lifted(data: dict[str, Any], keys: Iterable[str], notes: Notes) -> dict[str, Any]:
    lifted = dict(data)
    for key in keys:
        inner = data[key]
        if isinstance(inner, dict):
            notes.repair(key, "wrapper_opened", "object", "top level")
            for name, value in inner.items():
                lifted.setdefault(name, value)
    return lifted


def multipart_parts(data: Any) -> list[Any] | None:
    """The parts of Power Automate's JSON description of a multipart body, None for anything else.

    Its HTTP action posts the description itself when it cannot read a part's Content-Disposition.
    """
    parts = data.get("$multipart") if isinstance(data, dict) else None
    return parts if isinstance(parts, list) else None


def read_parts(parts: list[Any], notes: Notes, limits: Limits) -> tuple[dict[str, Any], list[str]]:
    """The fields of such a description, and every part's name."""
    if len(parts) > limits.pairs:
        raise too_many("body", limits)
    pairs: list[tuple[str, Any]] = []
    names: list[str] = []
    for number, part in enumerate(parts, 1):
        said = _disposition(part)
        if said.name is None:
            notes.warn(f"Part {number} of the multipart description has no name and was left out.")
            continue
        names.append(said.name)
        if said.filename != "":
            pairs.append((said.name, _part_value(part.get("body"), said.filename)))
    notes.repair("", "multipart_wrapper", "$multipart", "fields")
    return collect(pairs), names


def _disposition(part: Any) -> Disposition:
    headers = part.get("headers") if isinstance(part, dict) else None
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if name.lower() == "content-disposition" and isinstance(value, str):
            return disposition(value[:_HEAD])
    return Disposition(None, None)


def _part_value(body: Any, filename: str | None) -> Any:
    content = body.get("$content") if isinstance(body, dict) else None
    if isinstance(content, str):
        mime = body.get("$content-type")
        size = sum(map(len, _BASE64.findall(content))) * 3 // 4
        return file_note(filename or "", mime if isinstance(mime, str) else None, size)
    if filename is not None:
        return file_note(filename, None, len(body.encode("utf-8", "replace")) if isinstance(body, str) else 0)
    return body
