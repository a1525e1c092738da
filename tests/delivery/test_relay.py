"""One relay over real HTTP to the sandbox: each row of the outcome table, and what a misbehaving service leaves behind."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery.acceptance import accept
from adapter.delivery.relay import Relay
from adapter.delivery.settling import Policy
from adapter.delivery.states import TRANSITIONS
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.outcome import ALL_MEANINGS, INTERRUPTED, MOST_KEPT, STATUSES
from adapter.picky.sandbox import Rule, Sandbox
from adapter.stopping import Stop
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, MESSAGES, PUSHES
from tests.delivery.messages import event, outgoing, store_messages
from tests.running import free_port, wait_for

pytestmark = pytest.mark.usefixtures("watched")
TIMEOUT = 1.0


def relay_for(store: Store, url: str, *, batch: int = 100, **options: Any) -> Relay:
    accounts = {"main": Account("main", url, "t", rate=0, batch=batch)}
    return Relay(store, accounts, "sandbox", Client(timeout=TIMEOUT), **options)


@pytest.fixture
def relay(store: Store, sandbox_url: str) -> Iterator[Relay]:
    made = relay_for(store, sandbox_url)
    yield made
    made._pool.shutdown(wait=True)


def step(relay: Relay) -> None:
    """One step, to its end."""
    relay.step()
    for call in relay._under_way:
        call.result()


def rows(store: Store) -> list[sa.Row[Any]]:
    with store.read() as connection:
        return list(connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq)))


def states(store: Store) -> list[tuple[str, str | None]]:
    return [(row.status, row.error) for row in rows(store)]


ANSWERS = [
    *((Rule(status=status), meaning.state, meaning.code) for status, meaning in STATUSES.items() if status != 100),
    (Rule(), "accepted", None),
    (Rule(status=777), "retrying", "undocumented_status"),
    (Rule(http=429), "retrying", "rate_limited"),
    (Rule(http=301, headers={"Location": "https://e.com/"}), "parked", "redirected"),
    (Rule(reset="after"), "unknown", "no_answer"),
    (Rule(reset="before"), "unknown", "no_answer"),
    (Rule(hang=True), "unknown", "no_answer"),
    (Rule(drip=0.2), "unknown", "no_answer"),
    (Rule(endless=True), "unknown", "unreadable_answer"),
    (Rule(http=500), "unknown", "unreadable_answer"),
    (Rule(http=503, headers={"Retry-After": "60"}), "unknown", "unreadable_answer"),
    (Rule(text="<html>Welcome!</html>"), "unknown", "unreadable_answer"),
    (Rule(bytes_hex="ff00fe"), "unknown", "unreadable_answer"),
    (Rule(text="[" * 100_000), "unknown", "unreadable_answer"),
    (Rule(text='{"status":"100","push_id":"7"}'), "accepted", None),
    (Rule(text='{"status":"fine"}'), "unknown", "unreadable_answer"),
    (Rule(text="A" * 3_000_000), "unknown", "unreadable_answer"),
    (Rule(no_data=True), "accepted", None),
]


@pytest.mark.parametrize(("rule", "state", "error"), ANSWERS, ids=lambda value: str(value)[:60])
def test_every_answer_of_the_service_has_its_state(
    store: Store, sandbox: Sandbox, relay: Relay, rule: Rule, state: str, error: str | None
) -> None:
    sandbox.behave(next=[rule])
    store_messages(store)
    started = time.monotonic()
    step(relay)
    assert states(store) == [(state, error)]
    assert time.monotonic() - started < TIMEOUT + 3
    with store.read() as connection:
        kept = connection.execute(sa.select(PUSHES.c.answer)).scalar_one()
    assert len(kept) <= MOST_KEPT
    assert ("sending", state) in TRANSITIONS


def test_the_answers_above_are_the_whole_table() -> None:
    """But for a relay that dies in a call, which only chaos can do, and a service that is not there."""
    seen = {error or "accepted" for _, _, error in ANSWERS} | {"not_connected", INTERRUPTED.code}
    assert seen == {meaning.code for meaning in ALL_MEANINGS}


def test_a_service_that_is_not_there_is_tried_again(store: Store) -> None:
    relay = relay_for(store, f"http://127.0.0.1:{free_port()}/push")
    store_messages(store)
    step(relay)
    assert states(store) == [("retrying", "not_connected")]


def test_an_answer_without_some_rows_accepts_them_without_id(store: Store, sandbox: Sandbox, relay: Relay) -> None:
    sandbox.behave(next=[Rule(drop_rows=1)])
    store_messages(store, 3)
    step(relay)
    assert [(row.status, row.msg_id is not None) for row in rows(store)] == [
        ("accepted", True), ("accepted", True), ("accepted", False),
    ]  # fmt: skip


def test_rows_twice_and_of_strangers_change_nothing(store: Store, sandbox: Sandbox, relay: Relay) -> None:
    data = [
        {"number": "919876500001", "msg_id": "b", "credit": "0.005"},
        {"number": "911111111111", "msg_id": "x", "credit": "0.005"},
        {"number": 919876500000, "msg_id": 5, "credit": 0.005},
        {"number": "919876500001", "msg_id": "c", "credit": "0.005"},
        "nonsense",
    ]
    sandbox.behave(next=[Rule(extra={"data": data})])
    store_messages(store, 2)
    step(relay)
    assert [(row.msg_id, row.credit) for row in rows(store)] == [("5", "0.005"), ("b", "0.005")]


def test_each_message_of_a_push_has_its_own_receipt(store: Store, sandbox: Sandbox, relay: Relay) -> None:
    store_messages(store, 5)
    step(relay)
    taken = {message["number"]: message for message in sandbox.messages()}
    assert [(row.push_id, row.msg_id) for row in rows(store)] == [
        (taken[row.number]["push_id"], taken[row.number]["msg_id"]) for row in rows(store)
    ]
    assert {row.credit for row in rows(store)} == {"0.005"}
    assert sandbox.counters()["requests"] == 1


def test_one_bad_message_is_found_by_halving_and_the_others_arrive_once(
    store: Store, sandbox: Sandbox, relay: Relay
) -> None:
    sandbox.behave(always=Rule(status=406, for_number="919876500013"))
    store_messages(store, 50)
    while any(row.status in {"queued", "retrying"} for row in rows(store)):
        step(relay)
    assert [row.status for row in rows(store)].count("accepted") == 49
    assert rows(store)[13].status == "failed"
    numbers = [message["number"] for message in sandbox.messages()]
    assert len(numbers) == len(set(numbers)) == 49
    assert sandbox.counters()["requests"] <= 13  # 50 messages, then two halves at each of six levels


def test_a_running_relay_resumes_by_itself_after_a_lost_answer(
    store: Store, sandbox: Sandbox, sandbox_url: str
) -> None:
    sandbox.behave(next=[Rule(reset="after")])
    store_messages(store, 1)
    relay, stop = relay_for(store, sandbox_url), Stop()
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: states(store) == [("unknown", "no_answer")])
        store_messages(store, 25, first=1)
        wait_for(lambda: [row.status for row in rows(store)].count("accepted") == 25)
    finally:
        stop.set()
        thread.join()
    sizes = [len(request["body"]["data"]) for request in sandbox.requests()]
    assert sizes[:2] == [1, 10]
    assert sum(sizes) == 26
    with store.read() as connection:
        assert connection.execute(sa.select(ACCOUNTS.c.doubt_seconds)).scalar_one() == 0


def test_what_was_stored_is_pushed_at_once_by_an_idle_relay(store: Store, sandbox: Sandbox, sandbox_url: str) -> None:
    """The bell, not the poll: many times faster than the floor would be on average; a bound, no measurement."""
    relay, stop = relay_for(store, sandbox_url), Stop()
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        for turn in range(3):
            time.sleep(0.2)
            store_messages(store, 1, first=turn)
            wait_for(lambda turn=turn: sandbox.counters()["taken"] == turn + 1, seconds=5)
    finally:
        stop.set()
        thread.join()
    assert [row.status for row in rows(store)] == ["accepted"] * 3


def test_an_account_whose_calls_hang_does_not_keep_others_from_calling(
    store: Store, sandbox: Sandbox, sandbox_url: str
) -> None:
    sandbox.behave(tokens={"slow": Rule(hang=True)})
    accounts = {name: Account(name, sandbox_url, name, rate=0, batch=1) for name in ("slow", "quick")}
    relay, stop = Relay(store, accounts, "sandbox", Client(timeout=6), concurrency=2), Stop()
    accept(store, event(), [dataclasses.replace(outgoing(at), account="slow") for at in range(4)])
    thread = threading.Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: ("sending", None) in states(store))
        accept(store, event(), [dataclasses.replace(outgoing(at), account="quick") for at in range(3)])
        wait_for(lambda: states(store).count(("accepted", None)) == 3, seconds=5)
        assert states(store).count(("sending", None)) == 1
    finally:
        stop.set()
        thread.join()


def test_a_policy_ends_the_retries(store: Store) -> None:
    now = [1_000_000.0]
    relay = relay_for(
        store, f"http://127.0.0.1:{free_port()}/push",
        policy=Policy(pause=1.0, longest=2.0, retry_for=10.0), now=lambda: now[0],
    )  # fmt: skip
    store_messages(store)
    for _ in range(12):
        step(relay)
        now[0] += 2.0
    assert states(store) == [("dead", "not_connected")]
    assert 5 <= rows(store)[0].attempts <= 7
