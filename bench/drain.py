"""(b) Draining a stored queue: many messages a push against one, and two relays against one on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from adapter.store.engine import Store
from bench.place import Place
from bench.processes import Adapter, cpu_seconds
from bench.sandbox import Sandbox, sandbox
from bench.stock import number, store_messages, wait_until_settled
from bench.table import Row, Sample, interleaved

_POLL_SECONDS: Final = 0.02
_PATIENCE: Final = 30.0  # seconds without a new message
_KEPT: Final = 10_000  # messages the sandbox remembers


@dataclass(frozen=True, slots=True)
class Drained:
    """`rate` in messages/s at the sandbox; `cpu` the relays' processor seconds a message."""

    rate: float
    cpu: float


def measure(place: Place) -> list[Row]:
    """Both comparisons."""
    with sandbox(place.folder(), rate=0) as box:
        return [*_batches(place, box), *(_relays(place, box) if place.postgres else [])]


def _batches(place: Place, box: Sandbox) -> list[Row]:
    """100 messages a push against 1, on SQLite, for an answer at once and one after 50 ms."""
    counts = {100: 3_000, 1: 300} if place.quick else {100: 20_000, 1: 600}
    stocks = {batch: stocked(place, "SQLite", count) for batch, count in counts.items()}
    rows = []
    for latency in (0.0, 0.05):

        def drain_copy(batch: int, latency: float = latency) -> Drained:
            adapter = _adapter(place, place.copy(stocks[batch]), box, batch)
            return drained(adapter, box, counts[batch], latency=latency)

        found = interleaved(place.rounds, {str(batch): partial(drain_copy, batch) for batch in counts})
        what = f"drain 100 a call, {latency * 1e3:.0f} ms"
        rows += _rows(what, "drain.batch", found["100"], found["1"], "1 a call")
    return rows


def _relays(place: Place, box: Sandbox) -> list[Row]:
    """Two relays against one, on PostgreSQL, 10 messages a push, an answer after 50 ms.

    With 2 calls under way each a relay waits for answers, with 8 it keeps the processors of a small machine busy.
    """
    rows = []
    for concurrency, count in ((2, 2_000), (8, 4_000)):
        stock = stocked(place, "PostgreSQL", messages := min(count, 1_000) if place.quick else count)
        settings = {"RELAY_CONCURRENCY": str(concurrency)}

        def drain_copy(
            relays: int, stock: str = stock, messages: int = messages, settings: dict[str, str] = settings
        ) -> Drained:
            adapter = _adapter(place, place.copy(stock), box, 10, **settings)
            return drained(adapter, box, messages, latency=0.05, relays=relays)

        found = interleaved(place.rounds, {str(relays): partial(drain_copy, relays) for relays in (2, 1)})
        what = f"drain PostgreSQL, 2 relays, 10 a call, 50 ms, {concurrency} calls each"
        rows += _rows(what, f"drain.relays.{concurrency}", found["2"], found["1"], "1 relay")
    return rows


def _rows(what: str, key: str, mine: Sequence[Drained], other: Sequence[Drained], of: str) -> list[Row]:
    rates, rates_of_other = [one.rate for one in mine], [one.rate for one in other]
    spent, spent_of_other = [one.cpu * 1e6 for one in mine], [one.cpu * 1e6 for one in other]
    return [
        Row(f"{key}.rate", f"{what}: messages/s", Sample(rates), Sample(rates_of_other, of)),
        Row(f"{key}.cpu", f"{what}: CPU, µs a message", Sample(spent), Sample(spent_of_other, of)),
    ]


def _adapter(place: Place, url: str, box: Sandbox, batch: int, **settings: str) -> Adapter:
    return place.adapter(url, PICKY_URL=box.push_url, PICKY_RATE="0", PICKY_BATCH=str(batch), **settings)


def stocked(place: Place, kind: str, count: int) -> str:
    """The address of a database with so many messages that wait."""
    store = Store(url := place.database(kind))
    store_messages(store, count)
    store.close()
    return url


def drained(adapter: Adapter, box: Sandbox, count: int, *, latency: float, relays: int = 1) -> Drained:
    """Let so many relays push everything; raises ValueError unless each number came once and each row says so.

    Each push is answered after `latency` seconds.

    What counts is the time from the first push to the last; with several relays, from when a fifth of the messages
    came, for they do not all start at once.
    """
    box.begin_again(latency=latency)
    with ExitStack() as stack, adapter.store() as store:
        processes = [stack.enter_context(adapter.relay()).pid for _ in range(relays)]
        began = _moment(box, processes, count // 5 if relays > 1 else 1)
        ended = _moment(box, processes, count)
        wait_until_settled(store, count)
    numbers = [message["number"] for message in box.messages()]
    wanted = {number(index) for index in range(count)}
    if len(numbers) != min(count, _KEPT) or len(set(numbers)) != len(numbers) or not set(numbers) <= wanted:
        raise ValueError(f"of {count:,} messages the sandbox keeps {len(set(numbers)):,} numbers in {len(numbers):,}")
    came = ended.messages - began.messages
    return Drained(came / (ended.at - began.at), (ended.cpu - began.cpu) / came)


@dataclass(frozen=True, slots=True)
class _Moment:
    """`at` and `cpu` in seconds."""

    at: float
    cpu: float
    messages: int


def _moment(box: Sandbox, processes: Sequence[int], wanted: int) -> _Moment:
    """When the sandbox had at least so many messages."""
    last, deadline = 0, time.monotonic() + _PATIENCE
    while (messages := box.counters()["messages"]) < wanted:
        if messages > last:
            last, deadline = messages, time.monotonic() + _PATIENCE
        if time.monotonic() > deadline:
            raise TimeoutError(f"{messages:,} of {wanted:,} messages came")
        time.sleep(_POLL_SECONDS)
    return _Moment(time.monotonic(), sum(map(cpu_seconds, processes)), messages)
