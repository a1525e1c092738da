"""What is mended in XML that a template wrote: bare ampersands, HTML's entities, and a declaration before no root."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Final
from xml.sax.saxutils import escape

_DECLARATION: Final = re.compile(r"\A\s*+<\?xml[^>]{0,1000}\?>")
_VERBATIM: Final = r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?:\]\]>|\Z)|<!--(?:[^-]|-(?!->))*+(?:-->|\Z)"
_AMPERSAND: Final = re.compile(
    _VERBATIM + r"|(&)(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,30};))?"
)
_NOT_BLANK: Final = re.compile(r"[^\r\n]")


def without_bare_ampersands(text: str) -> str:
    """The text with `Tom & Co` as `Tom &amp; Co` and HTML's `&nbsp;` as its character; CDATA and comments stay."""
    return _AMPERSAND.sub(lambda hit: _escaped(hit[2]) if hit[1] else hit[0], text)


def without_declaration(text: str) -> str:
    """The text with blanks for its XML declaration, so that what follows keeps its place."""
    return _DECLARATION.sub(lambda hit: _NOT_BLANK.sub(" ", hit[0]), text)


def _escaped(name: str | None) -> str:
    if name is None:
        return "&amp;"
    return escape(html5.get(name, f"&{name}"))
