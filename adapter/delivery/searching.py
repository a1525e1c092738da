"""Finding rows for a search: newest first, a page at a time, within a few seconds however many rows there are.

Every filter that people use has an index; words of a text have none, and are looked for among the newest rows until a
page is full or the time is over.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.search import BadSearch, Search, read
from adapter.delivery.search_conditions import EVENTS_SOUGHT, MESSAGES_SOUGHT, Condition, Sought, of_few
from adapter.delivery.search_rows import event_rows, message_rows
from adapter.store.engine import Store
from adapter.store.limited import Limited, TooSlow, limited

__all__ = ["BadSearch", "Found", "Search", "events_page", "every", "messages_page", "newer_than", "read", "total_of"]

PAGE: Final = 50
COUNTED: Final = 1_000
"""A total is exact up to that."""
SECONDS: Final = 3.0
_COUNT_SECONDS: Final = 1.0  # after a page of words was found, no more of them are counted than in that time
_WINDOW: Final = 20_000  # rows looked through in one statement
CHUNK: Final = 500
LONG: Final = 60.0
"""Seconds that one statement of what runs in the background may take."""
_SOUGHT: Final = {False: MESSAGES_SOUGHT, True: EVENTS_SOUGHT}
_FEW: Final = 2_000
_LATE: Final = 3_600.0  # a row is stored within that after it came


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A page of rows, newest first.

    `total`: how many fit, and with `is_more` at least so many; None where it was not counted. `older`, `newer`: the
    `after` and `before` of the pages beside this one. `too_slow`: the time was over, `rows` were found until then.
    `sentence`: what was searched.
    """

    rows: tuple[dict[str, Any], ...]
    total: int | None
    is_more: bool = False
    older: int | None = None
    newer: int | None = None
    too_slow: bool = False
    sentence: str = ""

    @property
    def count(self) -> str:
        """`214`, `1,000+`, or `` where it was not counted."""
        return "" if self.total is None else f"{self.total:,}" + "+" * self.is_more


def messages_page(store: Store, search: Search, *, limit: int = PAGE, seconds: float = SECONDS) -> Found:
    """The messages that fit; each row has what a list shows, `text` only its beginning, `trial` as its event."""
    return _page(store, Reader(store, MESSAGES_SOUGHT, search, limit), message_rows, seconds)


def events_page(store: Store, search: Search, *, limit: int = PAGE, seconds: float = SECONDS) -> Found:
    """The events that fit; `states` of each counts its messages by state."""
    return _page(store, Reader(store, EVENTS_SOUGHT, search, limit), event_rows, seconds)


def newer_than(store: Store, search: Search, seq: int, *, events: bool = False, most: int = 100) -> int:
    """How many rows that fit came after `seq`, counted up to `most`; none where that would take long."""
    reader = Reader(store, _SOUGHT[events], search.without_place(), most)
    try:
        with limited(store, 1.0) as reading:
            return len(reader.exact(reading, [reader.seq > seq], most, newest=False))
    except TooSlow:
        return 0


def total_of(store: Store, search: Search, *, events: bool = False) -> str:
    """How many rows fit an index, as `Found.count` writes it; `` where that took too long."""
    reader = Reader(store, _SOUGHT[events], search.without_place(), COUNTED)
    try:
        with limited(store, 1.0) as reading:
            total = len(reader.exact(reading, [], COUNTED + 1, newest=True))
    except TooSlow:
        return ""
    return f"{min(total, COUNTED):,}" + "+" * (total > COUNTED)


def every(store: Store, search: Search, *, events: bool = False) -> Iterator[tuple[dict[str, Any], ...]]:
    """All rows that fit, newest first, some hundred at a time; whoever reads slowly holds no transaction open."""
    rows = event_rows if events else message_rows
    reader = Reader(store, _SOUGHT[events], search.without_place(), CHUNK)
    with limited(store, LONG) as reading:
        windows: list[list[Condition]] = [[]]
        if scans(store, search, events=events):
            windows = list(reader.windows(reading, after=None, before=None))
    for window in windows:
        place = window
        while True:
            with limited(store, LONG) as reading:
                seqs = reader.fitting(reading, place, CHUNK, newest=True, scans=bool(window))
            if seqs:
                with store.read() as connection:
                    yield rows(connection, seqs)
            if len(seqs) < CHUNK:
                break
            place = [*window, reader.seq < seqs[-1]]


def scans(store: Store, search: Search, *, events: bool = False) -> bool:
    """Whether only looking through the rows tells what fits: no index finds any."""
    reader = Reader(store, _SOUGHT[events], search.without_place(), 1)
    if not reader.has_scan:
        return False
    with limited(store, LONG) as reading:
        return not reader.exact(reading, [], 1, newest=True)


@dataclasses.dataclass(frozen=True, slots=True)
class _Seqs:
    """What was found: the page's `seq`s and one more, newest first."""

    seqs: Sequence[int]
    total: int | None
    is_more: bool = False
    too_slow: bool = False


Rows = Callable[[sa.Connection, Sequence[int]], tuple[dict[str, Any], ...]]


def _page(store: Store, reader: Reader, rows: Rows, seconds: float) -> Found:
    sentence = reader.search.understood().sentence
    try:
        with limited(store, seconds) as reading:
            found = reader.find(reading)
    except TooSlow:
        return Found((), None, too_slow=True, sentence=sentence)
    seqs, older, newer = _placed(reader.search, found.seqs, reader.limit)
    with store.read() as connection:
        shown = rows(connection, seqs)
    return Found(shown, found.total, found.is_more, older, newer, found.too_slow, sentence)


def _placed(search: Search, seqs: Sequence[int], limit: int) -> tuple[Sequence[int], int | None, int | None]:
    """The page, and its neighbours: of one row more than it has, the one too many tells that there are more."""
    more = len(seqs) > limit
    if search.before is not None:
        kept = seqs[-limit:]
        return kept, kept[-1] if kept else None, kept[0] if more else None
    kept = seqs[:limit]
    return kept, kept[-1] if more else None, kept[0] if kept and search.after is not None else None


class Reader:
    """One search over one table."""

    def __init__(self, store: Store, sought: Sought, search: Search, limit: int) -> None:
        self.search = search
        self.limit = limit
        self.seq = sought.table.c.seq
        self._at = sought.at
        self._branches = sought.branches(search, store.is_sqlite)
        self._scan = sought.scan(search)
        self.has_scan = bool(self._scan)
        self._bounds: list[Condition] | None = None
        self._named, self._of_few = of_few(search) if store.is_sqlite and sought is MESSAGES_SOUGHT else ([], [])

    def find(self, reading: Limited) -> _Seqs:
        """What an index finds; where that is nothing, what looking through the rows finds."""
        total = len(self.exact(reading, [], COUNTED + 1, newest=True))
        if self._scan and not total:
            return self._look_through(reading)
        return _Seqs(self._beside(reading), min(total, COUNTED), total > COUNTED)

    def exact(self, reading: Limited, place: Sequence[Condition], limit: int, *, newest: bool) -> list[int]:
        """The first `seq`s that fit a branch. Each branch is asked for by itself, so that its own index is used."""
        self._choose(reading)
        bounds, found = self._bounded(reading), set[int]()
        for branch in self._branches:
            query = sa.select(self.seq).where(*branch, *bounds, *place)
            ordered = query.order_by(self.seq.desc() if newest else self.seq).limit(limit)
            found.update(row[0] for row in reading.execute(ordered))
        return sorted(found, reverse=newest)[:limit]

    def _choose(self, reading: Limited) -> None:
        """Go by hook or account rather than by state where there are few of it."""
        if self._named:
            some = sa.select(self.seq).where(*self._named).limit(_FEW + 1).subquery()
            if reading.execute(sa.select(sa.func.count()).select_from(some))[0][0] <= _FEW:
                self._branches = self._of_few
            self._named = []

    def fitting(
        self, reading: Limited, place: Sequence[Condition], limit: int, *, newest: bool, scans: bool
    ) -> list[int]:
        """As `exact`, or with `scans` the rows with the words; `place` is then a window of rows."""
        if not scans:
            return self.exact(reading, place, limit, newest=newest)
        query = sa.select(self.seq).where(*self._scan, *self._bounded(reading), *place)
        ordered = query.order_by(self.seq.desc() if newest else self.seq).limit(limit)
        return [row[0] for row in reading.execute(ordered)]

    def whole(self, reading: Limited, *, scans: bool) -> Condition:
        """Everything as one condition, for counting."""
        fits = sa.and_(*self._scan) if scans else sa.or_(*[sa.and_(sa.true(), *branch) for branch in self._branches])
        return sa.and_(fits, *self._bounded(reading))

    def _beside(self, reading: Limited) -> list[int]:
        after, before = self.search.after, self.search.before
        if before is not None:
            return self.exact(reading, [self.seq > before], self.limit + 1, newest=False)[::-1]
        return self.exact(reading, [] if after is None else [self.seq < after], self.limit + 1, newest=True)

    def _look_through(self, reading: Limited) -> _Seqs:
        """Rows with all the words, a window of rows at a time, until the page is full or the time is over."""
        after, before = self.search.after, self.search.before
        has_place = after is not None or before is not None
        found: list[int] = []
        began, is_more, too_slow = time.monotonic(), False, False
        try:
            for window in self.windows(reading, after=after, before=before):
                most = COUNTED + 1 - len(found)
                found += self.fitting(reading, window, most, newest=before is None, scans=True)
                is_full = len(found) > self.limit and (has_place or time.monotonic() - began > _COUNT_SECONDS)
                if is_full or len(found) > COUNTED:
                    is_more = True
                    break
        except TooSlow:
            is_more, too_slow = True, len(found) <= self.limit
        total = None if has_place else min(len(found), COUNTED)
        return _Seqs(sorted(found[: self.limit + 1], reverse=True), total, is_more, too_slow)

    def windows(self, reading: Limited, *, after: int | None, before: int | None) -> Iterator[list[Condition]]:
        """Ranges of `seq` that cover the table from the newest row down, or from `before` up."""
        bounds = self._bounded(reading)
        query = sa.select(self.seq).where(*bounds).limit(1)
        first, last = (reading.execute(query.order_by(order)) for order in (self.seq, self.seq.desc()))
        if not first or not last:
            return
        lowest, highest = first[0][0], last[0][0]
        if before is not None:
            for start in range(max(before + 1, lowest), highest + 1, _WINDOW):
                yield [self.seq >= start, self.seq < start + _WINDOW]
            return
        for end in range(highest if after is None else min(after - 1, highest), lowest - 1, -_WINDOW):
            yield [self.seq <= end, self.seq > end - _WINDOW]

    def _bounded(self, reading: Limited) -> list[Condition]:
        """The search's times, as a range of `seq` too: rows are stored within an hour after they came."""
        if self._bounds is None:
            self._bounds = list(self._times(reading))
        return self._bounds

    def _times(self, reading: Limited) -> Iterator[Condition]:
        search, at = self.search, self._at
        if search.newest is not None:
            yield self.seq <= search.newest
        if search.since is not None:
            yield at + 0 >= search.since  # + 0: an index on it would be used instead of the range
            before = sa.select(self.seq).where(at < search.since - _LATE).order_by(at.desc()).limit(1)
            yield from (self.seq > row[0] for row in reading.execute(before))
        if search.until is not None:
            yield at + 0 < search.until
            behind = sa.select(self.seq).where(at > search.until + _LATE).order_by(at).limit(1)
            yield from (self.seq < row[0] for row in reading.execute(behind))
