"""(d) From the post to the push, one event at a time on an idle adapter; against a relay that passes on at once."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import Final

from bench.leads import Leads, number_in
from bench.load import Connection, require_queued
from bench.place import Place
from bench.sandbox import Sandbox, sandbox
from bench.table import Row, Sample, interleaved, percentile

_PATIENCE: Final = 10.0
_NAIVE: Final = "naive relay"
_random: Final = random.Random(1)  # noqa: S311 - moves the posts off any rhythm of the relay, guards nothing


def measure(place: Place) -> list[Row]:
    """Milliseconds: of many events about 125 ms apart without a pace, and of few a second apart at the default pace."""
    many, few = (10, 4) if place.quick else (50, 10)
    with sandbox(place.folder(), rate=0) as box, ExitStack() as stack:
        ports = {kind: _start(stack, place, box, kind, PICKY_RATE="0") for kind in (*place.kinds(), _NAIVE)}
        paced = _start(stack, place, box, "SQLite")
        block = partial(_block, box, Leads())
        quick = interleaved(place.rounds, {name: partial(block, port, many, 0.12) for name, port in ports.items()})
        slow = [block(paced, few, 1.0)]
    rows = [_rows(f"post to push, {kind}", "latency", quick[kind], quick[_NAIVE]) for kind in place.kinds()]
    return [*chain(*rows, _rows("post to push, SQLite, 85 a minute", "latency.paced", slow, quick[_NAIVE]))]


def _rows(what: str, key: str, mine: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> list[Row]:
    """The median of each round; the 99th percentile of all rounds together, for one has too few events."""

    def medians(rounds: Sequence[Sequence[float]]) -> list[float]:
        return [percentile(seconds, 50) * 1e3 for seconds in rounds]

    def tail(rounds: Sequence[Sequence[float]]) -> list[float]:
        return [percentile([*chain(*rounds)], 99) * 1e3]

    return [
        Row(f"{key}.p50", f"{what}: p50, ms", Sample(medians(mine)), Sample(medians(other), _NAIVE)),
        Row(f"{key}.p99", f"{what}: p99, ms", Sample(tail(mine)), Sample(tail(other), _NAIVE)),
    ]


def _start(stack: ExitStack, place: Place, box: Sandbox, kind: str, **settings: str) -> int:
    """The port of an adapter on that kind of database, or of the naive relay, which runs until the stack is closed."""
    url = "" if kind == _NAIVE else place.database(kind)
    adapter = place.adapter(url, PICKY_URL=box.push_url, **settings)
    stack.enter_context(adapter.web("bench.naive_relay:app") if kind == _NAIVE else adapter.run())
    return adapter.port


def _block(box: Sandbox, leads: Leads, port: int, events: int, apart: float) -> list[float]:
    """Seconds from each post to its arrival at the sandbox; the posts are about `apart` seconds apart."""
    box.begin_again(latency=0.0)
    sent: dict[str, float] = {}
    connection = Connection(port, waits=True)
    try:
        for request in leads.take(events):
            time.sleep(apart * _random.uniform(0.8, 1.2))
            sent[number_in(request)] = time.time()
            connection.send(request)
            while (answer := connection.take()) is None:
                pass
            require_queued(answer)
    finally:
        connection.socket.close()
    deadline = time.monotonic() + _PATIENCE
    while box.counters()["messages"] < len(sent) and time.monotonic() < deadline:
        time.sleep(0.02)
    came = {item["number"]: push["received_at"] for push in box.requests() for item in push["body"]["data"]}
    if came.keys() != sent.keys():
        raise ValueError(f"{len(sent)} events were posted one by one, {len(came)} of them were pushed")
    return [came[number] - moment for number, moment in sent.items()]
