"""Reading a push as Picky Assist reads it: raw JSON, or the "normal POST" with the JSON in a variable `data`.

The page shows `data` in the query and speaks of posting it, so form bodies, multipart and the query are all taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

_MOST_PAIRS: Final = 200
_MOST_DEPTH: Final = 16
_ITEM_KEYS: Final = frozenset({"number", "message", "media", "media_code", "reference_number", "messenger_id"})


class NotAPush(ValueError):
    """No push can be read here; the message says what to do."""


def read_push(body: bytes, content_type: str, query: str) -> dict[str, Any]:
    """The envelope as a dict with its inner `data` list, keys trimmed. Raises NotAPush."""
    text = _text(body).strip()
    if text[:1] in {"{", "["}:
        return _storable(_envelope(_json(text, "The body"), {}))
    pairs = _pairs(query) | _form(body, text, content_type)
    outer = pairs.pop("data", None)
    if outer is None and not pairs:
        raise NotAPush("The request is empty. Post the push as JSON, or as a form field named data.")
    return _storable(_envelope(_json(outer, "The field data") if outer is not None else None, pairs))


def _storable(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope again, once it is known that it can be kept and passed on as JSON."""
    level: list[Any] = [envelope]
    for _ in range(_MOST_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            break
    else:
        raise NotAPush(f"The push nests deeper than {_MOST_DEPTH} levels.")
    try:
        text = json.dumps(envelope, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        raise NotAPush(
            "The push holds a number or a character that JSON cannot carry (such as half an emoji)."
        ) from None
    if "\\u0000" in text:
        raise NotAPush("The push holds a NUL character; remove it.")
    return envelope


def _inside(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        raise NotAPush(
            f"{where} is not valid JSON at line {fault.lineno}, column {fault.colno}: check quotes and commas there."
        ) from None
    except (ValueError, RecursionError):
        raise NotAPush(f"{where} is not JSON that can be read.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _form(body: bytes, text: str, content_type: str) -> dict[str, str]:
    if not text:
        return {}
    kind, options = parse_options_header(content_type)
    if kind == "multipart/form-data":
        return _multipart(body, str(options.get("boundary", "")))
    return _pairs(text)


def _pairs(text: str) -> dict[str, str]:
    try:
        return {
            key.strip(): value for key, value in parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PAIRS)
        }
    except ValueError:
        raise NotAPush(
            f"The request has more than {_MOST_PAIRS} fields; put the push into one field named data."
        ) from None


def _multipart(body: bytes, boundary: str) -> dict[str, str]:
    found: dict[str, bytes] = {}
    name: str | None = None
    decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=_MOST_PAIRS)
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(part := decoder.next_event(), Epilogue):
            if isinstance(part, Field | File):
                name = part.name.strip() if isinstance(part, Field) else None
            elif isinstance(part, Data) and name is not None:
                found[name] = found.get(name, b"") + part.data
    except Exception:  # noqa: BLE001 - the decoder has no error class of its own for what strangers send
        raise NotAPush("The multipart body is broken: its parts do not fit the boundary in the header.") from None
    return {key: _text(value) for key, value in found.items()}


def _envelope(inner: Any, pairs: Mapping[str, Any]) -> dict[str, Any]:
    """An object is the envelope, a list its recipients; flat `number` and `message` are one recipient."""
    if isinstance(inner, list):
        return {**pairs, "data": inner}
    if inner is not None and not isinstance(inner, Mapping):
        raise NotAPush("The push must be a JSON object with token, application and data.")
    envelope = {str(key).strip(): value for key, value in {**pairs, **(inner or {})}.items()}
    if "data" not in envelope and "group_id" not in envelope:
        item = {key: envelope.pop(key) for key in list(envelope) if key in _ITEM_KEYS}
        envelope["data"] = [item] if item else []
    return envelope
