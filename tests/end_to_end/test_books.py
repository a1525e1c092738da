"""What became of a thousand messages: our books are the sandbox's, whatever was lost, late, doubled or out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapter.delivery.states import RANKS, REPORTED
from adapter.picky.sandbox import Events, Rule, Sandbox, serve
from adapter.picky.sandbox.inbox import Message
from tests.running import Running, free_port, wait_for

SECRET = "books-callback-secret"
HOOK = """source: form
auth: none
for_each: rows
fields: {phone: {type: phone, from: item.phone, required: true}}
push: {to: '{{ phone }}', message: Hello}
"""
COUNT, ROWS = 1_000, 100
LOST_ANSWER, NO_ANSWER_AT_ALL, NO_ROWS = Rule(reset="after"), Rule(reset="before"), Rule(no_data=True)


@pytest.fixture
def books(tmp_path: Path, database_url: str) -> Iterator[tuple[Running, Sandbox]]:
    port = free_port()
    events = Events(
        url=f"http://127.0.0.1:{port}/callbacks/picky/{SECRET}",
        delay=0.4, read=0.3, failed=0.1, refunded=0.05, lost=0.1, duplicated=0.2, shuffled=True, rate=1_000.0,
    )  # fmt: skip
    sandbox = Sandbox(rate=0, events=events, seed=7)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "many.yaml").write_text(HOOK)
    settings = {"CALLBACK_SECRET": SECRET, "DATABASE_URL": database_url, "REPORT_AFTER": "3", "PICKY_TIMEOUT": "5"}
    with (
        serve(sandbox) as served,
        Running(tmp_path, picky_url=served.push_url, templates=hooks, port=port, **settings) as adapter,
    ):
        yield adapter, sandbox


def test_our_books_are_the_sandboxs_for_every_message_and_none_is_sent_twice(books: tuple[Running, Sandbox]) -> None:
    adapter, sandbox = books
    good = Rule()
    sandbox.behave(next=[good, LOST_ANSWER, good, NO_ROWS, NO_ANSWER_AT_ALL, good, LOST_ANSWER, NO_ROWS])
    for start in range(0, COUNT, ROWS):
        rows = [{"phone": f"+9198765{number:05d}"} for number in range(start, start + ROWS)]
        told = requests.post(f"{adapter.url}/hooks/many", json={"rows": rows}, timeout=10).json()
        assert told["messages"] == ROWS

    def settled() -> bool:
        """Every message that the sandbox took is known as well as it can be."""
        if sandbox.waiting_events():
            return False
        states = {row["id"]: row["status"] for row in adapter.events()}
        moving = {"queued", "retrying", "sending"} & set(states.values())
        return not moving and all(states[one.reference] in expected(one) for one in sandbox_messages(sandbox))

    wait_for(settled, seconds=150)
    ours = {row["id"]: row for row in adapter.events()}
    theirs = sandbox_messages(sandbox)
    assert len(ours) == COUNT
    assert [one for one, times in Counter(taken.reference for taken in theirs).items() if times > 1] == []
    for one in theirs:
        row = ours.pop(one.reference)
        assert (row["number"], row["push_id"], row["msg_id"]) in {
            (one.message.number, one.message.push.push_id, one.message.msg_id),
            (one.message.number, one.message.push.push_id, None),  # answered without rows, and not reported yet
        }, row
        assert row["status"] in expected(one)
    assert {row["status"] for row in ours.values()} == {"unknown"}  # what never reached the sandbox, and may have
    assert len(ours) <= ROWS
    accounts = adapter.command("check").stdout
    assert "The last delivery report arrived" in accounts


class Taken:
    """A message that the sandbox took, and what can be known of it outside."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.reference = str(message.item["reference_number"])


def sandbox_messages(sandbox: Sandbox) -> list[Taken]:
    return [Taken(message) for message in sandbox.inbox()]


# The report that is asked for knows 0 to 3: submitted is not known there, and refunded is failed.
_ASKED = {4: 0, 5: 2}


def expected(one: Taken) -> set[str]:
    """The furthest of what was posted. Where that is neither an arrival nor an end, the report must have been asked
    for; where it is, it may have been, for the sake of another message of the push, before or after."""
    told = [REPORTED[status] for status in one.message.posted]
    report = REPORTED[_ASKED.get(one.message.status, one.message.status)]
    posted, asked = _furthest(["accepted", *told]), _furthest(["accepted", *told, report])
    if RANKS[posted] < RANKS["delivered"]:
        return {asked}
    return {posted, asked, report} if RANKS[report] == RANKS[posted] else {posted, asked}


def _furthest(states: list[str]) -> str:
    return max(states, key=lambda state: RANKS[state])
