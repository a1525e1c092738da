"""Finding a field's value in a payload: by the sender's key, however it is spelt, or by a JMESPath expression."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions, signature
from jmespath.parser import ParsedResult

from adapter.intake.decode.rows import rows
from adapter.intake.sources import DOLLAR

_LOOSE: Final = str.maketrans("_-", "  ")
_STEP: Final = re.compile(r"[^.\[\]]+|\[\d{1,4}\]")
_WALK: Final = re.compile(r"[^.\[\]|&*?()\"`{}]+(?:\.[^.\[\]|&*?()\"`{}]+|\[\d{1,4}\])+")


class _Functions(Functions):  # type: ignore[misc]
    """JMESPath's own functions, and `rows`."""

    @signature({"types": ["object", "array", "null"]})  # type: ignore[untyped-decorator]
    def _func_rows(self, value: Any) -> list[Any] | None:
        """An object with keys "0", "1", … or of parallel lists as a list of rows."""
        return rows(value)


_OPTIONS: Final = jmespath.Options(custom_functions=_Functions())


def loose(key: str) -> str:
    """A key without what people vary: case, surrounding blanks, and the difference between blank, `_` and `-`."""
    return key.translate(_LOOSE).strip().casefold()


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One entry of `from`: a literal key, and the JMESPath expression it may also be."""

    key: str
    path: ParsedResult | None
    steps: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Place:
        """A text that is no JMESPath (`Deal Id`) is a literal key, or steps between points (`item.Full Name`)."""
        steps = tuple(_STEP.findall(text)) if _WALK.fullmatch(text) else ()
        try:
            return cls(text, jmespath.compile(text), steps)
        except (JMESPathError, ValueError, TypeError, RecursionError):
            return cls(text, None, steps)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A value and the sender's name of it. `placeholder` is an unresolved merge field seen on the way, or None."""

    key: str
    value: Any
    placeholder: str | None = None


class Source:
    """One payload, ready to be searched many times."""

    def __init__(self, data: Any, empty_words: frozenset[str], placeholders: re.Pattern[str] = DOLLAR) -> None:
        """`empty_words`: what this sender writes for nothing, in lower case; `placeholders`: what its merge fields
        look like where they were not filled in."""
        self._data = data
        self._empty_words = empty_words
        self._placeholders = placeholders
        keys = data if isinstance(data, Mapping) else ()
        self._loose: dict[str, list[str]] = {}
        for key in keys:
            self._loose.setdefault(loose(str(key)), []).append(key)

    def find(self, places: Sequence[Place], *, empty_words: frozenset[str] = frozenset()) -> Found:
        """The first place that yields something not empty; `value` is None where none does."""
        placeholder = present = None
        for place in places:
            for key, value in self._candidates(place):
                present = present or (key if value is not None else None)
                inner = _lone(value)
                if isinstance(inner, str) and self._placeholders.fullmatch(inner):
                    placeholder = placeholder or inner.strip()
                elif not self._is_empty(inner, empty_words):
                    return Found(key, value)
        return Found(present or places[0].key, None, placeholder)

    def _candidates(self, place: Place) -> Iterator[tuple[str, Any]]:
        if isinstance(self._data, Mapping):
            alike = self._loose.get(loose(place.key), [])
            for key in sorted(alike, key=lambda key: key != place.key):  # the exact one first
                yield key, self._data[key]
        if place.path is not None:
            yield place.key, _quietly(place.path, self._data)
        if place.steps:
            yield place.key, _walked(self._data, place.steps)

    def _is_empty(self, value: Any, empty_words: frozenset[str]) -> bool:
        if isinstance(value, str):
            word = value.strip().lower()
            return not word or word in self._empty_words or word in empty_words
        return value is None or value in ([], {})


def search(path: ParsedResult, data: Any) -> Any:
    """What a JMESPath yields. Raises JMESPathError and what Python raises where it does not fit the data."""
    try:
        return path.search(data, options=_OPTIONS)
    except JMESPathTypeError:  # its functions know floats only, no exact decimals
        return path.search(_with_floats(data), options=_OPTIONS)


def _quietly(path: ParsedResult, data: Any) -> Any:
    """What a JMESPath yields; None where it does not fit this payload."""
    with suppress(JMESPathError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError):
        return search(path, data)
    return None


def _walked(data: Any, steps: Sequence[str]) -> Any:
    """What lies behind the steps, each key however it is spelt."""
    for step in steps:
        if step.startswith("["):
            index = int(step[1:-1])
            data = data[index] if isinstance(data, list) and index < len(data) else None
        elif isinstance(data, Mapping):
            wanted = loose(step)
            key = step if step in data else next((key for key in data if loose(str(key)) == wanted), step)
            data = data.get(key)
        else:
            return None
    return data


def _lone(value: Any) -> Any:
    """What a list of one holds, for telling whether it is empty: `["  "]` and `[null]` are."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _with_floats(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_floats(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
