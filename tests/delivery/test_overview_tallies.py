"""The counts that the database's triggers keep are what counting would find, whatever happens to the rows."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import sqlalchemy as sa
from alembic import command

from adapter.delivery import control, tallies
from adapter.delivery.acceptance import accept
from adapter.delivery.retention import Sweeper
from adapter.store.engine import Store
from adapter.store.migrate import alembic_config, migrate
from adapter.store.tables import EVENTS, MESSAGES, TALLIES, TALLY_CHANGES
from tests.delivery.messages import event, outgoing

_HOOKS = ("won_deal", "form")
_STATES = ("queued", "sending", "accepted", "delivered", "failed", "parked")
_EVENT_STATES = ("queued", "ignored", "rejected")


def counted(store: Store) -> Counter[tuple[object, ...]]:
    """What counting the rows finds, in whole hours."""
    found: Counter[tuple[object, ...]] = Counter()
    with store.read() as connection:
        for row in connection.execute(sa.select(MESSAGES)):
            found[row.destination, int(row.created_at // 3600), row.hook, row.account, row.status] += 1
        for row in connection.execute(sa.select(EVENTS).where(EVENTS.c.status.in_(["ignored", "rejected"]))):
            found[row.destination, int(row.received_at // 3600), row.hook, "", row.status] += 1
    return found


def kept(store: Store) -> Counter[tuple[object, ...]]:
    """What the tables of counts hold together, without what came to nothing."""
    found: Counter[tuple[object, ...]] = Counter()
    with store.read() as connection:
        for table in (TALLIES, TALLY_CHANGES):
            for row in connection.execute(sa.select(table)):
                key = (row.destination, row.hour, row.hook, row.account, row.status)
                found[key] += row._mapping["count"]
    return Counter({key: count for key, count in found.items() if count})


def _event(rng: random.Random, now: float) -> dict[str, object]:
    return {
        **event(), "hook": rng.choice(_HOOKS), "status": rng.choice(_EVENT_STATES), "messages": 0,
        "received_at": now - rng.randrange(5 * 3600),
    }  # fmt: skip


def _step(store: Store, rng: random.Random, now: float) -> None:
    """Anything that may happen to the rows, to many of them at once."""
    some = MESSAGES.c.seq % rng.randint(2, 5) == 0
    match rng.randrange(6):
        case 0:
            accept(store, {**event(), "hook": rng.choice(_HOOKS)}, [outgoing(one) for one in range(rng.randint(1, 4))])
        case 1:
            with store.write() as connection:
                connection.execute(sa.insert(EVENTS), [_event(rng, now) for _ in range(3)])
        case 2:
            with store.write() as connection:
                connection.execute(sa.update(MESSAGES).where(some).values(status=rng.choice(_STATES), changed_at=now))
        case 3:
            with store.write() as connection:
                connection.execute(
                    sa.update(EVENTS).where(EVENTS.c.seq % 3 == 0).values(status=rng.choice(_EVENT_STATES))
                )
        case 4:
            with store.write() as connection:
                connection.execute(sa.delete(MESSAGES).where(MESSAGES.c.seq % 7 == 0))
                connection.execute(sa.delete(EVENTS).where(EVENTS.c.seq % 5 == 0))
        case _:
            tallies.fold(store)


def test_they_are_what_counting_finds_whatever_happens(store: Store) -> None:
    rng, now = random.Random(4), time.time()
    for _ in range(80):
        _step(store, rng, now)
        assert kept(store) == counted(store)
    while tallies.fold(store):
        pass
    assert kept(store) == counted(store)
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.min(TALLIES.c["count"]))).scalar_one() >= 0
        assert connection.execute(sa.select(sa.func.count()).select_from(TALLY_CHANGES)).scalar_one() == 0


def test_what_is_read_is_the_same_before_and_after_folding(store: Store) -> None:
    accept(store, event(), [outgoing(1), outgoing(2)])
    hour = int(time.time() // 3600) - 1
    before = tallies.by_hook(store, "sandbox", hour)
    tallies.fold(store)
    assert before == tallies.by_hook(store, "sandbox", hour) == [tallies.Tally("h", "main", "queued", 2)]
    assert list(tallies.by_hour(store, "sandbox", hour).values()) == [2]
    assert tallies.now_by_state(store, "sandbox") == {"queued": 2}
    assert [len(one) for one in tallies.by_hook_since(store, "sandbox", [0, hour, hour + 10])] == [1, 1, 0]
    assert tallies.by_hook(store, "sandbox", hour + 10) == []
    assert tallies.now_by_state(store, "live") == {}


def test_cancelling_and_forgetting_are_counted(store: Store) -> None:
    accept(store, event(), [outgoing(one) for one in range(5)])
    list(control.act(store, control.CANCEL, control.Selection("sandbox"), now=time.time()))
    assert tallies.now_by_state(store, "sandbox") == {"cancelled": 5}
    later = time.time() + 10 * 86_400
    sweeper = Sweeper(store, 86_400.0)
    while sweeper.sweep(now=later):
        pass
    tallies.fold(store)
    tallies.forget(store, now=later)
    assert kept(store) == counted(store) == Counter()
    with store.read() as connection:
        assert connection.execute(sa.select(TALLIES.c.hour)).all() == []


def test_those_who_count_and_those_who_fold_do_not_wait_for_each_other(store: Store) -> None:
    done = threading.Event()

    def fold() -> None:
        while not done.is_set():
            tallies.fold(store)

    def work(first: int) -> None:
        for one in range(10):
            accept(store, event(), [outgoing(first + one)])

    folders = [threading.Thread(target=fold) for _ in range(2)]
    workers = [threading.Thread(target=work, args=(first,)) for first in (0, 100, 200, 300)]
    for thread in (*folders, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    for thread in folders:
        thread.join()
    assert sum(kept(store).values()) == 40
    assert kept(store) == counted(store)


def test_the_migration_counts_what_is_there_already(database_url: str) -> None:
    opened = Store(database_url)
    config = alembic_config()
    with opened.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for table, at, rows in (
            ("events", "received_at", ["rejected", "queued"]),
            ("messages", "created_at", ["failed"] * 2),
        ):
            for one, status in enumerate(rows):
                _insert_old(connection, table, {"id": f"{one}", "status": status, at: 7_200.5})
    migrate(opened)
    assert kept(opened) == counted(opened) == Counter({
        ("sandbox", 2, "h", "", "rejected"): 1, ("sandbox", 2, "h", "main", "failed"): 2,
    })  # fmt: skip
    opened.close()


def _insert_old(connection: sa.Connection, table: str, values: dict[str, object]) -> None:
    """A row of a table as the former version had it; whatever must be there and is not told is empty."""
    old = sa.Table(table, sa.MetaData(), autoload_with=connection)
    known: dict[str, object] = {"destination": "sandbox", "hook": "h", "account": "main", **values}
    empty = {"TEXT": "", "JSON": {}, "BLOB": b"", "BYTEA": b""}
    row = {
        one.name: known.get(one.name, empty.get(str(one.type).split("(")[0].upper(), 0))
        for one in old.columns
        if one.name in known or not (one.nullable or one.server_default is not None or one.name == "seq")
    }
    connection.execute(sa.insert(old).values(row))
