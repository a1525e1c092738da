"""Bounds of a field, as marshmallow validators: `min`, `max` and `pattern`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sized
from typing import Any

import marshmallow as ma
import regex

from adapter.mapping.fields.notes import as_text, notes, shown

# A payload may bring a thousand rows for one slow pattern: the more have been compared, the less time each gets.
_SECONDS, _LEAST_SECONDS, _ALL_SECONDS = 0.1, 0.005, 0.5
Validator = Callable[[Any], None]


def within(minimum: Any, maximum: Any) -> Validator:
    """Numbers and dates by value, texts and lists by length; None is no bound."""

    def check(value: Any) -> None:
        measured, unit = _measured(value)
        if minimum is not None and measured < _alike(minimum, measured):
            raise ma.ValidationError(f"{_said(value, measured)} is less than {as_text(minimum)}{unit}.")
        if maximum is not None and measured > _alike(maximum, measured):
            raise ma.ValidationError(f"{_said(value, measured)} is more than {as_text(maximum)}{unit}.")

    return check


def _measured(value: Any) -> tuple[Any, str]:
    if isinstance(value, str):
        return len(value), " characters"
    if isinstance(value, Sized):
        return len(value), " entries"
    return value, ""


def _alike(bound: Any, measured: Any) -> Any:
    """A bound that can be compared with the value: a day with a moment."""
    if isinstance(measured, dt.datetime) and not isinstance(bound, dt.datetime):
        return dt.datetime.combine(bound, dt.time(), tzinfo=measured.tzinfo)
    return bound


def _said(value: Any, measured: Any) -> str:
    return f"{shown(value)} with its length of {measured}" if measured is not value else shown(value)


def matching(pattern: str) -> Validator:
    """The whole text matches, found within a tenth of a second; within less after the first few of a payload."""
    compiled = regex.compile(pattern)

    def check(value: Any) -> None:
        here = notes()
        here.patterns += 1
        seconds = max(_LEAST_SECONDS, min(_SECONDS, _ALL_SECONDS / here.patterns))
        try:
            found = compiled.fullmatch(as_text(value), timeout=seconds)
        except TimeoutError:
            raise ma.ValidationError(f"{shown(value)} takes too long to compare with the hook's pattern.") from None
        if found is None:
            raise ma.ValidationError(f"{shown(value)} does not match the hook's pattern {pattern}.")

    return check
