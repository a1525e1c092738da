"""The accounts' pages on both databases: states in words, the check, the other address, pause and resume."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import account_view, control, gate
from adapter.delivery.acceptance import accept
from adapter.picky import hosts
from adapter.picky.hosts import Platform, other_than, platform_of
from adapter.picky.sandbox import Sandbox, serve
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, AUDIT, MESSAGES, PUSHES, RELAYS
from adapter.web.console import accounts
from tests.delivery.messages import event, outgoing
from tests.web.bubble_owner import Owner

SECRET = "a-callback-secret-0123456789"


@pytest.fixture
def box() -> Sandbox:
    return Sandbox(rate=0, tokens={"right"}, balance="12.50")


@pytest.fixture
def owner(store: Store, box: Sandbox) -> Iterator[Owner]:
    with serve(box) as server:
        owner = Owner(store, PICKY_URL=server.push_url, PICKY_TOKEN="right", CALLBACK_SECRET=SECRET)
        beat(owner)
        yield owner


def beat(owner: Owner, *, seconds_ago: float = 0.0) -> None:
    """A relay's sign of life."""
    seen = time.time() - seconds_ago
    row = {"id": "r", "host": "h", "pid": 1, "started_at": seen, "seen_at": seen}
    with owner.services.store.write() as connection:
        connection.execute(sa.delete(RELAYS))
        connection.execute(sa.insert(RELAYS).values(row))


def park(owner: Owner, code: str = "no_balance", messages: int = 2) -> None:
    store = owner.services.store
    accept(store, event(), [outgoing(at) for at in range(messages)])
    with store.write() as connection:
        gate.make_account(connection, "main", "sandbox")
        now = time.time()
        parked = {"parked": code, "parked_at": now - 120, "probe_at": now + 100, "trouble_since": now - 120}
        connection.execute(sa.update(ACCOUNTS).values(parked))
        connection.execute(sa.update(MESSAGES).values(status="parked", error=code))


def states(owner: Owner) -> set[str]:
    with owner.services.store.read() as connection:
        return set(connection.execute(sa.select(MESSAGES.c.status)).scalars())


def test_an_account_that_never_sent_can(owner: Owner) -> None:
    page = owner.get("/accounts")
    assert "The account can send." in page
    for words in (
        "Nothing waits.",
        "Not asked for yet",
        "Nothing was pushed yet",
        "None ever came",
        "WhatsApp Official (channel 8)",
    ):
        assert words in page


def test_a_parked_account_says_why_since_when_and_how_many_wait(owner: Owner) -> None:
    park(owner)
    page = owner.get("/accounts/main")
    assert "Cannot send: Account main" in page
    assert "No balance left" in page
    assert "2 messages wait here." in page
    assert "2 min ago" in page
    assert "in 1 min" in page
    assert "Resume main" in page


def test_a_check_tells_the_balance_and_lets_a_parked_account_go(owner: Owner) -> None:
    park(owner)
    page = owner.post("/accounts/main/check")
    assert "12.50" in page
    assert "The token works." in page
    assert states(owner) == {"queued"}
    assert "can send" in page


def test_an_empty_balance_keeps_it_parked(owner: Owner, box: Sandbox) -> None:
    park(owner)
    box.set_balance("0")
    assert "No balance left" in owner.post("/accounts/main/check")
    assert states(owner) == {"parked"}


def test_a_check_without_an_answer_says_so_and_keeps_the_balance_of_before(owner: Owner, box: Sandbox) -> None:
    owner.post("/accounts/main/check")
    with owner.services.store.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(checked="not_connected", checked_at=time.time()))
    page = owner.get("/accounts/main")
    assert "No connection to Picky Assist" in page
    assert "12.50" in page


def test_every_state_of_an_account_has_its_words() -> None:
    assert set(accounts.STATES) == set(account_view.STATES)


def test_it_is_paused_and_resumed_and_both_are_noted(owner: Owner) -> None:
    assert "is paused" in owner.post("/accounts/main/pause")
    assert [name for _, name, _ in control.paused(owner.services.store)] == ["main"]
    assert "It is tried again now" in owner.post("/accounts/main/resume")
    assert control.paused(owner.services.store) == []
    with owner.services.store.read() as connection:
        noted = connection.execute(sa.select(AUDIT.c.what, AUDIT.c.about).order_by(AUDIT.c.seq)).all()
    assert [tuple(row) for row in noted][-2:] == [("account paused", "main"), ("account resumed", "main")]


def test_resuming_leads_back_within_the_console_only(owner: Owner) -> None:
    park(owner)
    assert "<h1>The account cannot send.</h1>" in owner.get("/accounts")
    assert "<h1>The account can send.</h1>" in owner.post("/accounts/main/resume", back="/accounts")
    assert states(owner) == {"queued"}
    token = owner.client.get("/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = owner.client.post("/accounts/main/pause", data={"back": "//evil.example", "csrf_token": token})
    assert answer.headers["Location"] == "/"


def test_a_form_of_another_page_changes_nothing(owner: Owner) -> None:
    for what in ("pause", "resume", "check", "check-other", "address"):
        assert owner.forged(f"/accounts/main/{what}") == 400
    assert control.paused(owner.services.store) == []


def test_an_account_that_is_not_there_is_told(owner: Owner) -> None:
    for page in (owner.get("/accounts/none", 404), owner.post("/accounts/none/pause", 404)):
        assert "No account has this name" in page


def test_the_address_is_shown_when_asked_for_only(owner: Owner) -> None:
    assert SECRET not in owner.get("/accounts") + owner.get("/accounts/main")
    assert f"/callbacks/picky/{SECRET}" in owner.post("/accounts/main/address")


def test_doubt_is_told_with_what_happens_next(owner: Owner) -> None:
    with owner.services.store.write() as connection:
        gate.make_account(connection, "main", "sandbox")
        connection.execute(sa.update(ACCOUNTS).values(doubt_seconds=2.0, doubt_answered=False))
    assert "gave no answer lately" in owner.get("/accounts/main")
    assert "can send" in owner.post("/accounts/main/check")


def test_without_a_relay_no_account_says_that_it_sends(owner: Owner) -> None:
    beat(owner, seconds_ago=40)
    assert "sends nothing: no relay is alive" in owner.get("/accounts")
    owner.post("/accounts/main/pause")
    assert "is paused" in owner.get("/accounts")


def test_the_pace_counts_the_calls_of_the_last_minute(owner: Owner) -> None:
    now = time.time()
    row: dict[str, Any] = {
        "account": "main", "url": "u", "encoding": "json", "head": {}, "messages": 1, "finished_at": now,
        "outcome": "phone_unreachable", "http_status": 200, "body_status": 404,
    }  # fmt: skip
    with owner.services.store.write() as connection:
        ages = (1, 30, 61, 300)
        connection.execute(sa.insert(PUSHES), [{**row, "id": str(age), "started_at": now - age} for age in ages])
    page = owner.get("/accounts")
    assert "2 of 85" in page
    assert "cannot reach the connected phone" in page
    assert "HTTP 200, status 404" in page


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Sandbox]]:
    """A V4 and a V3 that know one token each, in place of the real ones."""
    boxes = {"V4": Sandbox(tokens={"v4-token"}), "V3": Sandbox(tokens={"v3-token"})}
    with ExitStack() as stack:
        urls = {name: stack.enter_context(serve(box)).push_url for name, box in boxes.items()}
        monkeypatch.setattr(hosts, "PLATFORMS", tuple(Platform(name, url) for name, url in urls.items()))
        yield boxes


@pytest.mark.parametrize(
    ("token", "words"),
    [("v4-token", "The token works on the V4 address. Set PICKY_URL to"), ("some-other", "refuses the token, too")],
)
def test_a_token_of_v4_on_v3_is_found_out(here: Store, both: dict[str, Sandbox], token: str, words: str) -> None:
    owner = Owner(here, ADAPTER_SANDBOX="0", PICKY_TOKEN=token, PICKY_URL=hosts.PLATFORMS[1].url)
    page = owner.post("/accounts/main/check")
    assert "V4 tokens are refused there" in page
    assert "Account main was refused at its last check." in page.replace("<bdi>", "").replace("</bdi>", "")
    assert "Check it on the V4 address" in page
    page = owner.post("/accounts/main/check-other")
    assert words in page
    assert token not in page


def test_the_other_address_without_an_answer_proves_nothing(here: Store, both: dict[str, Sandbox]) -> None:
    owner = Owner(here, ADAPTER_SANDBOX="0", PICKY_TOKEN="x", PICKY_URL=hosts.PLATFORMS[0].url)
    hosts.PLATFORMS = (hosts.PLATFORMS[0], Platform("V3", "http://127.0.0.1:9/api/v2/push"))  # type: ignore[misc]
    assert "gave no answer" in owner.post("/accounts/main/check-other")


def test_the_real_addresses_are_each_others_other() -> None:
    for one, other in ((0, 1), (1, 0)):
        found = other_than(hosts.PLATFORMS[one].url)
        assert found == hosts.PLATFORMS[other]
    assert platform_of("https://proxy.example/api/v2/push") is None
    assert other_than("https://proxy.example/api/v2/push") is None
