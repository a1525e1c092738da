"""Words of a push that have few meanings: priority and application."""

from __future__ import annotations

from typing import Any, Final

_PRIORITIES: Final = {"": 0, "0": 0, "low": 0, "false": 0, "none": 0, "1": 1, "high": 1, "true": 1}


def priority_of(value: Any) -> int:
    """0 (low) or 1 (high); raises ValueError with a sentence."""
    word = str(value).strip().lower()
    if word not in _PRIORITIES:
        raise ValueError(f'priority must be 0 (low) or 1 (high), not "{word[:20]}"')
    return _PRIORITIES[word]


def application_of(value: Any) -> str | None:
    """The number of a channel, as text, None for the account's own; raises ValueError with a sentence."""
    text = "" if value is None else str(value).strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise ValueError(f'application must be the number of a channel such as 8, not "{text[:20]}"')
    return text or None
