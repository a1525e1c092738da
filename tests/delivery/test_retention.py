"""What is finished and old is forgotten, a little at a time; what waits never is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from adapter.delivery.acceptance import accept
from adapter.delivery.retention import CHUNK, Sweeper
from adapter.store.engine import Store
from adapter.store.tables import ATTEMPTS, DEDUPE, EVENTS, MESSAGES, PUSHES
from tests.delivery.messages import event, outgoing

NOW, DAY = 10_000_000.0, 86_400.0


def stored(store: Store, name: str, *, days: float, status: str = "accepted", push: str = "p1") -> None:
    """An event of so many days ago, its message in that state and with an attempt."""
    accept(store, event(id=name, received_at=NOW - days * DAY), [outgoing(keys=((name, 3 * DAY),))])
    with store.write() as connection:
        mine = MESSAGES.c.event_id == name
        connection.execute(sa.update(MESSAGES).where(mine).values(status=status))
        connection.execute(sa.insert(ATTEMPTS), {"push": push, "message_id": f"{name}-1", "started_at": NOW})
        if not connection.execute(sa.select(PUSHES.c.id).where(PUSHES.c.id == push)).first():
            connection.execute(sa.insert(PUSHES), {
                "id": push, "account": "main", "url": "", "encoding": "json", "head": {}, "messages": 1, "started_at": NOW,
            })  # fmt: skip


def left(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (EVENTS, MESSAGES, ATTEMPTS, PUSHES, DEDUPE)
        }


def test_old_events_go_with_all_that_was_written_about_them(store: Store) -> None:
    stored(store, "old", days=91)
    stored(store, "new", days=89, push="p2")
    assert Sweeper(store, 90 * DAY).sweep(now=NOW) > 0
    assert left(store) == {"events": 1, "messages": 1, "attempts": 1, "pushes": 1, "dedupe": 0}


def test_a_push_stays_as_long_as_one_of_its_messages(store: Store) -> None:
    stored(store, "old", days=91)
    stored(store, "new", days=1)
    Sweeper(store, 90 * DAY).sweep(now=NOW)
    assert left(store)["pushes"] == 1


@pytest.mark.parametrize("status", ["queued", "retrying", "sending", "held", "parked"])
def test_what_waits_is_kept_however_old(store: Store, status: str) -> None:
    stored(store, "waits", days=1000, status=status)
    stored(store, "old", days=999, push="p2")
    sweeper = Sweeper(store, 90 * DAY)
    while sweeper.sweep(now=NOW):
        pass
    assert (left(store)["events"], left(store)["messages"]) == (1, 1)


def test_nothing_is_forgotten_where_everything_is_kept_but_keys_whose_time_is_over(store: Store) -> None:
    stored(store, "old", days=1000)
    Sweeper(store, None).sweep(now=NOW)
    assert left(store) == {"events": 1, "messages": 1, "attempts": 1, "pushes": 1, "dedupe": 0}


def test_it_goes_on_in_parts_until_nothing_is_left_to_forget(store: Store) -> None:
    for at in range(CHUNK + 5):
        accept(store, event(received_at=NOW - 91 * DAY), [outgoing(at)])
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(status="accepted"))
    sweeper = Sweeper(store, 90 * DAY)
    assert [sweeper.sweep(now=NOW) for _ in range(4)] == [CHUNK, 5, 0, 0]
    assert left(store)["events"] == 0
