"""WhatsApp's rules for a free text: how long it may be, and what people write that is not shown as they mean it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from adapter.mapping.bubble import MARKS, closing, opening
from adapter.mapping.template import PRINTED_HERE

MOST_TEXT: Final = 4096  # characters of a free text, as Picky Assist's character limits give them
MUCH_TEXT: Final = 4000  # its page on interactive messages says 4000: worth a warning
_SUSPICIOUS: Final = re.compile(r"\*\*|\]\(|<|\{\{|\$\{|__|~~")
_MARKDOWN: Final = re.compile(
    r"\*\*(?=[^\s*])[^*\n]{1,200}\*\*|__(?=[^\s_])[^_\n]{1,200}__|~~(?=[^\s~])[^~\n]{1,200}~~"
)
_LINK: Final = re.compile(r"\[[^\[\]\n]{1,100}\]\((?:https?://|www\.|\ufffc)[^()\s]{0,300}\)")
_HTML: Final = re.compile(
    r"</?(?:a|b|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|s|span|strong|table|td|tr|u|ul)(?:\s[^<>\n]{0,200})?/?>",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}\n]{0,60}\}\}|\$\{[^{}\n]{0,60}\}")
_DOLLAR: Final = re.compile(r"\$\{[^{}\n]{0,60}\}")
_SINGLE: Final = re.compile(r"(?<![{$])\{([A-Za-z_][A-Za-z0-9_]{0,40})\}(?!\})")
_WORDS: Final = r"_\ufffc"  # a value is a word until it is known
_OPENS: Final = {mark: opening(mark, inside=r"[^\W\d_]|\ufffc", besides=_WORDS) for mark in MARKS}
_CLOSES: Final = {mark: closing(mark, besides=_WORDS) for mark in MARKS}
_MOST_QUOTED: Final = 30
_MOST_VALUE: Final = 4096


def counted(text: str) -> int:
    """The length in UTF-16, in which most emoji count two."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def too_long(text: str, longest: tuple[str, int] | None) -> str:
    """Why the text is refused, with the part that makes it long where one does."""
    part = f"; the longest part is {longest[0]} ({longest[1]:,})" if longest and longest[1] * 4 > len(text) else ""
    return f"The message has {len(text):,} characters; WhatsApp takes {MOST_TEXT:,}. Shorten its text{part}."


def doubts(text: str) -> list[str]:
    """What a finished text has that its reader will not see as it is meant."""
    found = []
    if len(text) > MUCH_TEXT:
        found.append(f"The message has {len(text):,} characters; above {MUCH_TEXT:,} some channels refuse it.")
    elif len(text) * 2 > MOST_TEXT and (units := counted(text)) > MOST_TEXT:
        found.append(f"The message counts {units:,} where an emoji counts two; above {MOST_TEXT:,} it may be refused.")
    if _SUSPICIOUS.search(text):
        found += _markup(text)
        if match := _PLACEHOLDER.search(text):
            found.append(f"The text holds {_quoted(match[0])}, which the sender did not fill in.")
    return found


def brought(text: str, values: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Marks that came in a value and format what nobody meant to format, by the name of the field."""
    found = []
    for name in names:
        value = values.get(name)
        if not isinstance(value, str) or len(value) > _MOST_VALUE:
            continue
        for mark, style in MARKS.items():
            if mark in value and _formats(mark, value, text):
                found.append(f'{name} contains "{mark}", which WhatsApp may read as the mark for {style} text.')
    return found


def lint(literal: str) -> list[str]:
    """What is doubtful in a text as the hook's owner wrote it, PRINTED_HERE for each of its expressions."""
    return [*(sentence.rstrip(".") for sentence in _markup(literal)), *left_over(literal), *_unclosed(literal)]


def left_over(literal: str) -> Iterator[str]:
    """Fields in another tool's spelling, which nobody fills in."""
    if match := _SINGLE.search(literal):
        yield f'{_quoted(match[0])} is printed as it stands; a field is written "{{{{ {match[1]} }}}}"'
    if match := _DOLLAR.search(literal):
        yield f"{_quoted(match[0])} is printed as it stands; here a field is written in double braces"


def _markup(text: str) -> list[str]:
    found = []
    if match := _MARKDOWN.search(text):
        mark = match[0][0]
        found.append(f"{_quoted(match[0])} is shown with its marks; {MARKS[mark]} text has one {mark} on each side.")
    if match := _LINK.search(text):
        found.append(
            f"{_quoted(match[0])} is shown as it stands; WhatsApp knows no named links, write the address alone."
        )
    if match := _HTML.search(text):
        found.append(
            f"{_quoted(match[0])} is shown as it stands; WhatsApp knows no HTML, *bold* and _italic_ are its marks."
        )
    return found


def _unclosed(literal: str) -> Iterator[str]:
    for line in literal.split("\n"):
        for mark in "*_":  # a lone ~ means "about"
            opened = _OPENS[mark].search(line)
            if opened and not _CLOSES[mark].search(line, opened.end()):
                yield f"the {mark} before {_quoted(line[opened.end() :])} is not closed on its line, so it is shown"


def _formats(mark: str, value: str, text: str) -> bool:
    """Whether a mark inside `value` pairs with another one: in the value itself, or around it in the text."""
    opens, closes = _OPENS[mark].search(value), _CLOSES[mark].search(value)
    if opens and _CLOSES[mark].search(value, opens.end()):
        return True
    return bool(opens or closes) and text.count(mark) > value.count(mark)


def _quoted(text: str) -> str:
    text = text.replace(PRINTED_HERE, "…")
    return f'"{text[:_MOST_QUOTED]}…"' if len(text) > _MOST_QUOTED else f'"{text}"'
