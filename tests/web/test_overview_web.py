"""The overview over HTTP: closed to strangers, 304 while nothing changed, and nothing from outside is taken for HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from adapter.config import load_settings
from adapter.delivery.acceptance import accept
from adapter.services import open_services
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, MESSAGES, RELAYS
from adapter.web.app import build_app
from adapter.web.console import overview as page_module
from adapter.web.console import session
from tests.delivery.messages import event, outgoing, store_messages

NOW = 1_800_000_000.0


@pytest.fixture
def client(tmp_path: Path, database_url: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A browser of the owner, at a moment that does not move."""
    services = open_services(load_settings({
        "ADAPTER_SANDBOX": "1", "SECRET_KEY": "a-long-random-text-for-signing", "DATABASE_URL": database_url,
        "ADMIN_PASSWORD": "the-owners-password", "TEMPLATES_DIR": str(tmp_path),
    }))  # fmt: skip
    monkeypatch.setattr(page_module.time, "time", lambda: NOW)
    monkeypatch.setattr(session, "is_signed_in", lambda: True)
    with store.write() as connection:
        connection.execute(sa.insert(RELAYS).values(id="r", host="h", pid=1, started_at=NOW, seen_at=NOW))
    yield build_app(services).test_client()
    services.store.close()


def reject(store: Store, hook: str, reason: str) -> None:
    with store.write() as connection:
        row = event(status="rejected", reason=reason, hook=hook, received_at=NOW - 60)
        connection.execute(sa.insert(EVENTS).values({**row, "messages": 0}))


def test_what_is_polled_is_not_sent_again_until_it_changes(client: FlaskClient, store: Store) -> None:
    first = client.get("/overview/live")
    assert first.status_code == 200
    assert client.get("/overview/live", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    reject(store, "form", "The field phone is missing.")
    again = client.get("/overview/live", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    assert "no-store" in again.headers["Cache-Control"]


def test_what_is_polled_is_what_the_page_shows(client: FlaskClient) -> None:
    page, part = client.get("/").text, client.get("/overview/live").text
    inner = page.partition('data-zone="UTC">')[2].partition('</div>\n<p class="fresh"')[0]
    assert re.sub(r'(csrf_token" value=")[^"]*', r"\1", inner).strip() == part.strip()


def test_texts_from_outside_stay_texts(client: FlaskClient, store: Store) -> None:
    reject(store, "form", "<script>alert(1)</script>\u202eevil")
    text = client.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;U+202Eevil" in text
    assert "<script>alert" not in text
    assert " style=" not in text


def test_no_part_of_the_chart_leads_to_an_empty_list(client: FlaskClient, store: Store) -> None:
    accept(store, event(received_at=NOW - 60), [outgoing()])
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(status="delivered"))
    reject(store, "form", "The field phone is missing.")
    section = client.get("/").text.partition('data-key="chart"')[2].partition("</section>")[0]
    links = {html.unescape(one) for one in re.findall(r'href="(/(?:events|messages)\?[^"]*)"', section)}
    assert len(links) == 3  # delivered, ended badly, and the bar
    for link in links:
        rows = client.get(link).text.partition("<tbody")[2].partition("</tbody>")[0]
        assert rows.count("<tr") == (2 if "from=" in link else 1), link


def test_more_than_eight_problems_are_one_click_away(client: FlaskClient, store: Store) -> None:
    for at in range(13):
        reject(store, f"form{at}", "The field phone is missing.")
    text = client.get("/").text
    assert text.count('<li class="problem') == 8
    assert ">5 more</a>" in text
    assert client.get("/?problems=all").text.count('<li class="problem') == 13


def test_a_span_that_there_is_not_is_the_day(client: FlaskClient) -> None:
    assert "The last 24 hours" in client.get("/?span=<b>").text


def test_the_page_stays_small_however_much_is_wrong(client: FlaskClient, store: Store) -> None:
    for at in range(40):
        reject(store, f"form{at}", "x" * 5_000)
    store_messages(store, 20)
    assert len(client.get("/?span=7d").data) < 100_000


def test_strangers_see_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "is_signed_in", lambda: False)
    assert client.get("/").status_code == 303
    assert client.get("/overview/live", headers={"X-Live": "1"}).status_code in {303, 401}
