"""Calls over real sockets: what was never sent, what may have arrived, and answers that will not end."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.sandbox import Rule, Sandbox

PUSH = {"token": "t", "application": "8", "data": [{"number": "919876543210", "message": "Hi"}]}


def account(url: str, encoding: str = "json") -> Account:
    return Account("main", url, "t", encoding=encoding)


@pytest.mark.parametrize("encoding", ["json", "form", "query"])
def test_a_push_arrives_as_it_was_given(sandbox: Sandbox, sandbox_url: str, encoding: str) -> None:
    outcome = Client(timeout=5).push(account(sandbox_url, encoding), PUSH)
    assert outcome.meaning.state == "accepted"
    assert [row.number for row in outcome.rows] == ["919876543210"]
    (request,) = sandbox.requests()
    assert (request["encoding"], request["body"]) == (encoding, PUSH)
    assert request["user_agent"].startswith("picky-assist-adapter/")


@pytest.mark.parametrize(
    ("rule", "state", "code"),
    [
        (Rule(reset="before"), "unknown", "no_answer"),
        (Rule(reset="after"), "unknown", "no_answer"),
        (Rule(http=503, text="busy"), "unknown", "unreadable_answer"),
        (Rule(text="<html>"), "unknown", "unreadable_answer"),
        (Rule(bytes_hex="fffe00"), "unknown", "unreadable_answer"),
        (Rule(http=302, headers={"Location": "https://example.com/"}), "parked", "redirected"),
        (Rule(http=429), "retrying", "rate_limited"),
        (Rule(status=403), "parked", "no_balance"),
    ],
)
def test_what_goes_wrong_has_an_outcome(sandbox: Sandbox, sandbox_url: str, rule: Rule, state: str, code: str) -> None:
    sandbox.behave(next=[rule])
    outcome = Client(timeout=5).push(account(sandbox_url), PUSH)
    assert (outcome.meaning.state, outcome.meaning.code) == (state, code)
    assert len(sandbox.requests()) == 1


def test_a_redirect_is_not_read_to_its_end(sandbox: Sandbox, sandbox_url: str) -> None:
    """However much comes with it: `requests` would read all of it, to be ready to follow."""
    sandbox.behave(next=[Rule(http=302, headers={"Location": "https://example.com/"}, endless=True)])
    outcome = Client(timeout=0.5).push(account(sandbox_url), PUSH)
    assert (outcome.meaning.state, outcome.meaning.code) == ("parked", "redirected")


@pytest.mark.parametrize("rule", [Rule(drip=0.05), Rule(hang=True), Rule(latency=5), Rule(endless=True, drip=0.05)])
def test_a_call_ends_at_its_deadline(sandbox: Sandbox, sandbox_url: str, rule: Rule) -> None:
    sandbox.behave(next=[rule])
    started = time.monotonic()
    outcome = Client(timeout=1).push(account(sandbox_url), PUSH)
    assert outcome.meaning.state == "unknown"
    assert time.monotonic() - started < 3


def test_an_endless_answer_is_cut(sandbox: Sandbox, sandbox_url: str) -> None:
    sandbox.behave(next=[Rule(endless=True)])
    assert Client(timeout=5).push(account(sandbox_url), PUSH).meaning.code == "unreadable_answer"


def test_no_connection_means_that_nothing_was_sent() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    outcome = Client(timeout=2).push(account(f"http://127.0.0.1:{port}/push"), PUSH)
    assert (outcome.meaning.state, outcome.meaning.code) == ("retrying", "not_connected")


def test_a_name_that_does_not_exist_means_that_nothing_was_sent() -> None:
    assert Client(timeout=2).push(account("http://no-such-host.invalid/push"), PUSH).meaning.code == "not_connected"


def test_a_name_that_is_found_too_late_means_that_nothing_was_sent(
    sandbox: Sandbox, sandbox_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo

    def slow(*words: Any, **options: Any) -> Any:
        time.sleep(0.8)
        return found(*words, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    outcome = Client(timeout=0.5).push(account(sandbox_url), PUSH)
    assert outcome.meaning.code == "not_connected"
    assert sandbox.requests() == []


def test_a_failed_handshake_means_that_nothing_was_sent(sandbox_url: str) -> None:
    secure = sandbox_url.replace("http://", "https://")
    assert Client(timeout=2).push(account(secure), PUSH).meaning.code == "not_connected"


def test_the_balance_is_asked_for_beside_the_push_address(sandbox_url: str) -> None:
    assert Client(timeout=2).check_balance(account(sandbox_url)).status == 100
