"""Spans of time in `send_at`: `{{ appointment - 1 day }}`, where a day is a day of the calendar and an hour an hour."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import zoneinfo
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from jinja2 import TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from adapter.mapping.budget import TemplateFault
from adapter.mapping.filters import Voice
from adapter.mapping.language import Environment
from adapter.mapping.printed import is_nothing
from adapter.mapping.reading import quoted

MOST_DAYS: Final = 3_660
_DAY: Final = 86_400
# What one of each unit is: days of the calendar, and seconds.
_UNITS: Final[Mapping[str, tuple[int, int]]] = {"week": (7, 0), "day": (1, 0), "hour": (0, 3_600), "minute": (0, 60)}
_NAMES: Final = {unit + end: unit for unit in _UNITS for end in ("", "s")}
_FILTER: Final = "span of time"  # blanks keep a template from calling it by name
_OPERATORS: Final = frozenset({"and", "else", "if", "in", "is", "not", "or"})
_SPELLING: Final = "a span of time is a whole number of weeks, days, hours or minutes, such as 1 day"
_UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC"})


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Days of the calendar, and seconds; `zone` is the hook's.

    A moment a day later shows the same time of day, in its field's own zone or else the hook's, also where the clocks
    change in between. Hours and minutes pass as they do on a stopwatch. Of a missing value nothing is made.
    """

    days: int
    seconds: int
    zone: dt.tzinfo

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Span):
            return Span(self.days + other.days, self.seconds + other.seconds, self.zone)
        return _moved(other, self)

    def __radd__(self, other: Any) -> Any:
        return _moved(other, self)

    def __sub__(self, other: Any) -> Any:
        return self + -other if isinstance(other, Span) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return _moved(other, -self)

    def __neg__(self) -> Span:
        return Span(-self.days, -self.seconds, self.zone)

    def __str__(self) -> str:
        return "a span of time"


def settled(wall: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The moment at which the clocks of `zone` show `wall`: the first of two, and where they jump over it as much later
    as they jump."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC).astimezone(zone)


def no_date(value: Any) -> TemplateFault:
    """The fault of a value that is neither date nor moment."""
    return TemplateFault(f"{quoted(value)} is no date or time; give its field the type date or datetime")


def _moved(value: Any, span: Span) -> Any:
    if is_nothing(value):
        return None
    if not isinstance(value, dt.date):
        raise no_date(value)
    if not isinstance(value, dt.datetime):
        day = value + dt.timedelta(days=span.days)
        return day if not span.seconds else _later(settled(_midnight(day), span.zone), span.seconds)
    moment = value if value.tzinfo else settled(value, span.zone)
    if span.days:
        moment = _on_day(moment, span)
    return _later(moment, span.seconds) if span.seconds else moment


def _on_day(moment: dt.datetime, span: Span) -> dt.datetime:
    own = moment.tzinfo
    is_place = isinstance(own, zoneinfo.ZoneInfo) and own.key not in _UTC_NAMES
    zone = own if is_place and own else span.zone
    wall = moment.astimezone(zone).replace(tzinfo=None) + dt.timedelta(days=span.days)
    return settled(wall, zone)


def _later(moment: dt.datetime, seconds: int) -> dt.datetime:
    return (moment.astimezone(dt.UTC) + dt.timedelta(seconds=seconds)).astimezone(moment.tzinfo)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


@functools.lru_cache(maxsize=64)
def language_with_spans(voice: Voice) -> Environment:
    """The language of a voice in which `1 day` is a value."""
    environment = Environment(voice)
    environment.add_extension(_Spans)
    environment.filters[_FILTER] = partial(_span, voice.zone)
    return environment


def _span(zone: dt.tzinfo, count: int, unit: str) -> Span:
    days, seconds = _UNITS[unit]
    return Span(count * days, count * seconds, zone)


class _Spans(Extension):
    """Reads a number and a unit behind it as one value."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            unit = stream.current
            is_span = unit.type == "name" and unit.value not in _OPERATORS
            if token.type not in {"integer", "float"} or not is_span:
                yield token
                continue
            next(stream)
            if stream.current.type in {"integer", "float", "lparen"}:
                raise TemplateSyntaxError("join spans of time with + or -, such as 1 day + 2 hours", token.lineno)
            yield from _tokens(token.lineno, token.value, unit.value)


def _tokens(line: int, count: Any, word: str) -> Iterator[Token]:
    """`(1 | filter("day"))`."""
    unit = _NAMES.get(word)
    if unit is None or not isinstance(count, int):
        raise TemplateSyntaxError(_SPELLING, line)
    days, seconds = _UNITS[unit]
    if count > MOST_DAYS * _DAY or count * (days * _DAY + seconds) > MOST_DAYS * _DAY:
        raise TemplateSyntaxError(f"a span of time is at most {MOST_DAYS:,} days", line)
    spelt: tuple[tuple[str, Any], ...] = (("lparen", "("), ("integer", count), ("pipe", "|"), ("name", _FILTER))
    given = (("lparen", "("), ("string", unit), ("rparen", ")"), ("rparen", ")"))
    return (Token(line, kind, value) for kind, value in (*spelt, *given))
