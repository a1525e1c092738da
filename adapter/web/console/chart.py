"""The chart of the overview: where its bars stand and how high they are; the template draws it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from adapter.delivery.families import FAMILIES, LOOKS
from adapter.delivery.tallies import HOUR

HEIGHT: Final = 160
"""Pixels from the zero line to the top of the axis."""
_STACK: Final = ("arrived", "moving", "person", "badly", "quiet")
_WORDS: Final = {
    "arrived": "delivered",
    "moving": "on the way",
    "person": "need you",
    "badly": "ended badly",
    "quiet": "with nothing to send",
}
_STEPS: Final = (1, 2, 5)
_MOST_STEPS: Final = 4
_GAP: Final = 0.2  # of a bar's place


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One family of a bar: pixels from the top, and how many it stands for."""

    family: str
    count: int
    y: float
    height: float


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """What was made in a span of time. `start` and `end` are Unix seconds, `x` and `width` percent of the chart.

    `begins` and `ends` are local times as a filter has them, `tick` stands below it; `running`: it is not over yet.
    """

    start: float
    end: float
    begins: str
    ends: str
    label: str
    tick: str
    x: float
    width: float
    parts: tuple[Part, ...]
    running: bool
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts.values())


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """The bars, the axis as (label, pixels from the top), how many of each family, and the finding."""

    bars: tuple[Bar, ...]
    axis: tuple[tuple[int, float], ...]
    totals: dict[str, int]
    finding: str
    hours: int

    @property
    def total(self) -> int:
        """All that is drawn."""
        return sum(self.totals.values())


def axis_steps(most: int) -> list[int]:
    """Whole numbers from 0 to at least `most`, evenly apart by 1, 2 or 5 times a power of ten."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size * _MOST_STEPS >= most:
                count = max(1, -(-most // (step * size)))
                return [at * step * size for at in range(count + 1)]
        size *= 10


def first_hour(now: float, bars: int, hours: int) -> int:
    """The hour since 1970 in which the first bar begins; the last one holds `now`."""
    return (int(now // HOUR) // hours - bars + 1) * hours


def draw(counted: Mapping[tuple[int, str], int], *, now: float, bars: int, hours: int, zone: str) -> Chart:
    """A chart of so many bars of so many hours each; `counted` by (hour since 1970, state)."""
    first = first_hour(now, bars, hours)
    counts = [Counter[str]() for _ in range(bars)]
    for (hour, status), count in counted.items():
        at = (hour - first) // hours
        if 0 <= at < bars:
            counts[at][LOOKS[status].family] += count
    steps = axis_steps(max((sum(one.values()) for one in counts), default=0))
    drawn = tuple(
        _bar(at, one, start=(first + at * hours) * HOUR, hours=hours, bars=bars, top=steps[-1], now=now, zone=zone)
        for at, one in enumerate(counts)
    )
    totals = {family: sum(one[family] for one in counts) for family in FAMILIES}
    axis = tuple((step, round(HEIGHT - step * HEIGHT / steps[-1], 1)) for step in steps)
    return Chart(drawn, axis, totals, _finding(drawn, totals), hours)


def _bar(
    at: int, counts: Counter[str], *, start: float, hours: int, bars: int, top: int, now: float, zone: str
) -> Bar:  # fmt: skip
    parts, y = [], float(HEIGHT)
    for family in _STACK:
        if counts[family]:
            height = counts[family] * HEIGHT / top
            y -= height
            parts.append(Part(family, counts[family], round(y, 2), round(height, 2)))
    end, place = start + hours * HOUR, 100 / bars
    return Bar(
        start, end, _local(start, zone, "%Y-%m-%dT%H:%M"), _local(end, zone, "%Y-%m-%dT%H:%M"),
        _local(start, zone, "%H:%M" if hours == 1 else "%a %H:%M"),
        _local((start + end) / 2, zone, "%a") if hours > 1 else _local(start, zone, "%H:%M"),
        round((at + _GAP / 2) * place, 3), round((1 - _GAP) * place, 3), tuple(parts), start <= now < end, dict(counts),
    )  # fmt: skip


def _local(at: float, zone: str, form: str) -> str:
    return dt.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone)).strftime(form)


def _finding(bars: Sequence[Bar], totals: dict[str, int]) -> str:
    """What one would see in it."""
    if not sum(totals.values()):
        return "Nothing came in this time."
    words = _WORDS | ({"person": "needs you"} if totals["person"] == 1 else {})
    said = [f"{totals[family]:,} {words[family]}" for family in _STACK if totals[family]]
    busiest = max(bars, key=lambda bar: bar.total)
    return f"{', '.join(said)}; most at {busiest.label}."
