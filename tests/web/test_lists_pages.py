"""The lists, their files and bulk jobs over HTTP: what is shown, what is hidden, and what a POST begins."""

from __future__ import annotations

import csv
import html
import io
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from adapter.config import load_settings
from adapter.delivery.acceptance import accept
from adapter.delivery.search import Search
from adapter.delivery.searching import every
from adapter.services import Services, open_services
from adapter.store.engine import Store
from adapter.store.tables import AUDIT
from adapter.web.app import build_app
from adapter.web.console.list_files import defused
from adapter.web.console.written import unnumbered
from bench.fill import fill
from tests.delivery.messages import event, outgoing
from tests.running import wait_for
from tests.web.door_console import enter, token

HEADERS = {"Accept": "text/html"}


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store) -> Iterator[Services]:
    (tmp_path / "hooks").mkdir()
    opened = open_services(load_settings({
        "ADAPTER_SANDBOX": "1", "SECRET_KEY": "a-long-random-text-for-signing", "ADMIN_PASSWORD": "the-owners-password",
        "DATABASE_URL": database_url, "TIMEZONE": "Asia/Kolkata", "TEMPLATES_DIR": str(tmp_path / "hooks"),
        "DEFAULT_REGION": "IN",
    }))  # fmt: skip
    yield opened
    opened.store.close()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    made = build_app(services).test_client()
    assert enter(made).status_code == 303
    return made


def show_numbers(client: FlaskClient) -> None:
    answer = client.post("/numbers", data={"csrf_token": token(client), "show": "1", "back": "/"})
    assert answer.status_code == 303


def read(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=HEADERS)
    assert answer.status_code == status, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.text)))


def test_the_empty_and_the_filtered_list_say_different_things(client: FlaskClient, store: Store) -> None:
    assert "Nothing yet." in read(client, "/messages")
    assert "Nothing yet." in read(client, "/events")
    accept(store, event(), [outgoing()])
    assert "No message matches; 1 without the filter." in read(client, "/messages?state=failed")
    assert "1 match" in read(client, "/messages?q=098765+00000")
    assert "Begin at the newest" in read(client, "/messages?after=1")


def test_a_list_masks_numbers_until_they_are_asked_for(client: FlaskClient, store: Store) -> None:
    accept(store, event(status="rejected", reason='"98765 4321" has 9 digits.'), ())
    accept(store, event(), [outgoing(item={"message": "<b>Hi</b> \u202e"})])
    assert "+91 ••••• •0000" in read(client, "/messages")
    assert "<b>Hi</b> U+202E" in read(client, "/messages")
    assert '"••••• 4321"' in read(client, "/events")
    show_numbers(client)
    assert "+91 98765 00000" in read(client, "/messages")
    assert '"98765 4321"' in read(client, "/events")


@pytest.mark.parametrize(("text", "shown"), [
    ("Same as event 01J00000000000010000500000 of 12:01", "Same as event 01J00000000000010000500000 of 12:01"),
    ("amount is 4999.00", "amount is 4999.00"), ("call +91 98765 43210 now", "call +•• ••••• •3210 now"),
    ("98765 43210 / 98765 43211", "••••• •3210 / ••••• •3211"),
])  # fmt: skip
def test_a_number_within_a_sentence_is_masked(text: str, shown: str) -> None:
    assert unnumbered(text) == shown


def test_a_filter_that_means_nothing_is_a_page_with_a_sentence(client: FlaskClient) -> None:
    assert 'There is no state "lost".' in read(client, "/messages?state=lost", 400)
    assert "There is no such action." in read(client, "/bulk?action=burn", 404)
    assert "no job of this name" in read(client, "/jobs/none", 404)


def test_new_rows_wait_behind_a_link(client: FlaskClient, store: Store) -> None:
    accept(store, event(), [outgoing(), outgoing(1)])
    assert read(client, "/messages/new?seen=2").strip() == ""
    assert "1 new, show" in read(client, "/messages/new?seen=1&state=queued")
    assert 'data-live="/messages/new?state=queued&amp;seen=2"' in client.get("/messages?state=queued").text


def test_a_stranger_sees_no_list(services: Services) -> None:
    client = build_app(services).test_client()
    for path in ("/messages", "/events", "/messages.csv", "/bulk?action=cancel", "/jobs"):
        assert client.get(path).status_code == 303


def cells(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_a_file_holds_the_whole_filter_with_numbers_masked(client: FlaskClient, store: Store) -> None:
    accept(store, event(), [outgoing(at) for at in range(120)])
    accept(store, event(), [outgoing(500, item={"message": "=cmd|'/c calc'!A0\nZoë"})])
    rows = cells(client, "/messages.csv?state=queued")
    assert len(rows) == 121
    assert (rows[0]["Text begins"], rows[0]["Number"]) == ("'=cmd|'/c calc'!A0\nZoë", "'+91 ••••• •0500")
    assert [row["Text begins"] for row in cells(client, "/messages.csv?q=hi+119")] == ["Hi 119"]
    show_numbers(client)
    assert cells(client, "/messages.csv?q=hi+119")[0]["Number"] == "919876500119"
    with store.read() as connection:
        noted = [row.what for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.seq))]
    assert noted[-1] == "downloaded messages as CSV with whole numbers"


def test_events_are_a_file_too(client: FlaskClient, store: Store) -> None:
    accept(store, event(), [outgoing(), outgoing(1)])
    accept(store, event(status="rejected", reason="-1 is no phone."), ())
    wrong, made = cells(client, "/events.csv")
    assert (made["Their states"], wrong["State"], wrong["Reason"]) == ("2 queued", "Rejected", "'-1 is no phone.")


@pytest.mark.parametrize("begin", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(begin: str) -> None:
    assert defused(begin) == f"'{begin}"
    assert defused(f"a{begin}") == f"a{begin}"


def test_fifty_thousand_rows_are_read_in_little_memory(store: Store, database_url: str) -> None:
    accept(store, event(), [outgoing()])
    store.engine.dispose()
    fill(database_url, 50_000)
    tracemalloc.start()
    count = sum(len(rows) for rows in every(store, Search()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 50_001
    assert most < 10_000_000


def form_of(page: str) -> dict[str, str]:
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.split('action="/bulk"')[1])
    return {name: html.unescape(value) for name, value in inputs}


def test_a_bulk_job_is_counted_begun_once_and_told(client: FlaskClient, store: Store) -> None:
    accept(store, event(), [outgoing(at) for at in range(5)])
    with store.write() as connection:
        connection.execute(sa.text("UPDATE messages SET status = 'failed' WHERE seq < 4"))
    told = read(client, "/bulk?action=send_again&hook=h")
    assert "5 match 3 will be sent again, to 3 different numbers 2 left out: waiting to be sent" in told
    assert "About 1 call, under a minute" in told
    assert "Practice: nothing reaches a real phone." in told
    form = form_of(client.get("/bulk?action=send_again&hook=h").text)
    begun = [client.post("/bulk", data=form) for _ in range(2)]
    assert {answer.location for answer in begun} == {f"/jobs/{form['identity']}"}
    wait_for(lambda: "Done: 3 queued to be sent again." in read(client, begun[0].location))
    assert "Done: 3 queued" in read(client, "/jobs")
    assert client.post(f"{begun[0].location}/stop").status_code == 400  # without the form's token
    with store.read() as connection:
        assert set(connection.execute(sa.text("SELECT status FROM messages")).scalars()) == {"queued"}
        assert [row.what for row in connection.execute(sa.select(AUDIT))] == ["signed in", "began a job: send again 3"]


def test_what_came_after_the_count_is_not_in_the_job(client: FlaskClient, store: Store) -> None:
    accept(store, event(), [outgoing()])
    form = form_of(client.get("/bulk?action=cancel&when=1h").text)
    accept(store, event(), [outgoing(1)])
    where = client.post("/bulk", data=form).location
    wait_for(lambda: "Done: 1 cancelled." in read(client, where))
    assert "1 match" in read(client, "/messages?state=queued")


def test_rejected_events_are_made_again_as_a_job(client: FlaskClient, store: Store) -> None:
    accept(store, event(status="rejected", reason="no"), ())
    where = client.post("/bulk", data=form_of(client.get("/bulk?action=remake&state=rejected").text)).location
    told = wait_for(lambda: (page := read(client, where)) and "Done: 0 made again, 1 made nothing." in page and page)
    assert 'No hook is named "h".' in told
