"""Finding a field's value in a payload: by the sender's key, however it is spelt, or by a JMESPath expression."""

from __future__ import annotations

import copy
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


ITEM: Final = "item"
# Parts of a JMESPath of which only the first sees the payload; the others see what that one yields.
_CHAINED: Final = frozenset(
    {"subexpression", "index_expression", "pipe", "projection", "value_projection", "filter_projection", "flatten"}
)
# What a JMESPath raises where it does not fit a payload.
UNFIT: Final = (JMESPathError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError)
_OPTIONS: Final = jmespath.Options(custom_functions=_Functions())


def loose(key: str) -> str:
    """A key without what people vary: case, surrounding blanks, and the difference between blank, `_` and `-`."""
    return key.translate(_LOOSE).strip().casefold()


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One entry of `from`: a literal key, and the JMESPath expression it may also be.

    `of_item`: whether it lies in the element that `for_each` is at.
    """

    key: str
    path: ParsedResult | None
    steps: tuple[str, ...] = ()
    of_item: bool = False

    @classmethod
    def of(cls, text: str) -> Place:
        """A text that is no JMESPath (`Deal Id`) is a literal key, or steps between points (`item.Full Name`)."""
        steps = tuple(_STEP.findall(text)) if _WALK.fullmatch(text) else ()
        try:
            path = jmespath.compile(text)
            return cls(text, path, steps, ITEM in _roots(path.parsed))
        except (JMESPathError, ValueError, TypeError, RecursionError):
            return cls(text, None, steps, steps[:1] == (ITEM,))


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A value and the sender's name of it. `placeholder` is an unresolved merge field seen on the way, or None.

    `of_item`: whether it lies in the element that `for_each` is at.
    """

    key: str
    value: Any
    placeholder: str | None = None
    of_item: bool = False


class Source:
    """One payload, ready to be searched many times."""

    def __init__(self, data: Any, empty_words: frozenset[str], placeholders: re.Pattern[str] = DOLLAR) -> None:
        """`empty_words`: what this sender writes for nothing, in lower case; `placeholders`: what its merge fields
        look like where they were not filled in."""
        self.data = data
        self._empty_words = empty_words
        self._placeholders = placeholders
        self._loose: dict[str, list[str]] = {}
        self._floats: Any = None
        self._outer: Source | None = None
        for key in data if isinstance(data, Mapping) else ():
            self._loose.setdefault(loose(str(key)), []).append(key)

    def with_item(self, item: Any) -> Source:
        """The payload with one element beside its own keys, as `item`; what is known of the payload is shared."""
        one = copy.copy(self)
        one.data = {**(self.data if isinstance(self.data, Mapping) else {}), ITEM: item}
        alike = [key for key in self._loose.get(ITEM, ()) if key != ITEM]
        one._loose = {**self._loose, ITEM: [*alike, ITEM]}
        one._outer, one._floats = self, None
        return one

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
                    return Found(key, value, of_item=place.of_item)
        return Found(present or places[0].key, None, placeholder)

    def _candidates(self, place: Place) -> Iterator[tuple[str, Any]]:
        if isinstance(self.data, Mapping):
            alike = self._loose.get(loose(place.key), [])
            for key in sorted(alike, key=lambda key: key != place.key):  # the exact one first
                yield key, self.data[key]
        if place.path is not None:
            yield place.key, self._quietly(place.path)
        if place.steps:
            yield place.key, _walked(self.data, place.steps)

    def search(self, path: ParsedResult) -> Any:
        """What a JMESPath yields. Raises JMESPathError and what Python raises where it does not fit the data."""
        try:
            return path.search(self.data, options=_OPTIONS)
        except JMESPathTypeError:  # its functions know floats only, no exact decimals
            return path.search(self._as_floats(), options=_OPTIONS)

    def _quietly(self, path: ParsedResult) -> Any:
        with suppress(*UNFIT):
            return self.search(path)
        return None

    def _as_floats(self) -> Any:
        if self._floats is None:
            if self._outer is None:
                self._floats = _with_floats(self.data)
            else:
                outer = self._outer._as_floats()
                beside = outer if isinstance(outer, Mapping) else {}
                self._floats = {**beside, ITEM: _with_floats(self.data[ITEM])}
        return self._floats

    def _is_empty(self, value: Any, empty_words: frozenset[str]) -> bool:
        if isinstance(value, str):
            word = value.strip().lower()
            return not word or word in self._empty_words or word in empty_words
        return value is None or value in ([], {})


def _roots(node: Mapping[str, Any]) -> Iterator[str]:
    """The top-level keys that a JMESPath begins at."""
    if node["type"] == "field":
        yield node["value"]
    for child in node["children"][:1] if node["type"] in _CHAINED else node["children"]:
        yield from _roots(child)


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
