"""The sandbox's inbox below the browser: what it shows, how it is told to misbehave, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from adapter.picky.sandbox import Events, Sandbox, serve
from adapter.picky.sandbox_client import SandboxClient, SandboxFault
from adapter.store.engine import Store
from adapter.web.console.sandbox import BEHAVIOURS
from tests.web.bubble_owner import Owner

NUMBER = "919876543210"


@pytest.fixture
def box() -> Sandbox:
    return Sandbox(rate=0, events=Events(url="http://127.0.0.1:9/closed"))


@pytest.fixture
def url(box: Sandbox) -> Iterator[str]:
    with serve(box) as server:
        yield server.push_url


@pytest.fixture
def owner(here: Store, url: str) -> Owner:
    return Owner(here, PICKY_URL=url)


def push(url: str, message: Any = "Hi *Asha*", **head: Any) -> dict[str, Any]:
    body = {"token": "t", "application": "8", "data": [{"number": NUMBER, "message": message}], **head}
    answer: dict[str, Any] = requests.post(url, json=body, timeout=5).json()
    return answer


def test_the_numbers_are_masked_also_in_the_links(owner: Owner, url: str) -> None:
    push(url)
    page = owner.get("/sandbox")
    assert "+91 ••••• •3210" in page
    assert NUMBER not in page
    link = page.partition('href="/sandbox/~')[2].partition('"')[0]
    thread = owner.get(f"/sandbox/~{link}")
    assert '<span class="bold">Asha</span>' in thread
    assert NUMBER not in thread
    assert '<span class="bold">Asha</span>' in owner.get(f"/sandbox/{NUMBER}")


def test_a_number_without_messages_is_told_so(owner: Owner) -> None:
    assert "no messages of this number" in owner.get("/sandbox/15550001111", 404)
    assert "Nothing yet." in owner.get("/sandbox")


@pytest.mark.parametrize("code", BEHAVIOURS)
def test_each_behaviour_is_one_the_sandbox_knows(owner: Owner, url: str, code: str) -> None:
    assert "be answered so: " + BEHAVIOURS[code].words in owner.post("/sandbox/next", answer=code) or code == "taken"


def test_the_next_push_is_answered_as_chosen_and_no_other(owner: Owner, url: str) -> None:
    owner.post("/sandbox/next", answer="no_balance")
    assert [push(url)["status"] for _ in range(2)] == [403, 100]
    owner.post("/sandbox/next", answer="bad_token", always="1")
    assert [push(url)["status"] for _ in range(2)] == [401, 401]
    owner.post("/sandbox/next", answer="taken")
    assert push(url)["status"] == 100
    owner.post("/sandbox/next", 404, answer="else")


def test_the_inbox_is_emptied(owner: Owner, url: str, box: Sandbox) -> None:
    push(url)
    assert "The inbox is empty." in owner.post("/sandbox/empty")
    assert box.messages() == []


def test_what_was_written_stands_in_the_thread_with_what_became_of_it(owner: Owner, url: str) -> None:
    push(url)
    page = owner.post("/sandbox/write", 502, key=NUMBER, text="<b>STOP</b>")  # nothing listens at its webhook
    assert "the adapter could not be reached" in page
    assert "&lt;b&gt;STOP&lt;/b&gt;" in page
    assert "It did not reach the adapter" in page
    assert "the text was empty" in owner.post("/sandbox/write", 502, key=NUMBER, text=" ")


def test_a_long_thread_shows_its_newest_and_stays_small(owner: Owner, url: str) -> None:
    for at in range(210):
        push(url, f"{at} " + "*a*\n" * 500)
    page = owner.get(f"/sandbox/{NUMBER}")
    assert "209 " in page
    assert "The newest of 210 messages." in page
    assert len(page.encode()) < 100_000
    owner.post("/sandbox/empty")
    for at in range(210):
        push(url, f"number {at}")
    page = owner.get(f"/sandbox/{NUMBER}")
    assert ("number 10<" in page, "number 9<" in page) == (True, False)
    assert len(page.encode()) < 100_000


def test_a_sandbox_that_does_not_answer_is_a_sentence(here: Store) -> None:
    owner = Owner(here, PICKY_URL="http://127.0.0.1:9/api/v2/push")
    page = owner.get("/sandbox")
    assert "The sandbox at http://127.0.0.1:9 does not answer." in page
    assert "Nothing yet" not in page
    owner.post("/sandbox/empty", 502)


def test_live_there_is_no_sandbox(here: Store) -> None:
    owner = Owner(here, ADAPTER_SANDBOX="0", PICKY_TOKEN="t")
    for page in (owner.get("/sandbox", 404), owner.get("/sandbox/1", 404), owner.post("/sandbox/empty", 404)):
        assert "in practice only" in page


def test_the_updates_are_the_same_fragment_and_nothing_while_nothing_changed(owner: Owner, url: str) -> None:
    push(url)
    asked = f"/sandbox/live?key={NUMBER}"
    first = owner.client.get(asked)
    assert "Asha" in first.text
    assert "<html" not in first.text
    again = owner.client.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    push(url, "more")
    assert owner.client.get(asked, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    owner.post("/sandbox/empty")
    assert "Nothing yet" in owner.get(asked)


def test_a_form_of_another_page_does_nothing(owner: Owner, url: str, box: Sandbox) -> None:
    push(url)
    assert owner.forged("/sandbox/empty") == 400
    assert len(box.messages()) == 1


def test_what_is_not_the_sandbox_is_said(owner: Owner, url: str) -> None:
    asked = SandboxClient(url)
    asked.url += "/api/v2"
    with pytest.raises(SandboxFault, match="is not the sandbox"):
        asked.threads()
