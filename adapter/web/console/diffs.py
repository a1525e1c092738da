"""What differs between two texts, line by line, for a page."""

from __future__ import annotations

import dataclasses
import difflib
from typing import Final

_MOST_LINES: Final = 4_000  # of both, to be compared
_MOST_LINE: Final = 200  # characters of one
_KINDS: Final = {"+": "ins", "-": "del", "@": "gap"}


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference: `ins`, `del`, `same`, or `gap` where equal lines are left out."""

    kind: str
    text: str


def differences(before: str, after: str, *, most: int = 400) -> list[Line]:
    """The unified difference, [] where there is none; at most `most` lines of it."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > _MOST_LINES:
        return [Line("gap", "These are too long to be compared here.")]
    lines = list(difflib.unified_diff(old, new, lineterm="", n=3))[2:]
    found = [Line(_KINDS.get(line[:1], "same"), "…" if line[:1] == "@" else line[1 : _MOST_LINE + 1]) for line in lines]
    found = found[1:] if found and found[0].kind == "gap" else found
    cut = [Line("gap", f"{len(found) - most} more lines")] if len(found) > most else []
    return [*found[:most], *cut]
