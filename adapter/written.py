"""YAML text for people, which `located` reads back as the very texts it was made from."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Final

_PLAIN: Final = re.compile(r"[^\W\d](?:[\w ./-]{0,118}[\w])?")
# Words that some reader of YAML takes for something else than text.
_NO_TEXT: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_WIDTH: Final = 110


def scalar(text: str) -> str:
    """One text on one line, plain or in double quotes: safe as a key or value, also inside `[…]` and `{…}`."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def sequence(texts: Iterable[str]) -> str:
    """Texts as `[a, "b c:"]`."""
    return f"[{', '.join(map(scalar, texts))}]"


def block(text: str, indent: str) -> str:
    """A text of several lines as `|` with its lines at `indent`, one of a single line or with odd characters quoted.

    Blank lines at its end are dropped, as they are before a message is sent.
    """
    lines = text.rstrip().split("\n")
    if len(lines) == 1 or lines[0][:1].isspace() or not all(_is_literal(line) for line in lines):
        return scalar(text.rstrip())
    return "|\n" + "\n".join(f"{indent}{line}" if line else "" for line in lines)


def comment(text: str, indent: str = "") -> str:
    """A text as comment lines; whatever it holds, none of it is read as YAML."""
    lines = textwrap.wrap(inline(text), _WIDTH - len(indent), break_on_hyphens=False)
    return "\n".join(f"{indent}# {line}" for line in lines)


def inline(text: str, most: int | None = None) -> str:
    """A text on one line, at most `most` characters of it, without characters that a terminal or YAML would obey."""
    if most is not None and len(text) > most:
        text = text[:most] + "…"
    return "".join(one if one.isprintable() else " " for one in text)


def _is_literal(line: str) -> bool:
    return line.isprintable() and line == line.rstrip()


def _escaped(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    if one.isprintable():
        return one
    code = ord(one)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
