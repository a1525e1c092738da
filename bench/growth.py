"""(e) What a message costs the engine while the database is empty, and once a million are behind it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import outbox
from adapter.delivery.acceptance import accept
from adapter.delivery.batch import Outgoing
from adapter.delivery.outbox import Claimed
from adapter.delivery.settling import settle
from adapter.picky.account import Account
from adapter.picky.outcome import Outcome, classify
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS
from bench.fill import fill
from bench.place import Place
from bench.stock import ACCOUNT, DESTINATION, event_row, outgoing
from bench.table import Row, Sample, interleaved

_LEASE: Final = 60.0
_BATCH: Final = 10
_ACCOUNT: Final = Account(name=ACCOUNT, url="http://127.0.0.1:9/", token="sandbox", rate=0, batch=_BATCH)  # noqa: S106 - opens nothing
_IDLE_LOOKS: Final = 100
_PARTS: Final = {
    "accept": "accept, µs an event",
    "idle": "idle claim, µs",
    "claim": f"claim, µs a push of {_BATCH}",
    "begin": f"begin, µs a push of {_BATCH}",
    "settle": f"settle, µs a push of {_BATCH}",
}


@dataclass(slots=True)
class Cost:
    """Microseconds a call, of each part of the engine."""

    accept: float = 0.0
    idle: float = 0.0
    claim: float = 0.0
    begin: float = 0.0
    settle: float = 0.0


def measure(place: Place) -> list[Row]:
    """Each part on both stores, on every kind of database at hand."""
    past, events, rounds = (50_000, 50, 3) if place.quick else (1_000_000, 100, 11)
    rows = []
    for kind in place.kinds():
        empty, full = _opened(place, kind, 0), _opened(place, kind, past)
        found = interleaved(
            rounds, {str(at): partial(one_round, store, events) for at, store in enumerate((full, empty))}
        )
        rows += [_row(f"{kind}, {past:,} behind", part, found["0"], found["1"]) for part in _PARTS]
        for store in (empty, full):
            store.close()
    return rows


def _row(where: str, part: str, full: Sequence[Cost], empty: Sequence[Cost]) -> Row:
    mine, other = ([float(getattr(cost, part)) for cost in costs] for costs in (full, empty))
    return Row(f"growth.{part}", f"{where}: {_PARTS[part]}", Sample(mine), Sample(other, "empty"))


def _opened(place: Place, kind: str, past: int) -> Store:
    """A store through which one message went, and by copies of it so many as `past` says."""
    store = Store(url := place.database(kind))
    with store.write() as connection:
        connection.execute(sa.insert(ACCOUNTS).values(name=ACCOUNT, destination=DESTINATION))
    one_round(store, 1)
    if not past:
        return store
    store.close()
    fill(url, past)
    return Store(url)


def one_round(store: Store, events: int) -> Cost:
    """Accept so many events of one message each, then push all of it without any HTTP."""
    cost = Cost()
    made = [(event_row(), [_keyed(index)]) for index in range(events)]
    started = time.perf_counter()
    for event, messages in made:
        accept(store, event, messages)
    cost.accept = (time.perf_counter() - started) / events * 1e6
    pushes = 0
    while _push(store, cost):
        pushes += 1
    for part in ("claim", "begin", "settle"):
        setattr(cost, part, getattr(cost, part) / pushes * 1e6)
    if pushes != -(-events // _BATCH):
        raise ValueError(f"{events} messages were pushed in {pushes} pushes")
    started = time.perf_counter()
    for _ in range(_IDLE_LOOKS):
        _claim(store)
    cost.idle = (time.perf_counter() - started) / _IDLE_LOOKS * 1e6
    return cost


def _keyed(index: int) -> Outgoing:
    message = outgoing(index)
    return Outgoing(message.account, message.number, message.head, message.item, keys=((uuid.uuid4().hex, 86_400.0),))


def _claim(store: Store) -> Claimed | float | None:
    return outbox.claim(store, _ACCOUNT, DESTINATION, now=time.time(), lease=_LEASE, token=uuid.uuid4().hex)


def _push(store: Store, cost: Cost) -> bool:
    """Claim, begin and settle one push, adding the seconds of each to `cost`; False where nothing was due."""
    push, moments = uuid.uuid4().hex, [time.perf_counter()]
    claimed = _claim(store)
    moments.append(time.perf_counter())
    if not isinstance(claimed, Claimed):
        return False
    rows = outbox.begin(store, claimed, push=push, now=time.time(), lease=_LEASE)
    moments.append(time.perf_counter())
    outcome = _accepted(rows)
    moments.append(time.perf_counter())
    settle(store, claimed, rows, outcome, push=push, now=time.time())
    moments.append(time.perf_counter())
    cost.claim += moments[1] - moments[0]
    cost.begin += moments[2] - moments[1]
    cost.settle += moments[4] - moments[3]
    return True


def _accepted(rows: Sequence[sa.Row[Any]]) -> Outcome:
    """What Picky Assist answers where it takes every message."""
    data = [{"msg_id": str(uuid.uuid4().int)[:7], "number": row.number, "credit": "0.005"} for row in rows]
    answer = {"status": 100, "push_id": uuid.uuid4().hex[:7], "message": "Success", "data": data}
    return classify(200, json.dumps(answer).encode())
