"""How a sentence of the story is made: places filled, what came from outside made visible, durations in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from adapter.delivery.texts import MOMENTS, Text

Step = dict[str, Any]
"""`{"at": Unix seconds or None, "step": a word, "text": what happened, "do": what to do, or ""}`."""
_MOST_CHARACTERS: Final = 300
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(value: Any, most: int = _MOST_CHARACTERS) -> str:
    """A text from outside as it may stand in a terminal: on one line, cut, controls and bidi marks spelt out."""
    text = str(value)
    text = text if len(text) <= most else text[:most] + "…"
    return _UNSEEN.sub(lambda found: " " if found[0] in "\n\r\t" else f"U+{ord(found[0]):04X}", text)


def span(seconds: float) -> str:
    """A duration as people say it."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def said(moment: str, **places: Any) -> Text:
    """A moment's text, its places filled."""
    return filled(MOMENTS[moment], places)


def filled(text: Text, places: Mapping[str, Any]) -> Text:
    """A text of the table with its places filled; never one that holds something from outside already."""
    return Text(text.cause.format_map(places), text.do.format_map(places))


def step(at: float | None, word: str, text: Text) -> Step:
    """One step of a story."""
    return {"at": at, "step": word, "text": text.cause, "do": text.do}
