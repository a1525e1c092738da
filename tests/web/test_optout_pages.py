"""The opt-out list of an account as a page, on both databases."""

from __future__ import annotations

import io
import time

import pytest
import sqlalchemy as sa

from adapter.delivery import optouts
from adapter.delivery.acceptance import accept
from adapter.store.engine import Store
from adapter.store.tables import AUDIT, MESSAGES
from tests.delivery.messages import event, outgoing
from tests.web.bubble_owner import Owner

NUMBER = "919876500000"  # that of the first message of tests.delivery.messages


@pytest.fixture
def owner(store: Store) -> Owner:
    return Owner(store, DEFAULT_REGION="IN")


def on_the_list(owner: Owner) -> list[str]:
    return [row.number for row in optouts.numbers(owner.services.store, "main")]


def test_a_number_in_any_spelling_is_put_on_and_taken_off(owner: Owner) -> None:
    assert "Nobody has opted out" in owner.get("/accounts/main/optouts")
    accept(owner.services.store, event(), [outgoing(0), outgoing(1)])
    page = owner.post("/accounts/main/optouts/add", number="098765 00000")
    assert "1 number wants nothing" in page
    assert "By hand" in page
    assert ("+91 ••••• •0000" in page, NUMBER in page) == (True, False)
    with owner.services.store.read() as connection:
        states = connection.execute(sa.select(MESSAGES.c.status).order_by(MESSAGES.c.seq)).scalars().all()
    assert states == ["cancelled", "queued"]
    assert "was on the list already" in owner.post("/accounts/main/optouts/add", number=NUMBER)
    assert "is off the list" in owner.post("/accounts/main/optouts/remove", number="+91 98765 00000")
    assert "was not on the list" in owner.post("/accounts/main/optouts/remove", number=NUMBER)
    assert on_the_list(owner) == []


def test_what_is_no_number_is_told_and_changes_nothing(owner: Owner) -> None:
    for verb in ("add", "remove"):
        assert 'role="alert"' in owner.post(f"/accounts/main/optouts/{verb}", 422, number="<b>twelve</b>")
    assert on_the_list(owner) == []
    assert "No account has this name" in owner.post("/accounts/none/optouts/add", 404, number=NUMBER)
    assert owner.forged("/accounts/main/optouts/add", number=NUMBER) == 400


def imported(owner: Owner, content: bytes) -> str:
    token = owner.get("/accounts/main/optouts").partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "file": (io.BytesIO(content), "list.csv")}
    return owner.client.post("/accounts/main/optouts/import", data=form).text


def test_a_file_is_taken_and_its_faulty_lines_are_told(owner: Owner) -> None:
    page = imported(owner, b"number\n098765 00001\n+91 98765 00002\nnobody\n098765 00001\n")
    assert "2 put on the list, 1 were on it already" in page
    assert "Line 4:" in page
    assert on_the_list(owner) == ["919876500001", "919876500002"]
    assert "From a file" in page
    assert 'role="alert"' in imported(owner, b"name,city\na,b\n")
    assert "Choose a file first" in owner.post("/accounts/main/optouts/import", 422)


def test_the_list_is_downloaded_only_where_numbers_are_shown(owner: Owner) -> None:
    imported(owner, b"919876500001\n")
    assert "Show numbers first" in owner.post("/accounts/main/optouts/download", 409)
    with owner.services.store.read() as connection:
        noted = set(connection.execute(sa.select(AUDIT.c.what)).scalars())
    assert "opt-outs imported" in noted
    assert "opt-outs downloaded" not in noted


def test_a_long_list_stays_a_small_page(owner: Owner) -> None:
    since = {str(919876500000 + at): time.time() for at in range(500)}
    with owner.services.store.write() as connection:
        optouts.put(connection, "main", since, via="message", word="<i>STOP</i>", now=time.time())
    page = owner.get("/accounts/main/optouts")
    assert "500 numbers want nothing" in page
    assert "The first 100 by number" in page
    assert "Wrote <bdi>&lt;i&gt;STOP" in page
    assert len(page.encode()) < 100_000
