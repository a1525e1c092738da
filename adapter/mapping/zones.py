"""In which time zones the phone of a number may be, and whether their quiet hours leave an hour to send in."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from collections.abc import Iterator, Sequence
from typing import Final

import phonenumbers

MINUTES: Final = 24 * 60
_WEEK: Final = 7 * 86_400
_WEEKS: Final = 53
_WHOLE_DAY: Final = (1 << MINUTES) - 1
_UNKNOWN: Final = "Etc/Unknown"  # phonenumbers' word


def zones_of(number: str, *, home: str) -> tuple[str, ...]:
    """The zones of a number (digits with country code); `home` stands for what nobody knows."""
    from phonenumbers.timezone import time_zones_for_number  # its table is large, and few hooks need it

    try:
        found = time_zones_for_number(phonenumbers.parse(f"+{number}"))
    except phonenumbers.NumberParseException:
        return (home,)
    return _known(tuple(found), home) or (home,)


@functools.lru_cache(maxsize=512)
def _known(names: tuple[str, ...], home: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name if is_zone(name) else home for name in names))


def is_zone(name: str) -> bool:
    """Whether this machine has a time zone of that name."""
    try:
        return name != _UNKNOWN and bool(zoneinfo.ZoneInfo(name).key)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


def leave_no_minute(zones: Sequence[str], starts: int, ends: int, *, now: float) -> bool:
    """Whether on some day of the coming year it is quiet, from `starts` until `ends` (minutes of the day), in one of
    the zones or another all day long."""
    return len(zones) > 1 and _never_open(tuple(zones), starts, ends, int(now // _WEEK))


@functools.lru_cache(maxsize=512)
def _never_open(zones: tuple[str, ...], starts: int, ends: int, week: int) -> bool:
    quiet = sum(1 << minute % MINUTES for minute in range(starts, ends if ends > starts else ends + MINUTES))
    known = [zoneinfo.ZoneInfo(name) for name in zones]
    return any(_covered(quiet, set(offsets)) for offsets in _offsets(known, week))


def _offsets(zones: Sequence[zoneinfo.ZoneInfo], week: int) -> Iterator[list[int]]:
    """Minutes each zone is ahead of UTC, week by week."""
    for one in range(week, week + _WEEKS):
        at = dt.datetime.fromtimestamp(one * _WEEK, dt.UTC)
        yield [int((at.astimezone(zone).utcoffset() or dt.timedelta()).total_seconds() // 60) for zone in zones]


def _covered(quiet: int, offsets: set[int]) -> bool:
    covered = 0
    for offset in offsets:
        shift = offset % MINUTES  # a minute of the day there is `offset` minutes earlier in UTC
        covered |= (quiet >> shift) | (quiet << (MINUTES - shift)) & _WHOLE_DAY
    return covered == _WHOLE_DAY
