"""Pairs of key and value: urlencoded bodies and query strings, and the text/plain form with one pair a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote

from adapter.errors import Undecodable
from adapter.intake.decode.charset import FALLBACK, declared
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes

_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")


def read_form(text: str, content_type: str, notes: Notes, limits: Limits, *, place: str = "body") -> dict[str, Any]:
    """The pairs of `a=1&b=2`; `+` is a blank, a repeated key is a list."""
    check_count(text.count("&") + 1, place, limits)
    fallback = declared(content_type) or FALLBACK
    pairs: list[tuple[str, str]] = []
    for piece in text.replace("+", " ").split("&"):
        if piece:
            key, _, value = piece.partition("=")
            pairs.append((_plain(key, fallback, notes), _plain(value, fallback, notes)))
    return collect(pairs)


def is_lines(text: str, family: str | None) -> bool:
    """Whether `key=value` text is a text/plain form, not a urlencoded one.

    Such a form escapes nothing, so `+`, `%` and `&` stand for themselves
    (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#plain-text-form-data).
    """
    broken = "\n" in text or "\r" in text
    if family == "text":
        return broken or "&" not in text or not all("=" in piece for piece in text.split("&"))
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


def _plain(text: str, fallback: str, notes: Notes) -> str:
    if "%" not in text:
        return text
    try:
        return unquote(text, "utf-8", "strict")
    except UnicodeDecodeError:
        notes.repair("", "charset", "utf-8", fallback)
        return unquote(text, fallback, "replace")
