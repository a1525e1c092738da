"""PostgreSQL: whoever changes several messages locks them in their order, so nobody waits for each other in a circle.

Each test stops one session in the middle, with some of its locks, until the other one has had time to take its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, due, optouts, outbox, ways
from adapter.delivery.acceptance import accept
from adapter.delivery.control import CANCEL, Selection
from adapter.store.engine import Store
from adapter.store.migrate import migrate
from adapter.store.tables import MESSAGES
from tests.delivery.messages import account, event, outgoing
from tests.delivery.pushing import Pusher, row_of, taken
from tests.delivery.test_ways import sms, store_ways, way

NUMBER = "919876500000"
SECONDS = 0.6


@pytest.fixture
def pusher(postgres_database: str) -> Iterator[Pusher]:
    store = Store(postgres_database)
    migrate(store)
    yield Pusher(store)
    store.close()


def together(*works: Callable[[], Any]) -> list[str]:
    """Run each in a thread of its own, the first one named `first`; what went wrong, by its driver's name."""
    faults: list[str] = []

    def guarded(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as fault:  # noqa: BLE001 - whatever it is, it must not have happened
            faults.append(type(getattr(fault, "orig", fault)).__name__)

    names = ["first", *(f"other-{at}" for at in range(1, len(works)))]
    threads = [
        threading.Thread(target=guarded, args=(work,), name=name) for name, work in zip(names, works, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return faults


def paused_after(store: Store, is_it: Callable[[str], bool]) -> threading.Event:
    """The thread `first` rests once behind its first statement that fits; set when it does."""
    rests = threading.Event()

    def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if threading.current_thread().name == "first" and is_it(statement) and not rests.is_set():
            rests.set()
            time.sleep(SECONDS)

    sa.event.listen(store.engine, "after_cursor_execute", after)
    return rests


def after(rests: threading.Event, work: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: (rests.wait(5), work())


def locks_messages(statement: str) -> bool:
    return "FROM messages" in statement and "FOR UPDATE" in statement


def test_reports_in_another_order_than_the_answer(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(at) for at in range(100)])
    begun = pusher.begin(account(batch=100))
    backwards: Sequence[dict[str, Any]] = [row_of(1, reference=row.id) for row in reversed(begun[1])]
    rests = paused_after(pusher.store, locks_messages)
    settle = after(rests, lambda: pusher.settle(begun, taken(begun[1])))
    assert together(lambda: pusher.report(*backwards), settle) == []


def test_a_late_answer_and_a_report(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing()])
    begun = pusher.begin(lease=-1.0)
    outbox.give_up_interrupted(pusher.store, now=pusher.now, resend_after=900)
    rests = paused_after(pusher.store, lambda statement: statement.startswith(("UPDATE attempts", "UPDATE messages")))
    report = after(rests, lambda: pusher.report({"reference": begun[1][0].id, "status": 1}))
    assert together(lambda: pusher.settle(begun, taken(begun[1])), report) == []
    assert pusher.statuses() in (["accepted"], ["delivered"])


def test_a_push_that_begins_and_a_person_who_cancels(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(at) for at in range(10)])
    with pusher.store.write() as connection:
        out = {"account": "main", "number": "919876500008", "since": 1.0, "via": "owner"}
        connection.execute(sa.insert(optouts.OPTOUTS), out)
    claimed = outbox.claim(pusher.store, account(), "sandbox", now=pusher.now, lease=60.0, token="t")
    assert isinstance(claimed, outbox.Claimed)
    rests = paused_after(pusher.store, lambda statement: statement.startswith("UPDATE messages"))
    cancel = after(rests, lambda: list(control.act(pusher.store, CANCEL, Selection("sandbox"), now=pusher.now)))
    begin = lambda: outbox.begin(pusher.store, claimed, push="p", now=pusher.now, lease=60.0)  # noqa: E731
    assert together(begin, cancel) == []
    assert set(pusher.statuses()) == {"sending", "cancelled"}


def test_what_comes_due_and_a_person_who_cancels(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(at, delay=1000.0 - at) for at in range(400)])
    with pusher.store.write() as connection:  # now their places on the disk are not in the order of `seq`
        for seq in range(1, 200):
            connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq == seq).values(report=None))
    pusher.now += 2000
    holds = threading.Event()

    def hold_one_in_the_middle() -> None:
        with pusher.store.write() as connection:
            connection.execute(sa.select(MESSAGES.c.seq).where(MESSAGES.c.seq == 200).with_for_update())
            holds.set()
            time.sleep(2 * SECONDS)

    def bring() -> None:
        with pusher.store.write() as connection:
            due.bring_due(connection, pusher.now)

    cancel = after(holds, lambda: list(control.act(pusher.store, CANCEL, Selection("sandbox"), now=pusher.now)))
    assert together(hold_one_in_the_middle, after(holds, bring), cancel) == []


def test_reports_about_several_ways_of_one_message(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0), way("main", text="At last", after=60.0))
    for push_id, of in (("1", account()), ("2", sms()), ("3", account())):
        pusher.push(of=of, push_id=push_id)
        pusher.now += 61
        ways.overdue(pusher.store, now=pusher.now)
    rests = paused_after(pusher.store, locks_messages)
    outer = [{"msg_id": f"m-{NUMBER}-1", "status": 1}, {"msg_id": f"m-{NUMBER}-3", "status": 1}]
    second = after(rests, lambda: pusher.report({"msg_id": f"m-{NUMBER}-2", "status": 1}, of="sms"))
    assert together(lambda: pusher.report(*outer), second) == []
    assert pusher.statuses() == ["delivered"] * 3
