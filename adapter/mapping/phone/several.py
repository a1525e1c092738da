"""Texts that may hold more than one number: `98765 43210 / 98765 43211`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MOST_PARTS: Final = 6
_STRONG: Final = re.compile(
    r"[\n\r\u2028\u2029;,|&\\]+|(?<=\s)(?:or|and|oder|und|ou|et|o|y|e|u|i|/)(?=\s)|/{2,}", re.IGNORECASE
)
_SLASH: Final = re.compile(r"/")
_WORD: Final = re.compile(r"[^\W_]")
# 030/1234567, as Germans write it; without a zero, + or bracket it is one only where an area code cannot be a number.
_AREA_CODE: Final = re.compile(r"\A\s?((?:[+(0][0-9+()\s]{1,14}|[0-9]{2,5}))\s?/\s?(?=[0-9][0-9\s\-]{2,}\Z)")


def parts_of(text: str) -> list[str]:
    """The texts between commas, line breaks, `or` and the like, else between slashes; what holds
    neither digits nor letters is left out."""
    parts = _filled(_STRONG.split(text))
    return _filled(_SLASH.split(parts[0])) if len(parts) == 1 else parts


def _filled(parts: list[str]) -> list[str]:
    return [part.strip() if len(parts) > 1 else part for part in parts if _WORD.search(part)]


def without_slash(text: str) -> str | None:
    """The text as one number whose area code a slash follows; None where it does not look so."""
    joined = _AREA_CODE.sub(r"\1 ", text, count=1)
    return joined if joined != text and "/" not in joined else None


def cuts_at_blanks(text: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a text of two numbers with only a blank between them."""
    words = text.split()
    for at in range(1, min(len(words), 2 * MOST_PARTS)):
        yield " ".join(words[:at]), " ".join(words[at:])
