"""The one table that is printed: what, measured, against, ratio, aim."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from bench.aims import AIMS

T = TypeVar("T")
_HEADS: Final = ("what", "measured", "against", "ratio", "aim")


@dataclass(frozen=True, slots=True)
class Sample:
    """The same thing measured several times; `of` says what was measured where that is not in the row's name."""

    values: Sequence[float]
    of: str = ""

    def __str__(self) -> str:
        return f"{self.of} {spread(self.values)}".strip()


@dataclass(frozen=True, slots=True)
class Row:
    """A line: `key` names its aim in `bench.aims`; `what` says the unit; the ratio is that of the rounds."""

    key: str
    what: str
    measured: Sample | str
    against: Sample | str = ""

    @property
    def ratio(self) -> str:
        """measured/against, round by round where both have as many, so that what slows both down falls out."""
        if isinstance(self.measured, str) or isinstance(self.against, str):
            return ""
        mine, other = self.measured.values, self.against.values
        if len(mine) != len(other):
            mine, other = [statistics.median(mine)], [statistics.median(other)]
        return spread([one / two for one, two in zip(mine, other, strict=True) if two])

    def cells(self) -> tuple[str, ...]:
        """The five columns."""
        return self.what, str(self.measured), str(self.against), self.ratio, AIMS.get(self.key, "")


def spread(values: Sequence[float]) -> str:
    """The median and, of several values, the least and the most."""
    if not values:
        return "-"
    median = statistics.median(values)
    if min(values) == max(values):
        return _short(median)
    return f"{_short(median)} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    """Three digits, and whole numbers as they are."""
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    places = 1 if abs(value) >= 10 else 2
    return f"{value:.{places if abs(value) >= 0.1 else 3}f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def interleaved(rounds: int, works: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Each work once a round, in turn: what else the machine does falls on all of them alike."""
    results: dict[str, list[T]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            results[name].append(work())
    return results


def render(rows: Sequence[Row]) -> str:
    """Plain text, columns as wide as they need."""
    lines = [_HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)
