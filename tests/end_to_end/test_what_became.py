"""What became of messages on a running adapter: other ways, set hours, opt-outs, and the story that is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from adapter.picky.sandbox import Events, Rule, Sandbox
from tests.running import Running, free_port, wait_for, with_sandbox

SECRET = "became-callback-secret"
HOOKS = {
    "packed": """\
source: form
auth: none
fields: {phone: {type: phone}}
push:
  to: '{{ phone }}'
  message: Your order is packed.
  fallback:
    - message: Packed! (second try)
      after: 1h
""",
    "later": """\
source: form
auth: none
fields: {phone: {type: phone}}
delay: 8s
push: {to: '{{ phone }}', message: A little later}
""",
    "soon": """\
source: form
auth: none
fields: {phone: {type: phone}, at: {type: datetime}}
send_at: '{{ at - 1 day }}'
expires: 6h
push: {to: '{{ phone }}', message: See you tomorrow}
""",
}
NUMBER = "919876543210"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Sandbox]]:
    """One adapter, and a sandbox that reports to it."""
    port, folder = free_port(), tmp_path_factory.mktemp("became")
    sandbox = Sandbox(rate=0, events=Events(url=f"http://127.0.0.1:{port}/callbacks/picky/{SECRET}", delay=0.1), seed=3)
    with with_sandbox(folder, HOOKS, sandbox, port=port, CALLBACK_SECRET=SECRET) as opened:
        yield opened


def post(running: Running, hook: str, **fields: Any) -> str:
    told = requests.post(f"{running.url}/hooks/{hook}", data={"phone": f"+{NUMBER}", **fields}, timeout=10).json()
    assert told["ok"], told
    return str(told["id"])


def states(running: Running) -> list[tuple[str, str | None]]:
    return [(row["status"], row["error"]) for row in running.events()]


def test_the_other_way_is_taken_where_the_24_hour_window_is_closed(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    sandbox.behave(next=[Rule(status=802)])
    event = post(running, "packed")
    wait_for(lambda: states(running) == [("failed", "window_closed"), ("delivered", None)])
    assert [message["message"] for message in sandbox.messages()] == ["Packed! (second try)"]
    story = running.command("why", event).stdout
    assert "This customer has not written in the last 24 hours" in story
    assert "Way 2 through account main, because way 1 ended failed." in story
    assert "It arrived on the phone." in story


def test_a_message_waits_for_its_hour_and_leaves_by_itself(fresh: tuple[Running, Sandbox]) -> None:
    running, _ = fresh
    event = post(running, "later")
    assert states(running) == [("held", "delayed")]
    assert "It waits for the end of the delay that its hook sets." in running.command("why", event).stdout
    wait_for(lambda: states(running) == [("delivered", None)], seconds=40)


def test_what_is_too_late_is_never_sent(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    post(running, "soon", at="2026-01-10T09:30:00Z")
    wait_for(lambda: states(running) == [("cancelled", "expired")])
    assert sandbox.messages() == []


def test_a_person_who_writes_stop_gets_nothing_more(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    post(running, "later")
    assert sandbox.inbound(NUMBER, "Stop!") == 200
    wait_for(lambda: states(running) == [("cancelled", "opted_out")])
    event = post(running, "packed")
    wait_for(lambda: states(running)[1:] == [("cancelled", "opted_out")])
    assert 'The recipient wrote "stop".' in running.command("why", event).stdout
    assert sandbox.inbound(NUMBER, "START") == 200
    post(running, "packed")
    wait_for(lambda: states(running)[2:] == [("delivered", None)])
    assert len(sandbox.messages()) == 1


def test_a_message_that_got_no_answer_becomes_known(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    sandbox.behave(next=[Rule(reset="after")])
    event = post(running, "packed")
    wait_for(lambda: states(running) == [("delivered", None)])
    assert len(sandbox.messages()) == 1
    story = running.command("why", event).stdout
    assert "It was sent, but the line broke before an answer came." in story
    assert NUMBER not in running.log.read_text()
