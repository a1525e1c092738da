"""Long texts share the room of one page: what does not fit is cut, and it is said how much."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final

from markupsafe import escape

from adapter.delivery.hiding import hidden
from adapter.web.console.written import visible

_LEAST: Final = 40


@dataclasses.dataclass(slots=True)
class Room:
    """`left`: bytes of HTML that long texts may still take, `few` those that short ones may. `shows_numbers`: else
    numbers are hidden in each text."""

    left: int
    few: int
    shows_numbers: bool

    def said(self, text: Any, most: int = 300) -> str:
        """A short text, cut to `most` characters, and to very few where others took the room."""
        whole = self.veiled(str(text))
        shown = _fitting(whole[:most], max(self.few, _LEAST))
        self.few -= _cost(shown)
        return shown if len(shown) == len(whole) else f"{shown}…"

    def veiled(self, text: str) -> str:
        """The text, its numbers hidden unless they are to be shown."""
        return text if self.shows_numbers else str(hidden(text))

    def long(self, text: str, most: int) -> str:
        """A long text, cut to `most` bytes of HTML and to what is left."""
        text = self.veiled(text[:most])
        shown = _fitting(text, min(most, max(self.left, 0)))
        self.left -= _cost(shown)
        return shown

    def json(self, value: Any, most: int) -> str:
        """A value as JSON on several lines; at its end how much was cut."""
        text = json.dumps(value if self.shows_numbers else hidden(value), ensure_ascii=False, indent=2, default=str)
        shown = self.long(text, most)
        return shown if len(shown) == len(text) else f"{shown}\n… {len(text) - len(shown):,} more characters"


def _fitting(text: str, most: int) -> str:
    """The longest beginning that takes no more than that."""
    if _cost(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _cost(text[:middle]) <= most else (low, middle - 1)
    return text[:low]


def _cost(text: str) -> int:
    """Its bytes in a page."""
    return len(str(escape(visible(text))).encode("utf-8", "surrogatepass"))
