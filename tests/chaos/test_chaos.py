"""The shorter proof that runs with the tests, and that the books notice everything they are there to notice.

`python -m tests.chaos` plays all there is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.chaos import table
from tests.chaos.books import Audit, Books, Event, Message, audit
from tests.chaos.catalogue import catalogue
from tests.chaos.databases import Databases, stop_all
from tests.chaos.processes import end_all
from tests.chaos.scenario import Row, Scenario, play_all

_SCENARIOS: Final = {scenario.title: scenario for scenario in catalogue(short=True)}
_PLAYED: Final = (
    "random-kills-sqlite",
    "misbehaviour-postgres",
    "postgres-crash-postgres",
    "disk-full-sqlite",
    "frozen:relay.claimed-sqlite",
    "frozen:relay.answered-postgres",
    "sigterm-sqlite",
    "clock-forward-sqlite",
    "accept.committed-sqlite",
    "begin.written-postgres",
    "relay.answered-sqlite",
    "reports-sqlite",
    "callback.stored-postgres",
    "callback.written-sqlite",
)


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Row]]:
    """The rows of all scenarios that were asked for: they wait more than they work, so they are played together."""
    titles = [item.callspec.params["title"] for item in request.session.items if _is_played(item)]
    databases = Databases(tmp_path_factory.mktemp("chaos"))
    try:
        played = play_all([_SCENARIOS[title] for title in titles], databases, jobs=4, seed=1)
        yield {row.scenario.title: row for row in played}
    finally:
        end_all()
        stop_all()


def _is_played(item: Any) -> bool:
    return getattr(item, "originalname", "") == test_the_books_are_exact_after.__name__


@pytest.mark.parametrize("title", _PLAYED)
def test_the_books_are_exact_after(title: str, rows: dict[str, Row]) -> None:
    assert rows[title].is_good, table.wrong(rows[title])


TAKEN: Final = {"reference_number": "E1-1", "number": "919876500001", "push_id": "7", "msg_id": "70"}
EXACT: Final = Books(
    answered={"A-1": "E1", "A-2": "E2", "A-3": "E3"},
    events=(Event("E1", "A-1", 1), Event("E2", "A-2", 1), Event("E3", "A-3", 1), Event("E4", "A-4", 1)),
    messages=(
        Message("E1-1", "E1", "accepted", "7", "70"),
        Message("E2-1", "E2", "unknown", None, None),
        Message("E3-1", "E3", "unknown", None, None),
        Message("E4-1", "E4", "failed", None, None),
    ),
    inbox=(TAKEN, {"reference_number": "E2-1", "number": "919876500002", "push_id": "8", "msg_id": "80"}),
)


def changed(at: int, **values: Any) -> Audit:
    """The audit where the `at`-th message has other values."""
    messages = list(EXACT.messages)
    messages[at] = dataclasses.replace(messages[at], **values)
    return audit(dataclasses.replace(EXACT, messages=messages))


def test_exact_books_have_no_fault() -> None:
    assert audit(EXACT).faults == ()
    assert audit(EXACT).states == {"accepted": 1, "unknown": 2, "failed": 1}


def test_an_event_that_was_answered_and_is_gone_is_lost() -> None:
    answered = {**EXACT.answered, "A-9": "E9"}
    (sentence,) = audit(dataclasses.replace(EXACT, answered=answered)).lost
    assert sentence == "Event E9 of A-9 was answered 200 and is not in the store."


def test_an_event_answered_with_another_ones_id_is_lost() -> None:
    answered = {**EXACT.answered, "A-9": "E1"}
    (sentence,) = audit(dataclasses.replace(EXACT, answered=answered)).lost
    assert sentence == "Event E1 was answered to A-9 and is the one of A-1."


def test_an_event_without_its_message_is_lost() -> None:
    lost = audit(dataclasses.replace(EXACT, messages=EXACT.messages[:2] + EXACT.messages[3:])).lost
    assert lost == (
        "Event E3 of A-3 was answered 200 and has no message.",
        "Event E3 says that it made 1 messages; the store has 0.",
    )


def test_a_message_that_reached_the_sandbox_again_was_sent_twice() -> None:
    again = {**TAKEN, "push_id": "9", "msg_id": "90"}
    twice = audit(dataclasses.replace(EXACT, inbox=(again, *EXACT.inbox))).twice
    assert twice == ("Message E1-1 reached the sandbox 2 times.", "Number 919876500001 got 2 messages.")


def test_an_order_stored_again_is_there_twice() -> None:
    events = (*EXACT.events, Event("E5", "A-1", 1))
    messages = (*EXACT.messages, Message("E5-1", "E5", "failed", None, None))
    assert audit(dataclasses.replace(EXACT, events=events, messages=messages)).twice == ("Order A-1 is 2 events.",)


def test_an_event_with_a_message_too_many_is_there_twice() -> None:
    messages = (*EXACT.messages, Message("E4-2", "E4", "failed", None, None))
    found = audit(dataclasses.replace(EXACT, messages=messages))
    assert found.twice == ("Event E4 has 2 messages.",)
    assert found.lost == ("Event E4 says that it made 1 messages; the store has 2.",)


@pytest.mark.parametrize("status", ["queued", "sending", "retrying"])
def test_a_message_that_still_moves_is_not_settled(status: str) -> None:
    assert changed(2, status=status).unsettled == (f"Message E3-1 stays {status}.",)


def test_an_accepted_message_that_the_sandbox_does_not_have_breaks_the_balance() -> None:
    unbalanced = changed(2, status="accepted").unbalanced
    assert unbalanced == ("Message E3-1 is accepted, and the sandbox does not have it.",)


@pytest.mark.parametrize("receipt", [{"msg_id": "71"}, {"msg_id": None}, {"push_id": "8"}])
def test_a_receipt_that_is_not_the_sandboxs_breaks_the_balance(receipt: dict[str, Any]) -> None:
    (sentence,) = changed(0, **receipt).unbalanced
    assert sentence.endswith("the sandbox gave 7/70.")


def test_a_failed_message_that_the_sandbox_has_breaks_the_balance() -> None:
    assert changed(0, status="failed").unbalanced == ("The sandbox took message E1-1, which is failed.",)


def test_a_message_that_only_the_sandbox_has_breaks_the_balance() -> None:
    stranger = {"reference_number": "X-1", "number": "919876500009", "push_id": "9", "msg_id": "90"}
    unbalanced = audit(dataclasses.replace(EXACT, inbox=(stranger, *EXACT.inbox))).unbalanced
    assert unbalanced == ("The sandbox took message X-1, which the store does not know.",)


def test_a_message_of_no_event_breaks_the_balance() -> None:
    (sentence,) = audit(dataclasses.replace(EXACT, events=EXACT.events[:3])).unbalanced
    assert sentence == "Message E4-1 belongs to no event."


def test_a_row_with_any_fault_fails_and_says_so() -> None:
    scenario = Scenario("name", "sqlite", lambda _: None)
    good = Row(scenario, 3, 1, audit(EXACT), (), 1.0, "")
    bad = Row(scenario, 3, 1, changed(2, status="queued"), (), 1.0, "")
    worse = dataclasses.replace(good, faults=("The relay was to be killed.",))
    assert [row.is_good for row in (good, bad, worse)] == [True, False, False]
    drawn = table.draw([good, bad, worse])
    assert "Message E3-1 stays queued." in drawn
    assert "The relay was to be killed." in drawn
    assert drawn.count("FAILED") == 2


def test_a_report_that_was_heard_and_not_applied_is_missed() -> None:
    inbox = ({**TAKEN, "posted": [4, 1]}, *EXACT.inbox[1:])
    untold = audit(dataclasses.replace(EXACT, inbox=inbox)).untold
    assert untold == ("Message E1-1 was reported as delivered, and is accepted.",)
    delivered = dataclasses.replace(EXACT.messages[0], status="delivered")
    assert audit(dataclasses.replace(EXACT, inbox=inbox, messages=(delivered, *EXACT.messages[1:]))).faults == ()
