"""Delivery reports on both databases: in any order, twice, about what got no answer, about what is not ours."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, due, outbox
from adapter.delivery.acceptance import accept
from adapter.delivery.control import SEND_AGAIN, Selection
from adapter.picky.outcome import NOT_SENT, Outcome
from adapter.store.engine import Store
from adapter.store.tables import ATTEMPTS, CALLBACKS, REPORTS
from tests.delivery.messages import account, event, outgoing, store_messages
from tests.delivery.pushing import LOST, Pusher, refused, row_of, taken

pytestmark = pytest.mark.usefixtures("watched")
UNKNOWN, DELIVERED, FAILED, READ, SUBMITTED, REFUNDED = 0, 1, 2, 3, 4, 5
FIRST = "m-919876500000-7478630"


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store)


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([SUBMITTED], "submitted"),
        ([SUBMITTED, DELIVERED], "delivered"),
        ([SUBMITTED, DELIVERED, READ], "read"),
        ([FAILED], "failed"),
        ([SUBMITTED, REFUNDED], "refunded"),
        ([UNKNOWN], "accepted"),
    ],
)
def test_reports_end_in_the_same_state_in_whatever_order_they_come(
    store: Store, statuses: list[int], state: str
) -> None:
    for at, order in enumerate(itertools.permutations(statuses)):
        pusher = Pusher(store)
        store_messages(store, first=at)
        pusher.push(push_id=f"p{at}")
        for status in (*order, *order):
            pusher.report({"msg_id": f"m-91987650000{at}-p{at}", "status": status})
        assert pusher.statuses()[-1] == state, order


def test_failed_and_refunded_end_it(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": FAILED, "error": "Undelivered"})
    for status in (SUBMITTED, DELIVERED, READ, REFUNDED):
        pusher.report({"msg_id": FIRST, "status": status})
    message = pusher.messages()[0]
    assert (message.status, message.error, message.report) == ("failed", "delivery_failed", "Undelivered")


def test_a_repeated_report_changes_nothing(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    before = pusher.messages()
    pusher.now += 60
    assert pusher.report({"msg_id": FIRST, "status": DELIVERED}).states == {}
    assert pusher.messages() == before
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(REPORTS)).scalar() == 1


def test_a_message_without_answer_is_settled_by_its_reference(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push(LOST)
    message = pusher.messages()[0]
    assert message.status == "unknown"
    told = {"reference": message.id, "number": message.number, "msg_id": "9844217", "push_id": "77"}
    pusher.report({**told, "status": SUBMITTED})
    message = pusher.messages()[0]
    assert (message.status, message.msg_id, message.push_id, message.error) == ("submitted", "9844217", "77", None)
    pusher.report({"msg_id": "9844217", "status": DELIVERED})
    assert pusher.statuses() == ["delivered"]


def test_status_0_says_that_it_was_taken(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push(LOST)
    pusher.report({"reference": pusher.messages()[0].id, "number": "919876500000", "status": UNKNOWN})
    assert pusher.statuses() == ["accepted"]


def test_an_unknown_message_that_is_reported_is_not_sent_again(store: Store, pusher: Pusher) -> None:
    store_messages(store, resend=True)
    pusher.push(LOST)
    pusher.report({"reference": pusher.messages()[0].id, "number": "919876500000", "status": FAILED})
    pusher.now += 100_000
    with store.write() as connection:
        due.bring_due(connection, pusher.now)
    assert pusher.statuses() == ["failed"]


def test_nothing_is_sent_again_while_a_report_is_not_applied(store: Store, pusher: Pusher) -> None:
    store_messages(store, resend=True)
    pusher.push(LOST)
    pusher.now += pusher.policy.resend_after + 1
    row = {
        "account": "main",
        "destination": "sandbox",
        "received_at": 1.0,
        "rows": [],
        "due_at": 1.0,
    }
    with store.write() as connection:
        connection.execute(sa.insert(CALLBACKS), row)
        due.bring_due(connection, pusher.now)
    assert pusher.statuses() == ["unknown"]
    with store.write() as connection:
        connection.execute(sa.delete(CALLBACKS))
        due.bring_due(connection, pusher.now)
    assert pusher.statuses() == ["retrying"]


def test_a_report_stops_the_message_that_waits_to_be_sent_again(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push(LOST)
    message = pusher.messages()[0]
    list(control.act(store, SEND_AGAIN, Selection("sandbox", message.id), now=pusher.now))
    assert pusher.statuses() == ["queued"]
    pusher.report({"reference": message.id, "number": message.number, "status": DELIVERED})
    assert pusher.statuses() == ["delivered"]


def test_a_report_that_comes_before_the_answer_waits_for_it(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    begun = pusher.begin()
    row = {"reference": begun[1][0].id, "number": "919876500000", "msg_id": FIRST, "status": DELIVERED}
    assert pusher.report(row).left == [row_of(**row)]
    pusher.settle(begun, taken(begun[1]))
    assert pusher.report(row).left == []
    assert pusher.statuses() == ["delivered"]


@pytest.mark.parametrize(("status", "state"), [(FAILED, "failed"), (DELIVERED, "delivered")])
def test_an_answer_that_is_later_than_the_report_changes_nothing(
    store: Store, pusher: Pusher, status: int, state: str
) -> None:
    """The relay was frozen beyond its lease: the message became unknown and was reported on before it woke up."""
    store_messages(store)
    begun = pusher.begin(lease=-1.0)
    outbox.give_up_interrupted(store, now=pusher.now, resend_after=900)
    pusher.report({"reference": begun[1][0].id, "number": "919876500000", "msg_id": FIRST, "status": status})
    assert pusher.statuses() == [state]
    pusher.settle(begun, taken(begun[1]))
    assert pusher.statuses() == [state]
    assert pusher.messages()[0].msg_id == FIRST


def test_what_was_reported_as_lost_may_be_sent_again_by_a_person_and_what_was_taken_not(
    store: Store, pusher: Pusher
) -> None:
    store_messages(store, 2)
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": REFUNDED})
    assert control.count(store, SEND_AGAIN, Selection("sandbox")) == {"refunded": 1}
    list(control.act(store, SEND_AGAIN, Selection("sandbox"), now=pusher.now))
    pusher.report({"msg_id": FIRST, "status": DELIVERED})  # of the attempt that ended
    assert pusher.statuses() == ["queued", "accepted"]
    pusher.push(push_id="8")
    pusher.report({"msg_id": "m-919876500000-8", "status": DELIVERED})
    assert pusher.statuses() == ["delivered", "accepted"]


def test_one_copy_that_arrived_outdoes_another_that_did_not(store: Store, pusher: Pusher) -> None:
    store_messages(store, resend=True)
    pusher.push(LOST)
    first = pusher.messages()[0]
    pusher.now += pusher.policy.resend_after + 1
    pusher.trust()
    pusher.push(push_id="8")
    assert pusher.statuses() == ["accepted"]
    pusher.report({"msg_id": "m-919876500000-8", "status": DELIVERED})
    pusher.report({"reference": first.id, "number": first.number, "msg_id": "other", "status": FAILED})
    assert pusher.statuses() == ["delivered"]
    with store.read() as connection:
        told = connection.execute(sa.select(ATTEMPTS.c.msg_id, ATTEMPTS.c.delivery).order_by(ATTEMPTS.c.seq)).all()
    assert [tuple(row) for row in told] == [("other", "failed"), ("m-919876500000-8", "delivered")]


def test_the_message_stays_unknown_while_one_of_its_copies_may_have_arrived(store: Store, pusher: Pusher) -> None:
    store_messages(store, resend=True)
    pusher.push(LOST)
    first = pusher.messages()[0]
    pusher.now += pusher.policy.resend_after + 1
    pusher.trust()
    pusher.push(LOST)
    pusher.report({"reference": first.id, "number": first.number, "msg_id": "one", "status": FAILED})
    assert pusher.statuses() == ["unknown"]
    pusher.report({"reference": first.id, "number": first.number, "msg_id": "two", "status": FAILED})
    assert pusher.statuses() == ["failed"]


def test_a_push_that_was_answered_without_rows_is_found_by_its_id_and_the_number(store: Store, pusher: Pusher) -> None:
    store_messages(store, 2)
    begun = pusher.begin()
    pusher.settle(begun, taken(begun[1], named=False))
    pusher.report({"push_id": "7478630", "number": "919876500001", "msg_id": "2", "status": DELIVERED})
    assert pusher.statuses() == ["accepted", "delivered"]


def test_a_number_that_the_channel_spells_in_its_own_way_does_not_hide_a_msg_id(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push()
    pusher.report({"msg_id": FIRST, "number": "9198765000", "status": DELIVERED})
    assert pusher.statuses() == ["delivered"]


def test_where_two_messages_fit_none_is_settled(store: Store, pusher: Pusher) -> None:
    for _ in range(2):
        store_messages(store, item={"reference_number": "deal 77"})
        pusher.push(LOST)
        pusher.trust()
    row = {"reference": "deal 77", "number": "919876500000", "status": DELIVERED}
    assert pusher.report(row).left == [row_of(**row)]
    assert pusher.statuses() == ["unknown", "unknown"]


def test_a_reference_of_the_hook_with_another_number_fits_not(store: Store, pusher: Pusher) -> None:
    store_messages(store, item={"reference_number": "deal 77"})
    pusher.push(LOST)
    pusher.report({"reference": "deal 77", "number": "919876500001", "status": DELIVERED})
    assert pusher.statuses() == ["unknown"]
    pusher.report({"reference": "deal 77", "number": "919876500000", "status": DELIVERED})
    assert pusher.statuses() == ["delivered"]


def test_a_reference_never_settles_what_was_not_sent_yet(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push(Outcome(NOT_SENT))
    pusher.report({"reference": pusher.messages()[0].id, "number": "919876500000", "status": DELIVERED})
    assert pusher.statuses() == ["retrying"]


def test_reports_about_messages_of_another_account_or_of_nobody_change_nothing(store: Store, pusher: Pusher) -> None:
    told = store_messages(store)
    pusher.push()
    rows: list[dict[str, Any]] = [
        {"msg_id": FIRST, "push_id": "7478630", "reference": f"{told.id}-1", "number": "919876500000", "status": READ},
        {"msg_id": "1", "status": READ},
    ]
    applied = pusher.report(*rows, of="shop2")
    assert (len(applied.left), applied.known) == (2, 0)
    assert pusher.report(rows[1]).known == 0
    assert pusher.statuses() == ["accepted"]


def test_an_id_that_came_with_somebody_elses_reference_is_not_believed(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push()
    pusher.report({"msg_id": FIRST, "reference": "Y12333", "status": FAILED})
    pusher.report({"msg_id": FIRST, "push_id": "1", "status": FAILED})
    assert pusher.statuses() == ["accepted"]


def test_a_report_with_its_id_is_believed_also_where_a_clock_was_set_back(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push()
    pusher.now -= 3600
    pusher.report({"msg_id": FIRST, "status": FAILED})
    assert pusher.statuses() == ["failed"]


def test_a_report_by_a_reference_of_the_hook_is_not_about_a_later_push(store: Store, pusher: Pusher) -> None:
    store_messages(store, item={"reference_number": "deal 77"})
    pusher.push(LOST)
    pusher.now -= 3600
    pusher.report({"reference": "deal 77", "number": "919876500000", "status": DELIVERED})
    assert pusher.statuses() == ["unknown"]


def test_many_rows_of_one_post_are_applied_together(store: Store, pusher: Pusher) -> None:
    accept(store, event(), [outgoing(at) for at in range(450)])
    pusher.push(of=account(batch=1000))
    rows = [
        {"msg_id": f"m-{919876500000 + at}-7478630", "status": status}
        for status in (SUBMITTED, DELIVERED)
        for at in range(450)
    ]
    assert pusher.report(*rows).known == 900
    assert set(pusher.statuses()) == {"delivered"}


def test_a_refusal_is_told_apart_from_what_was_reported(store: Store, pusher: Pusher) -> None:
    store_messages(store)
    pusher.push(refused(406))
    assert [(row.status, row.error) for row in pusher.messages()] == [("failed", "invalid_number")]
