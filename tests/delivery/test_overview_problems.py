"""What stands between messages and their recipients is said once for each cause, with one thing to do."""

from __future__ import annotations

import time
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control
from adapter.delivery.acceptance import accept
from adapter.delivery.problems import Around, Problem, State, look, problems
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, EVENTS, MESSAGES, RELAYS
from tests.delivery.messages import event, outgoing, store_messages

NOW = time.time()
NOTHING = Around({}, ())


@pytest.fixture
def alive(store: Store) -> Store:
    """A store with a relay and an account, and nothing wrong with them."""
    with store.write() as connection:
        connection.execute(sa.insert(RELAYS).values(id="r", host="h", pid=1, started_at=NOW, seen_at=NOW))
        connection.execute(sa.insert(ACCOUNTS).values(name="main", destination="sandbox", reported_at=NOW))
    return store


def seen(store: Store, now: float = NOW, hooks: tuple[str, ...] = ("h",)) -> State:
    return look(store, "sandbox", hooks, now=now)


def found(store: Store, around: Around = NOTHING, now: float = NOW) -> dict[str, Problem]:
    return {one.key: one for one in problems(seen(store, now), around)}


def put(store: Store, **values: Any) -> None:
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(values))


def test_all_is_well_where_messages_are_on_their_way(alive: Store) -> None:
    store_messages(alive, 3)
    assert found(alive) == {}
    assert seen(alive).needs_person == 0


def test_an_account_that_cannot_send_is_one_problem_for_all_that_waits(alive: Store) -> None:
    store_messages(alive, 43)
    put(alive, status="parked", error="no_balance")
    with alive.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(parked="no_balance", parked_at=NOW - 60))
    problem = found(alive)["parked-main"]
    assert "No balance left." in problem.sentence
    assert "43 messages wait here." in problem.sentence
    assert (problem.label, problem.path, problem.posts) == ("Resume main", "/accounts/main/resume", True)
    assert seen(alive).needs_person == 43
    assert "late" not in found(alive, now=NOW)


def test_what_may_have_arrived_is_to_be_decided(alive: Store) -> None:
    store_messages(alive, 1)
    put(alive, status="unknown", error="no_answer")
    problem = found(alive)["unknown"]
    assert problem.sentence == "1 message may or may not have arrived."
    assert (problem.label, problem.path, problem.posts) == ("Decide", "/messages?state=unknown", False)


def test_what_waits_for_an_hour_needs_nobody(alive: Store) -> None:
    store_messages(alive, 2)
    put(alive, status="held", error="quiet_hours", due_at=NOW + 3600)
    assert found(alive) == {}
    put(alive, due_at=0.0)
    assert found(alive)["held"].sentence == "2 messages are held for you to look at."


def test_a_pause_is_told_with_what_waits_for_it(alive: Store) -> None:
    store_messages(alive, 2)
    control.pause(alive, "hook", "h", now=NOW)
    problem = found(alive)["paused-hook-h"]
    assert problem.sentence == "The hook “h” is paused. 2 messages wait for it."
    assert (problem.path, problem.since) == ("/setup/h/resume", NOW)


def test_refused_requests_are_one_problem_a_hook_with_the_newest_reason(alive: Store) -> None:
    with alive.write() as connection:
        for at, reason in enumerate(("The field name is missing.", "The field phone is \u202emissing.")):
            row = event(status="rejected", reason=reason, received_at=NOW - 100 + at)
            connection.execute(sa.insert(EVENTS).values({**row, "messages": 0}))
    problem = found(alive)["rejected-h"]
    assert problem.sentence.startswith("2 requests to “h” made no message in the last 7 days.")
    assert problem.said == "The field phone is U+202Emissing."
    assert problem.path == "/events?state=rejected&hook=h"


def test_what_ended_badly_is_grouped_by_its_cause(alive: Store) -> None:
    store_messages(alive, 3)
    put(alive, status="failed", error="invalid_number")
    store_messages(alive, 1, first=10)
    with alive.write() as connection:
        mine = MESSAGES.c.status == "queued"
        connection.execute(sa.update(MESSAGES).where(mine).values(status="failed", error="window_closed"))
    ended = [one for one in found(alive).values() if one.family == "badly"]
    assert [(one.key, one.count) for one in ended] == [("failed-invalid_number", 3), ("failed-window_closed", 1)]
    assert "Picky Assist does not take this number." in ended[0].sentence


def test_what_ended_badly_long_ago_is_past(alive: Store) -> None:
    accept(alive, event(received_at=NOW - 8 * 86_400), [outgoing(1)])
    put(alive, status="failed", error="invalid_number", created_at=NOW - 8 * 86_400)
    state = seen(alive)
    assert list(state.ended) == []


def test_without_a_relay_nothing_is_sent_and_that_is_said_first(alive: Store) -> None:
    later = NOW + 31
    first = problems(seen(alive, later), NOTHING)[0]
    assert (first.key, first.since) == ("relay", NOW)
    assert not seen(alive, later).has_relay
    assert seen(alive, NOW + 29).has_relay


def test_a_message_that_is_due_for_long_is_late(alive: Store) -> None:
    accept(alive, event(received_at=NOW), [outgoing(1)])
    put(alive, created_at=NOW - 301)
    assert found(alive)["late"].path == "/messages?state=queued"
    put(alive, created_at=NOW - 299)
    assert "late" not in found(alive)


def test_an_account_that_never_had_a_report_is_told_where_its_address_stands(alive: Store) -> None:
    store_messages(alive, 1)
    put(alive, status="accepted")
    around = Around({}, ["main"])
    assert "blind-main" not in found(alive, around)
    with alive.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(reported_at=None))
    assert found(alive, around)["blind-main"].path == "/accounts/main#reports"


def test_a_hook_that_fell_silent_is_missed_only_where_it_was_busy(alive: Store) -> None:
    for at in range(30):
        accept(alive, event(received_at=NOW - 10 * 86_400), [outgoing(at)])
    put(alive, status="read")
    silent = found(alive)["silent-h"]
    assert "silent for 10 d" in silent.sentence
    assert silent.path == "/setup/h"
    accept(alive, event(received_at=NOW - 4 * 86_400), [outgoing(31)])
    assert "silent-h" not in found(alive)  # 31 a month are one a day: four days are no silence yet


def test_a_hook_that_does_not_load_is_to_be_mended(alive: Store) -> None:
    problem = found(alive, Around({"form": "line 3: unknown key"}, ()))["faulty-form"]
    assert (problem.path, problem.said) == ("/setup/form", "line 3: unknown key")


def test_what_is_practised_is_no_problem_of_what_is_live(alive: Store) -> None:
    store_messages(alive, 1)
    put(alive, status="unknown")
    assert look(alive, "live", (), now=NOW).needs_person == 0
