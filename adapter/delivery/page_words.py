"""The texts of a story for a page: where a terminal is told a command, a page has a button or a place."""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = r"python -m adapter (?:optouts\b|check\b|\S+ \S+)(?: --\w+)?\.?"
_INSTEAD: Final = tuple(
    (re.compile(pattern.replace("CMD", _COMMAND)), text)
    for pattern, text in (
        (
            r"After that it leaves by itself within the hour, or at once with: CMD",
            "Mend the cause; then it leaves by itself within the hour, or at once with the button.",
        ),
        (r"; it stands in: CMD", "; it stands beside the attempt."),
        (r"; its address: CMD", "; its address stands on the account's page."),
        (r"; when that is mended: CMD", "; when that is mended, send it again."),
        (r"If you want it to go again, though it may be twice: CMD", "Sent again, it may arrive twice."),
        (r"(?<=[.;] )(?:To try again|Then|The list): CMD", ""),
        (r" with: CMD", "."),
        (r"; all of them: CMD", "."),
    )
)


def on_a_page(text: str) -> str:
    """A text of the story without commands for a terminal."""
    for pattern, instead in _INSTEAD:
        text = pattern.sub(instead, text)
    return text.strip()
