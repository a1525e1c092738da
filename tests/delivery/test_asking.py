"""Delivery reports are asked for where Picky Assist stays silent: seldom, within the pace, behind what is due."""

from __future__ import annotations

import dataclasses

import pytest

from adapter.delivery.asking import MOST_ASKS, take_question
from adapter.delivery.callbacks import keep
from adapter.delivery.clerk import apply_callbacks
from adapter.delivery.gate import make_account
from adapter.delivery.stop_words import words_for
from adapter.picky.reports import Callback
from adapter.store.engine import Store
from tests.delivery.messages import account, store_messages
from tests.delivery.pushing import LOST, Pusher, row_of

EVERY = 1800.0


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store)


def question(pusher: Pusher, rate: int = 0) -> str | None:
    return take_question(pusher.store, account(rate=rate), "sandbox", now=pusher.now, every=EVERY)


def test_a_push_nobody_reported_on_is_asked_for_ever_more_seldom_and_then_no_more(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push()
    asked = []
    for hours in range(24 * 30):
        pusher.now = 1_800_000_000.0 + hours * 3600
        asked += [hours] if question(pusher) else []
    # after half an hour, then 2 h, 8 h, and 32 h after the one before, seen at the full hour
    assert (len(asked), asked[0], asked[1] - asked[0]) == (MOST_ASKS, 1, 2)
    assert asked[3] - asked[2] > asked[2] - asked[1] > asked[1] - asked[0]


@pytest.mark.parametrize(("status", "asks"), [(1, False), (2, False), (3, False), (4, True), (0, True)])
def test_only_what_is_not_known_to_have_arrived_or_failed_is_asked_for(pusher: Pusher, status: int, asks: bool) -> None:
    store_messages(pusher.store)
    pusher.push()
    pusher.report({"msg_id": "m-919876500000-7478630", "status": status})
    pusher.now += EVERY
    assert question(pusher) == ("7478630" if asks else None)


def test_one_silent_message_of_many_is_reason_enough(pusher: Pusher) -> None:
    store_messages(pusher.store, 2)
    pusher.push()
    pusher.report({"msg_id": "m-919876500000-7478630", "status": 1})
    pusher.now += EVERY
    assert question(pusher) == "7478630"


def test_without_a_push_id_there_is_nothing_to_ask_for(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push(LOST)
    pusher.trust()
    pusher.now += 10 * EVERY
    assert question(pusher) is None


def test_it_can_be_switched_off(store: Store) -> None:
    pusher = Pusher(store)
    pusher.policy = dataclasses.replace(pusher.policy, report_after=0.0)
    store_messages(store)
    pusher.push()
    pusher.now += 100 * EVERY
    assert question(pusher) is None


def test_messages_that_are_due_go_first(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push()
    pusher.now += EVERY
    store_messages(pusher.store, first=1)
    assert question(pusher) is None
    pusher.push(push_id="8")
    assert question(pusher) == "7478630"


def test_nothing_is_asked_while_the_answer_may_have_come_already(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push()
    pusher.now += EVERY
    rows = Callback("delivery", (row_of(1, msg_id="m-919876500000-7478630"),))
    keep(pusher.store, "main", "sandbox", rows, words=words_for("en"), now=pusher.now)
    assert question(pusher) is None
    apply_callbacks(pusher.store, now=pusher.now)
    assert question(pusher) is None  # and now there is nothing to ask for
    assert pusher.statuses() == ["delivered"]


def test_what_was_sent_live_is_not_forgotten_by_a_relay_that_practises(pusher: Pusher) -> None:
    store_messages(pusher.store)
    pusher.push()
    pusher.now += EVERY
    live = {"now": pusher.now, "every": EVERY}
    with pusher.store.write() as connection:
        make_account(connection, "main", "live")
    assert take_question(pusher.store, account(), "live", **live) is None
    pusher.now += EVERY
    assert question(pusher) == "7478630"


def test_a_question_is_a_call_of_the_accounts_pace(pusher: Pusher) -> None:
    for at in range(30):
        store_messages(pusher.store, first=at)
        pusher.push(push_id=f"p{at}")
    pusher.now += EVERY
    asked = [question(pusher, rate=60) for _ in range(30)]
    assert 1 <= len([one for one in asked if one]) <= 6  # a burst of 5 and the one that may always go
