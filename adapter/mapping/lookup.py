"""Finding a field's value in a payload: by the sender's key, however it is spelt, or by a JMESPath expression."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.parser import ParsedResult

_LOOSE: Final = str.maketrans("_-", "  ")
_MERGE_FIELD: Final = re.compile(r"\s*\$\{[^{}]*\}\s*\Z")


def loose(key: str) -> str:
    """A key without what people vary: case, surrounding blanks, and the difference between blank, `_` and `-`."""
    return key.translate(_LOOSE).strip().casefold()


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One entry of `from`: a literal key, and the JMESPath expression it may also be."""

    key: str
    path: ParsedResult | None

    @classmethod
    def of(cls, text: str) -> Place:
        """A text that is no JMESPath (`Deal Id`) is a literal key only."""
        try:
            return cls(text, jmespath.compile(text))
        except (JMESPathError, ValueError, TypeError, RecursionError):
            return cls(text, None)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A value and the sender's name of it. `placeholder` is an unresolved merge field seen on the way, or None."""

    key: str
    value: Any
    placeholder: str | None = None


class Source:
    """One payload, ready to be searched many times."""

    def __init__(self, data: Any, empty_words: frozenset[str]) -> None:
        """`empty_words`: what this sender writes for nothing, in lower case."""
        self._data = data
        self._empty_words = empty_words
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
                if isinstance(inner, str) and _MERGE_FIELD.match(inner):
                    placeholder = placeholder or inner.strip()
                elif not self._is_empty(inner, empty_words):
                    return Found(key, value)
        return Found(present or places[0].key, None, placeholder)

    def _candidates(self, place: Place) -> list[tuple[str, Any]]:
        found = []
        if isinstance(self._data, Mapping):
            alike = self._loose.get(loose(place.key), [])
            for key in sorted(alike, key=lambda key: key != place.key):  # the exact one first
                found.append((key, self._data[key]))
        if place.path is not None:
            # an expression that does not fit this payload yields nothing
            with suppress(JMESPathError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError):
                found.append((place.key, self._search(place.path)))
        return found

    def _search(self, path: ParsedResult) -> Any:
        try:
            return path.search(self._data)
        except JMESPathTypeError:  # its functions know floats only, no exact decimals
            return path.search(_with_floats(self._data))

    def _is_empty(self, value: Any, empty_words: frozenset[str]) -> bool:
        if isinstance(value, str):
            word = value.strip().lower()
            return not word or word in self._empty_words or word in empty_words
        return value is None or value in ([], {})


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
