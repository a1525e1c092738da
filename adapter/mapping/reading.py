"""Numbers and moments out of whatever a filter is given: a trusted value, or a text that holds one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, DecimalException
from typing import Any, Final

from adapter.mapping.budget import TemplateFault
from adapter.mapping.fields.dates import DateFault, read_date, read_moment
from adapter.mapping.fields.numbers import NumberFault, read_number

_MOST_NUMBER: Final = Decimal(10) ** 30
_MOST_QUOTED: Final = 40
_MOST_BITS: Final = 1_000


def quoted(value: Any) -> str:
    """A value as a fault may show it: short, in double quotes."""
    is_huge = isinstance(value, int) and value.bit_length() > _MOST_BITS  # Python would refuse to write it
    text = "a huge number" if is_huge else str(value)
    return f'"{text[:_MOST_QUOTED]}…"' if len(text) > _MOST_QUOTED else f'"{text}"'


def number_of(value: Any, name: str) -> Decimal:
    """The number in `value`; raises TemplateFault in the name of a filter."""
    try:
        found = _number(value)
    except NumberFault as fault:
        raise TemplateFault(f"{name} cannot read {quoted(value)}: it {fault}") from fault
    if not found.is_finite() or abs(found) > _MOST_NUMBER:
        raise TemplateFault(f"{name} cannot read {quoted(value)}: it is too large")
    return found


def moment_of(value: Any, zone: dt.tzinfo, name: str) -> dt.date | dt.datetime | dt.time:
    """The day, the moment in `zone`, or the time of day in `value`; raises TemplateFault in the name of a filter."""
    try:
        found = _moment(value)
        if not isinstance(found, dt.datetime):
            return found
        return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)
    except (DateFault, ValueError, OverflowError, OSError) as fault:
        raise TemplateFault(f"{name} cannot read {quoted(value)} as a date or time") from fault


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str):
        return read_number(value.strip())[0]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NumberFault("is not a number")
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise NumberFault("is too large")
    try:
        return Decimal(str(value))
    except DecimalException as fault:
        raise NumberFault("is not a number") from fault


def _moment(value: Any) -> dt.date | dt.datetime | dt.time:
    if isinstance(value, dt.date | dt.time):
        return value
    if not isinstance(value, str):
        raise DateFault("is not a date")
    text = value.strip()
    if ":" not in text:
        return read_moment(text) if text.isdecimal() else read_date(text)
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        return read_moment(text)
