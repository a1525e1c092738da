"""Other ways: taken once where a message was not delivered, and stopped where an earlier one was after all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, ways
from adapter.delivery.acceptance import accept
from adapter.delivery.control import CANCEL, SEND_AGAIN, Selection
from adapter.picky.outcome import NOT_SENT, Outcome
from adapter.store.engine import Store
from adapter.store.tables import OPTOUTS
from tests.delivery.messages import account, event, outgoing
from tests.delivery.pushing import LOST, Pusher, refused

pytestmark = pytest.mark.usefixtures("watched")
DELIVERED, FAILED, REFUNDED = 1, 2, 5
FIRST = "m-919876500000-7478630"


def way(of: str = "sms", *, text: str = "By SMS", after: float | None = None) -> dict[str, Any]:
    item = {"number": "919876500000", "message": text}
    return {"account": of, "head": {"application": "3"}, "item": item, "priority": 0, "after": after}


def sms() -> Any:
    return dataclasses.replace(account(), name="sms")


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store)


def store_ways(pusher: Pusher, *others: dict[str, Any], **changes: Any) -> str:
    row = event(received_at=pusher.now)
    accept(pusher.store, row, [outgoing(ways=others, **changes)])
    return str(row["id"])


@pytest.mark.parametrize("status", [FAILED, REFUNDED])
def test_the_next_way_is_taken_where_a_report_says_it_did_not_arrive(pusher: Pusher, status: int) -> None:
    told = store_ways(pusher, way())
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": status}, {"msg_id": FIRST, "status": status})
    first, second = pusher.messages()
    assert (first.next_way, second.id, second.chain, second.way) == (second.id, f"{told}-1-2", f"{told}-1", 2)
    assert (second.account, second.head, second.status, second.origin) == (
        "sms",
        {"application": "3"},
        "queued",
        "main",
    )
    assert second.item == {"number": "919876500000", "message": "By SMS", "reference_number": second.id}
    assert pusher.push(of=sms(), push_id="8") == [second.id]


def test_the_next_way_is_taken_where_the_24_hour_window_is_closed(pusher: Pusher) -> None:
    told = store_ways(pusher, way("main", text="A template"))
    pusher.push(refused(802))
    assert pusher.messages()[0].error == "window_closed"
    assert pusher.push(push_id="8") == [f"{told}-1-2"]
    assert pusher.statuses() == ["failed", "accepted"]


def test_ways_are_taken_one_after_the_other_and_then_it_is_over(pusher: Pusher) -> None:
    told = store_ways(pusher, way(), way("main", text="At last"))
    pusher.push(refused(802))
    pusher.push(refused(406), of=sms())
    pusher.push(refused(802))
    assert [row.id for row in pusher.messages()] == [f"{told}-1", f"{told}-1-2", f"{told}-1-3"]
    assert pusher.statuses() == ["failed"] * 3


@pytest.mark.parametrize("outcome", [LOST, Outcome(NOT_SENT), refused(403), refused(101)])
def test_what_may_still_arrive_or_leave_takes_no_other_way_by_itself(pusher: Pusher, outcome: Outcome) -> None:
    store_ways(pusher, way())
    pusher.push(outcome)
    assert len(pusher.messages()) == 1


def test_after_its_deadline_the_next_way_is_taken_once(pusher: Pusher) -> None:
    store_ways(pusher, way(after=1800.0), way("main", text="At last", after=60.0))
    pusher.push()
    pusher.now += 1799
    assert ways.overdue(pusher.store, now=pusher.now) == 0
    pusher.now += 2
    assert ways.overdue(pusher.store, now=pusher.now) == 1
    assert ways.overdue(pusher.store, now=pusher.now) == 0
    assert pusher.statuses() == ["accepted", "queued"]
    pusher.push(of=sms(), push_id="8")
    pusher.now += 61
    assert ways.overdue(pusher.store, now=pusher.now) == 1
    assert pusher.statuses() == ["accepted", "accepted", "queued"]
    assert ways.overdue(pusher.store, now=pusher.now + 1e6) == 0


def test_what_was_delivered_in_time_takes_no_other_way(pusher: Pusher) -> None:
    store_ways(pusher, way(after=1800.0))
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    assert ways.overdue(pusher.store, now=pusher.now + 1e6) == 0
    assert pusher.statuses() == ["delivered"]


def test_what_still_waits_at_its_deadline_is_overtaken_and_never_sent(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0))
    pusher.push(refused(404))
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    first, second = pusher.messages()
    assert (first.status, first.error, second.status) == ("cancelled", "overtaken", "queued")


def test_what_is_being_sent_at_its_deadline_is_looked_at_again(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0))
    begun = pusher.begin()
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    assert pusher.statuses() == ["sending"]
    pusher.settle(begun, LOST)
    pusher.now += 6
    ways.overdue(pusher.store, now=pusher.now)
    assert pusher.statuses() == ["unknown", "queued"]


def test_an_unknown_message_in_whose_place_another_was_sent_is_not_resent(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0), resend=True)
    pusher.push(LOST)
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    first, second = pusher.messages()
    assert (first.resend, first.due_at, second.resend) == (False, 0.0, True)
    assert control.count(pusher.store, SEND_AGAIN, Selection("sandbox")) == {}


def test_a_late_delivery_stops_the_ways_after_it(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0), way("main", after=60.0))
    pusher.push()
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    first, second = pusher.messages()
    assert (first.status, second.status, second.error) == ("delivered", "cancelled", "delivered_otherwise")
    assert ways.overdue(pusher.store, now=pusher.now + 1e6) == 0
    assert len(pusher.messages()) == 2


def test_a_late_delivery_leaves_what_was_handed_over_and_ends_the_chain_there(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0), way("main"))
    pusher.push()
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    pusher.push(of=sms(), push_id="8")
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    assert pusher.statuses() == ["delivered", "accepted"]
    pusher.report({"msg_id": "m-919876500000-8", "status": FAILED}, of="sms")
    assert pusher.statuses() == ["delivered", "failed"]  # no third way: the first one arrived


def test_what_was_delivered_and_is_called_failed_later_takes_no_other_way(pusher: Pusher) -> None:
    store_ways(pusher, way())
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    pusher.report({"msg_id": FIRST, "status": FAILED})
    assert pusher.statuses() == ["failed"]


@pytest.mark.parametrize("of", ["main", "sms"])
def test_an_opt_out_beats_every_other_way(pusher: Pusher, of: str) -> None:
    store_ways(pusher, way())
    pusher.push()
    with pusher.store.write() as connection:
        out = {"account": of, "number": "919876500000", "since": 1.0, "via": "owner"}
        connection.execute(sa.insert(OPTOUTS), out)
    pusher.report({"msg_id": FIRST, "status": FAILED})
    assert pusher.statuses() == ["failed"]


def test_what_a_person_cancelled_takes_no_other_way(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0))
    list(control.act(pusher.store, CANCEL, Selection("sandbox"), now=pusher.now))
    assert ways.overdue(pusher.store, now=pusher.now + 1e6) == 0
    assert pusher.statuses() == ["cancelled"]


def test_the_time_until_the_next_way_begins_when_the_message_may_leave(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0), delay=3600.0)
    assert ways.overdue(pusher.store, now=pusher.now + 3599) == 0
    pusher.now += 3601
    pusher.push()
    assert ways.overdue(pusher.store, now=pusher.now + 59) == 0
    assert ways.overdue(pusher.store, now=pusher.now + 61) == 1


def test_a_way_keeps_its_hooks_courtesy_and_what_it_is_told(pusher: Pusher) -> None:
    limit = {"limit": {"count": 3, "within": 60.0}}
    store_ways(pusher, way(), courtesy=limit, notify=("failed", "delivered"), expires=600.0)
    pusher.push(refused(802))
    first, second = pusher.messages()
    assert (second.courtesy, second.notify, second.expires_at) == (limit, ",failed,delivered,", first.expires_at)
