"""(a) Accepting an event durably, against a Flask application that does nothing on the same gunicorn."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.tables import EVENTS
from bench.leads import Leads
from bench.load import Load, post_for
from bench.place import Place
from bench.processes import cpu_seconds
from bench.table import Row, Sample, interleaved

_MANY: Final = 16  # connections
_MOST_RATE: Final = 12_000  # requests a second that are made in advance


def measure(place: Place) -> list[Row]:
    """Requests/s and latencies of both, with 16 connections and with one."""
    rounds, seconds = (2, 1.0) if place.quick else (6, 2.0)
    adapter, noop = place.adapter(), place.adapter()
    with adapter.web() as web, noop.web("bench.noop:app") as nothing, adapter.store() as store:
        targets = {"adapter": _Target(adapter.port, web.pid), "no-op": _Target(noop.port, nothing.pid)}
        leads = Leads()
        interleaved(2, _posts(targets, leads, _MANY, 1.0))  # until both processes of both are warm
        many = interleaved(rounds, _posts(targets, leads, _MANY, seconds))
        one = interleaved(rounds, _posts(targets, leads, 1, seconds / 2))
        _require_stored(store, targets["adapter"].answered)
    return [
        *_rows(f"accept, {_MANY} connections", "accept", many["adapter"], many["no-op"]),
        *_rows("accept, 1 connection", "accept.one", one["adapter"], one["no-op"]),
        _self_check(many["no-op"]),
    ]


@dataclass(slots=True)
class _Target:
    """A web server: its port, its first process, and how many requests it has answered over all rounds."""

    port: int
    process: int
    answered: int = 0

    def post(self, leads: Leads, connections: int, seconds: float) -> _Posted:
        """One round."""
        requests = leads.take(int(seconds * _MOST_RATE))
        before = cpu_seconds(self.process)
        load = post_for(seconds, self.port, requests, connections=connections)
        self.answered += load.answered
        return _Posted(load, (cpu_seconds(self.process) - before) / load.answered)


@dataclass(frozen=True, slots=True)
class _Posted:
    """One round: `cpu` is the web server's processor seconds a request."""

    load: Load
    cpu: float


def _posts(
    targets: Mapping[str, _Target], leads: Leads, connections: int, seconds: float
) -> dict[str, Callable[[], _Posted]]:
    return {name: partial(target.post, leads, connections, seconds) for name, target in targets.items()}


def _require_stored(store: Store, answered: int) -> None:
    with store.read() as connection:
        stored = connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one()
    if stored != answered:
        raise ValueError(f"{answered:,} events were answered and {stored:,} are stored")


def _rows(what: str, key: str, mine: Sequence[_Posted], other: Sequence[_Posted]) -> list[Row]:
    values: dict[tuple[str, str], Callable[[_Posted], float]] = {
        ("rate", "requests/s"): lambda posted: posted.load.rate,
        ("p50", "p50, ms"): lambda posted: posted.load.milliseconds(50),
        ("p99", "p99, ms"): lambda posted: posted.load.milliseconds(99),
        ("cpu", "CPU, µs a request"): lambda posted: posted.cpu * 1e6,
    }
    return [
        Row(f"{key}.{name}", f"{what}: {unit}", Sample([*map(value, mine)]), Sample([*map(value, other)], "no-op"))
        for (name, unit), value in values.items()
    ]


def _self_check(rounds: Sequence[_Posted]) -> Row:
    """What the load itself takes of the processor: it must not be what is measured."""
    loads = [posted.load for posted in rounds]
    spent = statistics.median(load.cpu / load.answered for load in loads)
    share = statistics.median(load.cpu / load.seconds for load in loads)
    told = f"{spent * 1e6:.0f} µs a request, {share:.0%} of a core"
    return Row("accept.load", "the load itself, against the no-op", told)
