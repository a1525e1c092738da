"""Reading a push as Picky Assist reads it: raw JSON, or the "normal POST" with the JSON in a variable `data`.

The page shows `data` in the query and speaks of posting it, so form bodies, multipart and the query are all taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from adapter.picky.posted import Unreadable, form_of, json_of, pairs_of, require_shallow, text_of

_ITEM_KEYS: Final = frozenset({"number", "message", "media", "media_code", "reference_number", "messenger_id"})


class NotAPush(Unreadable):
    """No push can be read here; the message says what to do."""


def read_push(body: bytes, content_type: str, query: str) -> dict[str, Any]:
    """The envelope as a dict with its inner `data` list, keys trimmed. Raises NotAPush."""
    try:
        return _storable(_read(body, content_type, query))
    except Unreadable as fault:
        raise NotAPush(str(fault)) from None


def _read(body: bytes, content_type: str, query: str) -> dict[str, Any]:
    text = text_of(body).strip()
    if text[:1] in {"{", "["}:
        return _envelope(json_of(text, "The body"), {})
    pairs = pairs_of(query) | form_of(body, content_type)
    outer = pairs.pop("data", None)
    if outer is None and not pairs:
        raise NotAPush("The request is empty. Post the push as JSON, or as a form field named data.")
    return _envelope(json_of(outer, "The field data") if outer is not None else None, pairs)


def _storable(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope again, once it is known that it can be kept and passed on as JSON."""
    require_shallow(envelope)
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
