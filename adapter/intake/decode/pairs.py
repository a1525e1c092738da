"""Pairs of key and value: urlencoded bodies and query strings, and the text/plain form with one pair a line."""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Iterable, Iterator
from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.charset import legacy
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes, short

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_NO_EQUALS: Final = re.compile(r"(?:\A|&)[^=&]*+(?:&|\Z)")
_ASCII: Final = re.compile(r"[\x00-\x7f]++")
_PIECE: Final = 16 * 1024
_ESCAPES: Final = re.compile(rb"(?:%[0-9A-Fa-f]{2})++")


def read_form(text: str, content_type: str, notes: Notes, limits: Limits, *, place: str = "body") -> dict[str, Any]:
    """The pairs of `a=1&b=2`; `+` is a blank, a repeated key is a list."""
    check_count(text.count("&") + 1, place, limits)
    charset = legacy(content_type)
    pairs: list[tuple[str, str]] = []
    for piece in text.replace("+", " ").split("&"):
        if piece:
            key, equals, value = piece.partition("=")
            pairs.append((_plain(key, charset, notes), _plain(value, charset, notes)))
            if not equals and piece != piece.strip():
                _warn_of_ampersand(pairs[-1][0], place, notes)
    return collect(pairs)


def _warn_of_ampersand(key: str, place: str, notes: Notes) -> None:
    notes.warn(
        f'The {place} holds "{short(key.strip())}" without "="; if it belongs to the value before it, '
        'send the "&" between them as "%26".'
    )


def is_lines(text: str, family: str | None) -> bool:
    """Whether `key=value` text is a text/plain form, not a urlencoded one.

    Such a form escapes nothing, so `+`, `%` and `&` stand for themselves
    (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#plain-text-form-data).
    """
    broken = "\n" in text or "\r" in text
    if family == "text":
        return broken or "&" not in text or _NO_EQUALS.search(text) is not None
    return broken and "&" not in text and "%" not in text


def read_lines(text: str, limits: Limits) -> dict[str, Any] | None:
    """The pairs of a text/plain form; a line without `=` goes on with the value above. None when it is prose."""
    lines = _LINE_BREAK.split(text)
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        key, equals, value = line.partition("=")
        if equals:
            check_count(len(found) + 1, "body", limits)
            found.append((key, [value]))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            return None
    return collect((key, "\n".join(value)) for key, value in found)


def collect(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs as a dict; the values of a repeated key become a list, in their order."""
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for key, value in pairs:
        if key not in found:
            found[key] = value
        elif key in repeated:
            found[key].append(value)
        else:
            found[key] = [found[key], value]
            repeated.add(key)
    return found


def check_count(count: int, place: str, limits: Limits) -> None:
    """Refuse more pairs or parts than the limit."""
    if count > limits.pairs:
        raise too_many(place, limits)


def too_many(place: str, limits: Limits) -> Undecodable:
    """The refusal of a form, query or multipart body with too many fields."""
    return Undecodable(f"The {place} holds more than {limits.pairs} fields; send fewer.")


def unescaped(text: str, charset: str, *, errors: str = "strict") -> str:
    """The text with its percent escapes read; what is no escape stays as it is.

    `urllib.parse.unquote` takes up to 180 bytes of memory for every "%" of a hostile text.
    """
    return _ASCII.sub(lambda hit: b"".join(_pieces(hit[0].encode())).decode(charset, errors), text)


def _pieces(raw: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        end = at + _PIECE
        cut = raw.rfind(b"%", end - 2, end)
        end = cut if cut >= 0 and end < len(raw) else end
        yield _ESCAPES.sub(_bytes, raw[at:end])
        at = end


def _bytes(escapes: re.Match[bytes]) -> bytes:
    return unhexlify(escapes[0].replace(b"%", b""))


def _plain(text: str, charset: str, notes: Notes) -> str:
    if "%" not in text:
        return text
    try:
        return unescaped(text, "utf-8")
    except UnicodeDecodeError:
        notes.repair("", "charset", "utf-8", charset)
        return unescaped(text, charset, errors="replace")
