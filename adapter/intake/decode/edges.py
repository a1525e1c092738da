"""What stands around a body: blanks and marks in front, apostrophes or a Markdown fence, compression."""

from __future__ import annotations

import re
from typing import Final

from adapter.errors import Undecodable
from adapter.intake.decode.notes import Notes

BLANKS: Final = " \t\r\n\f\v\0\ufeff\u00a0"

_NOT_BLANK_IN_JSON: Final = re.compile(r"[^ \t\r\n]")
# JSON as it is pasted from a shell's command line, from Markdown or from what a language model wrote.
_AROUND: Final = (("'", "'"), ("```json", "```"), ("```xml", "```"), ("```", "```"))
_GZIP: Final = b"\x1f\x8b"
_CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "compress"})


def check_compression(body: bytes, coding: str) -> None:
    """Refuse a compressed body; `coding` is the Content-Encoding, believed only of bytes that are no text."""
    if body.startswith(_GZIP):
        coding = "gzip"
    elif coding not in _CODINGS or _is_text(body):
        return
    raise Undecodable(f"The body is compressed ({coding}); send it without compression.")


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


def trimmed(text: str, notes: Notes) -> str:
    """The text with plain blanks for what stands in front of it, and nothing behind, so that places can be told."""
    bare = without_front(text, notes)
    return _NOT_BLANK_IN_JSON.sub(" ", text[: len(text) - len(bare)]) + bare.rstrip(BLANKS)


def without_front(text: str, notes: Notes) -> str:
    """The text without the blanks and marks in front of it; blanks behind may belong to a value and stay."""
    bare = text.lstrip(BLANKS)
    before = text[: len(text) - len(bare)]
    if "\ufeff" in before:
        notes.repair("", "bom", "byte-order mark", "dropped")
    if "\0" in before:
        notes.repair("", "nul_removed", "NUL", "")
    return bare


def unquoted(text: str) -> str | None:
    """The JSON or XML inside apostrophes or a Markdown fence, every character at its place; None for anything else."""
    begin = len(text) - len(text.lstrip())
    for opening, closing in _AROUND:
        if text.startswith(opening, begin) and text.endswith(closing):
            inner = text[begin + len(opening) : -len(closing)]
            return text[:begin] + " " * len(opening) + inner if inner.lstrip(BLANKS)[:1] in {"{", "[", "<"} else None
    return None
