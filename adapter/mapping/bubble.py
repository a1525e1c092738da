"""A text as WhatsApp shows it: its marks made to spans. Close to it, not the same: its parser is not published.

Monospace and addresses are found first, and nothing is read inside them. Then lines, and in each its marks, in one go
from left to right: linear in the length of the text.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Final

MARKS: Final[Mapping[str, str]] = {"*": "bold", "_": "italic", "~": "struck through"}
"""What each mark makes of the text between two of it."""
_CLASSES: Final[Mapping[str, str]] = {"*": "bold", "_": "italic", "~": "strike"}
_LETTER: Final = r"[^\W_]"  # or digit
_PIECE: Final = "\ufffc"  # stands in a line for what is not read: monospace, code, an address
_PIECES: Final = re.compile(
    r"```(?P<mono>.+?)```|(?<!`)`(?P<code>[^`\n]+)`(?!`)"
    r"|(?<![^\W_])(?P<link>(?:https?://|www\.)[^\s`<>\"\ufffc]*[^\s`<>\"\ufffc.,;:!?)\]'*_~])"
    r"|\ufffc",
    re.DOTALL | re.IGNORECASE,
)
_START: Final = re.compile(r"(?P<bullet>[-*] )|(?P<number>[0-9]{1,4}\. )|(?P<quote>> ?)")
_LABELS: Final = {"bullet": "•", "quote": ""}


def opening(mark: str, *, inside: str, besides: str = "") -> re.Pattern[str]:
    """A mark that may open: it touches what is `inside` (a pattern), and before it stands no letter or digit, nor the
    same mark, nor one of `besides`."""
    return re.compile(rf"(?<!{_LETTER})(?<![{besides}{re.escape(mark)}]){re.escape(mark)}(?={inside})")


def closing(mark: str, *, besides: str = "") -> re.Pattern[str]:
    """A mark that may close: it touches what is inside, and behind it stands no letter or digit, nor the same mark, nor
    one of `besides`."""
    same = re.escape(mark)
    return re.compile(rf"(?<=[^\s{same}]){same}(?!{_LETTER})(?![{besides}{same}])")


_OPENS: Final = {mark: opening(mark, inside=rf"[^\s{re.escape(mark)}]") for mark in MARKS}
_CLOSES: Final = {mark: closing(mark) for mark in MARKS}
_ANY: Final = re.compile(r"[*_~\ufffc]")


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one look: `styles` are of bold, italic, strike, mono, code, link."""

    text: str
    styles: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together: `kind` is text (line breaks in it are kept), bullet, number or quote; `label` is what
    stands before it, such as `•` or `1.`."""

    kind: str
    label: str
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """Without its looks."""
        return "".join(span.text for span in self.spans)


@dataclasses.dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    styles: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """What a phone shows of `text`. Never raises; nothing but marks is left out."""
    pieces: list[_Piece] = []

    def set_aside(found: re.Match[str]) -> str:
        style = found.lastgroup
        pieces.append(_Piece(found[style] if style else found[0], (style,) if style else ()))
        return _PIECE

    lines = _PIECES.sub(set_aside, text).split("\n")
    left = iter(pieces)
    return tuple(_together([_line(line, left) for line in lines]))


def literal(text: str) -> tuple[Block, ...]:
    """The text with its marks in view, as an SMS shows it."""
    return (Block("text", "", (Span(text),)),)


def _line(line: str, pieces: Iterator[_Piece]) -> Block:
    start = _START.match(line)
    if start is None or not line[start.end() :].strip():
        return Block("text", "", tuple(_spans(line, pieces)))
    kind = str(start.lastgroup)
    label = _LABELS.get(kind, start[0].strip())
    return Block(kind, label, tuple(_spans(line[start.end() :], pieces)))


def _spans(line: str, pieces: Iterator[_Piece]) -> Iterator[Span]:
    """The line cut at its marks that pair, and at its pieces."""
    inside = [next(pieces) for _ in range(line.count(_PIECE))]
    pairs = _pairs(line, inside)
    at, on, left = 0, list[str](), iter(inside)
    for found in _ANY.finditer(line):
        place = found.start()
        if found[0] != _PIECE and place not in pairs:
            continue
        if at < place:
            yield Span(line[at:place], tuple(on))
        at = place + 1
        if found[0] == _PIECE:
            piece = next(left)
            yield Span(piece.text, (*on, *piece.styles))
        elif pairs[place]:
            on.append(_CLASSES[found[0]])
        else:
            on.pop()
    if at < len(line):
        yield Span(line[at:], tuple(on))


def _pairs(line: str, pieces: list[_Piece]) -> dict[int, bool]:
    """The places of marks that pair: true where one opens, false where it closes. They nest, and stay on their line."""
    found: dict[int, bool] = {}
    opened: list[tuple[str, int]] = []
    left = iter(pieces)
    for sign in _ANY.finditer(line):
        mark, place = sign[0], sign.start()
        if mark == _PIECE:
            if "\n" in next(left).text:
                opened.clear()
        elif any(other == mark for other, _ in opened):
            if _CLOSES[mark].match(line, place):
                while (last := opened.pop())[0] != mark:
                    pass
                found |= {last[1]: True, place: False}
        elif _OPENS[mark].match(line, place):
            opened.append((mark, place))
    return found


def _together(lines: list[Block]) -> Iterator[Block]:
    """Neighbouring lines of text as one block, so that a long text is no long list."""
    held: list[Span] | None = None
    for line in lines:
        if line.kind != "text":
            if held is not None:
                yield Block("text", "", _joined(held))
            held = None
            yield line
        elif held is None:
            held = list(line.spans)
        else:
            held += [Span("\n"), *line.spans]
    if held is not None:
        yield Block("text", "", _joined(held))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours in the same look as one."""
    found: list[tuple[list[str], tuple[str, ...]]] = []
    for span in spans:
        if found and found[-1][1] == span.styles:
            found[-1][0].append(span.text)
        else:
            found.append(([span.text], span.styles))
    return tuple(Span("".join(texts), styles) for texts, styles in found)
