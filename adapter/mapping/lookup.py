"""Finding a field's value in a payload: by the sender's key, however it is spelt, or by a JMESPath expression."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
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
        self._loose: dict[str, str] = {}
        for key in keys:
            self._loose.setdefault(loose(str(key)), key)

    def find(self, places: Sequence[Place], *, empty_words: frozenset[str] = frozenset()) -> Found:
        """The first place that yields something not empty; `value` is None where none does."""
        placeholder = None
        for place in places:
            for key, value in self._candidates(place):
                if isinstance(value, str) and _MERGE_FIELD.match(value):
                    placeholder = placeholder or value.strip()
                elif not self._is_empty(value, empty_words):
                    return Found(key, value)
        return Found(places[0].key, None, placeholder)

    def _candidates(self, place: Place) -> list[tuple[str, Any]]:
        found = []
        if isinstance(self._data, Mapping):
            key = place.key if place.key in self._data else self._loose.get(loose(place.key))
            if key is not None:
                found.append((key, self._data[key]))
        if place.path is not None:
            # an expression that does not fit this payload yields nothing
            with suppress(JMESPathError, ArithmeticError, TypeError, ValueError, AttributeError):
                found.append((place.key, place.path.search(self._data)))
        return [(key, _lone(value)) for key, value in found]

    def _is_empty(self, value: Any, empty_words: frozenset[str]) -> bool:
        if isinstance(value, str):
            word = value.strip().lower()
            return not word or word in self._empty_words or word in empty_words
        return value is None or value in ([], {})


def _lone(value: Any) -> Any:
    """`[""]`, `[null]`: a list of one empty thing is as empty as the thing."""
    if isinstance(value, list) and len(value) == 1 and (value[0] is None or value[0] == ""):
        return None
    return value
