"""How a value prints inside a text: a missing one as nothing, a decimal without exponent, a list joined."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from decimal import Decimal
from typing import Any, Final

import jinja2
from jinja2.runtime import LoopContext

from adapter.mapping.budget import MOST_CHARACTERS, TemplateFault, spending

_MOST_MAGNITUDE: Final = 40  # decimal places on either side of the point that print without exponent
_MOST_DEPTH: Final = 20
_SEVERAL: Final = (list, tuple, range, KeysView, ValuesView, ItemsView, Iterator)


class Nothing(str):
    """A missing value inside a text: it prints as nothing, also through filters, and still is `none`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other is None or other == ""

    def __hash__(self) -> int:
        return hash("")


NOTHING: Final = Nothing()


def is_nothing(value: Any) -> bool:
    """Whether `value` stands for a missing one."""
    return value is None or isinstance(value, Nothing)


def printed(value: Any, zone: dt.tzinfo, depth: int = 0) -> str:
    """The text of a value; raises TemplateFault for what is no value (a method, a loop) or prints too much."""
    if isinstance(value, dt.datetime):
        return _moment(value, zone)
    if isinstance(value, _SEVERAL) and not isinstance(value, LoopContext):
        return _list(value, zone, depth)
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    raise TemplateFault(f"a {type(value).__name__} is no value that can be printed")


def joined(parts: Iterable[str], separator: str) -> str:
    """The parts in one text, counted before it is made."""
    left = spending()
    found = []
    size = -len(separator)
    for part in parts:
        size += len(part) + len(separator)
        if size > MOST_CHARACTERS:
            raise TemplateFault(f"it joins more than {MOST_CHARACTERS:,} characters")
        found.append(part)
        left.make(len(part) + len(separator))
    return separator.join(found)


def _decimal(value: Decimal) -> str:
    if value and value.is_finite() and abs(value.adjusted()) > _MOST_MAGNITUDE:
        raise TemplateFault(f"the number {value:.3e} is too large or too small to print")
    return format(value, "f")


def _moment(value: dt.datetime, zone: dt.tzinfo) -> str:
    return (value.astimezone(zone) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M")


def _list(values: Iterable[Any], zone: dt.tzinfo, depth: int) -> str:
    if depth == _MOST_DEPTH:
        raise TemplateFault("a list nests too deeply to be printed")
    return joined((printed(element, zone, depth + 1) for element in values), ", ")


def _json(value: Mapping[Any, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_WRITERS: Final[tuple[tuple[Any, Callable[[Any], str]], ...]] = (
    (str, str),
    (type(None), lambda _: ""),
    (Decimal, _decimal),
    ((bool, int, float, dt.date, dt.time), str),
    (Mapping, _json),
    (jinja2.Undefined, str),  # raises with the name
)
