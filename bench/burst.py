"""(c) 1,000 events at once while Picky Assist takes 90 calls a minute: the adapter against a naive relay."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.leads import Leads
from bench.load import post_for
from bench.place import Place
from bench.sandbox import Sandbox, sandbox
from bench.stock import wait_until_settled
from bench.table import Row, Sample, interleaved

_CONNECTIONS: Final = 16
_REAL_RATE: Final = 90  # calls a minute; what comes faster is dropped
_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """Of one burst: how many messages came within a minute, the seconds from the first post to the last that came,
    the calls that were made, and those of them that were dropped."""

    messages: int
    seconds: float
    calls: int
    dropped: int


def measure(place: Place) -> list[Row]:
    """Messages that came within a minute, how fast, and with how many calls."""
    events = 200 if place.quick else 1_000
    found = interleaved(
        1 if place.quick else 2,
        {"adapter": partial(_adapter, place, events), "naive": partial(_naive, place, events)},
    )

    def row(key: str, what: str, name: str) -> Row:
        mine, other = ([float(getattr(one, name)) for one in found[of]] for of in ("adapter", "naive"))
        return Row(f"burst.{key}", f"burst of {events:,}: {what}", Sample(mine), Sample(other, "naive relay"))

    return [
        row("arrived", "messages that arrived in a minute", "messages"),
        row("seconds", "seconds to the last of them", "seconds"),
        row("calls", "calls made", "calls"),
        row("dropped", "calls dropped for coming too fast", "dropped"),
    ]


def _adapter(place: Place, events: int) -> Arrived:
    """All of it, at its default pace."""
    with sandbox(place.folder(), rate=_REAL_RATE) as box:
        adapter = place.adapter(PICKY_URL=box.push_url)
        with adapter.run(), adapter.store() as store:
            arrived = _burst(adapter.port, box, events)
            wait_until_settled(store, events)
    return arrived


def _naive(place: Place, events: int) -> Arrived:
    """The naive relay on the same gunicorn; once every post is answered, it has nothing left that might still come."""
    with sandbox(place.folder(), rate=_REAL_RATE) as box:
        adapter = place.adapter(PICKY_URL=box.push_url)
        with adapter.web("bench.naive_relay:app"):
            return _burst(adapter.port, box, events, waits=False)


def _burst(port: int, box: Sandbox, events: int, *, waits: bool = True) -> Arrived:
    load = post_for(_MINUTE, port, Leads().take(events), connections=_CONNECTIONS)
    if load.answered != events:
        raise ValueError(f"only {load.answered:,} of {events:,} events were answered in a minute")
    while waits and box.counters()["messages"] < events and time.time() < load.began + _MINUTE:
        time.sleep(0.02)
    counted = box.counters()
    last = max(message["received_at"] for message in box.messages())
    return Arrived(counted["messages"], last - load.began, counted["requests"], counted["dropped"])
