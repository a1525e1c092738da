"""The clerk on both databases: what was posted is applied once, what comes too early waits, nothing stands in the way."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import clerk, reports
from adapter.delivery.acceptance import accept
from adapter.delivery.callbacks import keep
from adapter.delivery.clerk import AGAIN, Clerk, apply_callbacks, expire
from adapter.delivery.reports import MOST_ROWS
from adapter.delivery.settling import Policy
from adapter.delivery.stop_words import words_for
from adapter.picky.client import Client
from adapter.picky.reports import Callback
from adapter.picky.sandbox import Sandbox
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, CALLBACKS
from tests.delivery.messages import account, event, outgoing, store_messages
from tests.delivery.pushing import LOST, Pusher, row_of, taken

pytestmark = pytest.mark.usefixtures("watched")
DELIVERED, FAILED = 1, 2
WORDS = words_for("en")


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store)


def posted(pusher: Pusher, *rows: dict[str, Any], kind: Any = "delivery", of: str = "main") -> None:
    keep(pusher.store, of, "sandbox", Callback(kind, tuple(rows)), words=WORDS, now=pusher.now)


def apply(pusher: Pusher) -> int:
    done = 0
    while apply_callbacks(pusher.store, now=pusher.now):
        done += 1
    return done


def account_row(store: Store, name: str = "main") -> Any:
    with store.read() as connection:
        return connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.name == name)).one()


def kept(store: Store) -> Sequence[Any]:
    with store.read() as connection:
        return connection.execute(sa.select(CALLBACKS).order_by(CALLBACKS.c.seq)).all()


def inbound(text: str, identity: str) -> dict[str, Any]:
    return {"number": "919876500000", "text": text, "unique_id": identity, "payload": None, "direction": 0}


def test_what_was_posted_is_applied_and_gone(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push()
    posted(pusher, row_of(DELIVERED, msg_id="m-919876500000-7478630"))
    assert apply(pusher) == 1
    assert pusher.statuses() == ["delivered"]
    assert kept(pusher.store) == []
    told = account_row(pusher.store)
    assert (told.reported_at, told.reports, told.strangers) == (pusher.now, 1, 0)


def test_what_comes_before_the_answer_is_applied_after_it(pusher: Pusher) -> None:
    store_messages(pusher.store)
    begun = pusher.begin()
    posted(pusher, row_of(DELIVERED, msg_id="m-919876500000-7478630", reference=begun[1][0].id, number="919876500000"))
    assert apply(pusher) == 1
    assert pusher.statuses() == ["sending"]
    pusher.settle(begun, taken(begun[1]))
    pusher.now += AGAIN[0]
    assert apply(pusher) == 1
    assert pusher.statuses() == ["delivered"]
    assert account_row(pusher.store).reports == 1


def test_what_is_not_ours_is_counted_in_the_end_and_forgotten(pusher: Pusher) -> None:
    posted(pusher, row_of(DELIVERED, msg_id="1"), row_of(DELIVERED, msg_id="2"))
    for pause in (0.0, *AGAIN):
        pusher.now += pause
        assert apply(pusher) == 1
    assert kept(pusher.store) == []
    told = account_row(pusher.store)
    assert (told.reports, told.strangers) == (2, 2)


def test_a_large_post_is_applied_in_parts(pusher: Pusher) -> None:
    count = 2 * MOST_ROWS + 10
    accept(pusher.store, event(), [outgoing(at) for at in range(count)])
    pusher.push(of=account(batch=5000))
    rows = [row_of(DELIVERED, msg_id=f"m-{919876500000 + at}-7478630") for at in range(count)]
    posted(pusher, *rows)
    assert apply_callbacks(pusher.store, now=pusher.now) == 1
    assert pusher.statuses().count("delivered") == MOST_ROWS
    assert apply(pusher) == 2
    assert set(pusher.statuses()) == {"delivered"}
    assert account_row(pusher.store).reports == count


def test_one_that_cannot_be_applied_does_not_stand_before_the_others(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_messages(pusher.store)
    pusher.push()
    posted(pusher, row_of(FAILED, msg_id="poison"))
    posted(pusher, row_of(DELIVERED, msg_id="m-919876500000-7478630"))
    real = reports.apply_rows

    def fails(connection: Any, name: str, destination: str, rows: Sequence[Any], **options: Any) -> Any:
        if rows[0]["msg_id"] == "poison":
            raise KeyError("poison")
        return real(connection, name, destination, rows, **options)

    monkeypatch.setattr(reports, "apply_rows", fails)
    assert apply(pusher) == 2
    assert pusher.statuses() == ["delivered"]
    assert [(row.tries, row.rows[0]["msg_id"]) for row in kept(pusher.store)] == [(1, "poison")]


def test_several_clerks_apply_everything_once(pusher: Pusher) -> None:
    accept(pusher.store, event(), [outgoing(at) for at in range(60)])
    pusher.push()
    for at in range(60):
        posted(pusher, row_of(DELIVERED, msg_id=f"m-{919876500000 + at}-7478630"), row_of(DELIVERED, msg_id=f"x{at}"))
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(apply(pusher))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 60
    assert set(pusher.statuses()) == {"delivered"}
    assert account_row(pusher.store).reports == 120


def test_stop_and_start_of_a_person_are_heard_at_once(pusher: Pusher) -> None:
    """Behind any number of reports, and before any relay looks."""
    store_messages(pusher.store)
    for at in range(3):
        posted(pusher, row_of(DELIVERED, msg_id=str(at)))
    posted(pusher, inbound("Stop!", "1"), kind="inbound")
    assert [(row.status, row.error) for row in pusher.messages()] == [("cancelled", "opted_out")]
    posted(pusher, inbound("START", "2"), kind="inbound")
    posted(pusher, inbound("Stop!", "1"), kind="inbound")  # the same again changes nothing
    posted(pusher, inbound("Hello", "3"), kind="inbound")
    store_messages(pusher.store)
    assert len(pusher.push()) == 1
    assert len(kept(pusher.store)) == 3


def test_what_waits_and_is_too_late_is_cancelled(pusher: Pusher) -> None:
    accept(
        pusher.store, event(received_at=pusher.now), [outgoing(expires=60.0), outgoing(1), outgoing(2, expires=3600.0)]
    )
    assert expire(pusher.store, now=pusher.now + 61) == 1
    assert expire(pusher.store, now=pusher.now + 61) == 0
    assert pusher.statuses() == ["cancelled", "queued", "queued"]


def test_what_is_being_sent_is_never_too_late(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(expires=60.0)])
    begun = pusher.begin()
    assert expire(pusher.store, now=pusher.now + 61) == 0
    pusher.settle(begun, taken(begun[1]))
    assert pusher.statuses() == ["accepted"]


def test_a_silent_push_is_asked_for_and_its_messages_become_known(
    pusher: Pusher, sandbox: Sandbox, sandbox_url: str
) -> None:
    """Two messages of one push: its answer was lost, a report named one of them, and the push with it."""
    at_sandbox = account(sandbox_url)
    client, policy = Client(timeout=5.0), Policy(report_after=1800.0)
    accept(pusher.store, event(), [outgoing(0), outgoing(1)])
    begun = pusher.begin(at_sandbox)
    items = [row.item for row in begun[1]]
    client.push(at_sandbox, {"token": "t", "application": "8", "data": items})
    pusher.settle(begun, LOST)
    pusher.trust()
    push_id = sandbox.messages()[0]["push_id"]
    posted(pusher, row_of(DELIVERED, push_id=push_id, reference=begun[1][0].id, number="919876500000"))
    worker = Clerk(pusher.store, {"main": at_sandbox}, "sandbox", client, policy=policy, now=lambda: pusher.now)
    worker.step()
    assert pusher.statuses() == ["delivered", "unknown"]
    pusher.now += 1801
    worker.step()
    worker.close()
    assert pusher.statuses() == ["delivered", "delivered"]


def test_a_clerk_works_by_itself_and_ends_when_it_is_told(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push()
    posted(pusher, row_of(DELIVERED, msg_id="m-919876500000-7478630"))
    policy = Policy(report_after=0.0)
    worker = clerk.Clerk(pusher.store, {}, "sandbox", Client(), policy=policy, now=lambda: pusher.now)
    worker.start()
    done = threading.Event()
    for _ in range(100):
        if pusher.statuses() == ["delivered"]:
            break
        done.wait(0.05)
    worker.close()
    assert pusher.statuses() == ["delivered"]
