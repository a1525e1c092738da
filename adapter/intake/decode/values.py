"""The last look at values before they leave decode: within bounds, storable texts, keys without blanks around them."""

from __future__ import annotations

from typing import Any

from adapter.errors import Undecodable
from adapter.intake.decode.json_text import too_deep, too_many_values
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes, is_storable, storable


def tidy(data: Any, notes: Notes, limits: Limits) -> Any:
    """The data itself, or where it holds NUL, broken characters or blanks around keys, a copy without them.

    A key with blanks keeps its spelling where the trimmed one is taken or nothing would be left of it. Raises
    Undecodable when the data is out of bounds.
    """
    if _is_tidy(data, limits):
        return data
    if not isinstance(data, dict):
        return _tidied(data, "", notes)
    return _keyed(data, "", notes)


def _is_tidy(data: Any, limits: Limits) -> bool:
    tidy, keys, values = True, 0, 0
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > limits.depth and any(isinstance(value, (dict, list)) for value in level):
            raise too_deep(limits)
        values += len(level)
        if values > limits.values:
            raise too_many_values(limits)
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                tidy = tidy and is_storable(value)
            elif isinstance(value, dict):
                keys += len(value)
                if keys > limits.keys:
                    raise Undecodable(f"The body holds more than {limits.keys} keys; send fewer.")
                tidy = _has_tidy_keys(value, limits) and tidy
                below.extend(value.values())
            elif isinstance(value, list):
                if len(value) > limits.list_length:
                    raise Undecodable(f"A list in the body is longer than {limits.list_length} elements; split it.")
                below.extend(value)
        level = below
    return tidy


def _has_tidy_keys(value: dict[str, Any], limits: Limits) -> bool:
    tidy = True
    for key in value:
        if len(key) > limits.key_length:
            raise Undecodable(f"A key in the body is longer than {limits.key_length} characters; shorten it.")
        if tidy and (key != key.strip() or not is_storable(key)):
            tidy = False
    return tidy


def _tidied(value: Any, field: str, notes: Notes) -> Any:
    if isinstance(value, str):
        return _text(value, field, notes)
    if isinstance(value, dict):
        return _keyed(value, field, notes)
    if isinstance(value, list):
        return [_tidied(inner, field, notes) for inner in value]
    return value


def _keyed(value: dict[str, Any], field: str, notes: Notes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in value.items():
        clean = _text(key, field or key, notes)
        trimmed = clean.strip()
        if trimmed != clean and trimmed and trimmed not in value and trimmed not in found:
            notes.repair(field or trimmed, "key_blanks", clean, trimmed)
            clean = trimmed
        found.setdefault(clean, _tidied(inner, field or clean, notes))
    return found


def _text(text: str, field: str, notes: Notes) -> str:
    if is_storable(text):
        return text
    clean = storable(text)
    if "\0" in text:
        notes.repair(field, "nul_removed", "NUL", "")
    if "\ufffd" in clean and clean.count("\ufffd") != text.count("\ufffd"):
        notes.repair(field, "surrogate_replaced", "half a character", "\ufffd")
    return clean
