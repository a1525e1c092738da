"""The type of a field, guessed from its value and its key; text wherever there is a doubt."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma

from adapter.draft.leaves import Leaf
from adapter.draft.vocabulary import is_count, is_money
from adapter.mapping.fields import FieldSpec, as_text, default_of

_MOST_DIGITS: Final = 6
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_URL: Final = re.compile(r"https?://\S+\Z")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\Z")


def type_of(leaf: Leaf) -> str:
    """The name of a type that takes the value that came."""
    guessed = _guessed(leaf)
    return guessed if guessed == "list" or _takes(guessed, leaf.value) else "text"


def _guessed(leaf: Leaf) -> str:
    value = leaf.value
    if isinstance(value, list):
        return "list"
    if isinstance(value, bool):
        return "boolean"
    text = as_text(value).strip()
    if isinstance(value, str) and text.lower() in {"true", "false"}:
        return "boolean"
    for pattern, name in ((_EMAIL, "email"), (_URL, "url"), (_DAY, "date"), (_MOMENT, "datetime")):
        if isinstance(value, str) and pattern.match(text):
            return name
    return _number(leaf, text)


def _number(leaf: Leaf, text: str) -> str:
    """Only what people count is an integer: an id, a postcode, a year or a number with zeros before it is text."""
    if is_count(leaf.spelt) and text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
        return "integer"
    has_decimals = isinstance(leaf.value, Decimal) and leaf.value != leaf.value.to_integral_value()
    if is_money(leaf.spelt) or has_decimals:
        return "decimal"
    return "text"


def _takes(name: str, value: Any) -> bool:
    """Whether the real type takes the value: a field that refuses it would refuse the whole request."""
    try:
        default_of(FieldSpec("draft", name, (), default=value), zone=dt.UTC)
    except ma.ValidationError:
        return False
    return True
