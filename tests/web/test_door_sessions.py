"""Sessions live in the database and end: by themselves, by a click, by a changed secret; pages that poll keep none alive."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.store.engine import Store
from adapter.store.tables import SESSIONS
from tests.web.door_console import (
    Clock,
    browser,
    console_services,
    enter,
    is_in,
    token,
)

MINUTE, HOUR = 60.0, 3_600.0


@pytest.fixture
def migrated_sqlite(tmp_path: Path, migrated_file: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'copy.db')}"


def test_it_ends_after_thirty_minutes_without_a_request(owner: FlaskClient, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(29 * MINUTE)
        assert is_in(owner)
    clock.forward(30 * MINUTE)
    assert not is_in(owner)
    assert not is_in(owner), "an ended session stays ended"


def test_it_ends_after_twelve_hours_in_any_case(owner: FlaskClient, clock: Clock) -> None:
    for _ in range(12 * 60 // 20 - 1):
        clock.forward(20 * MINUTE)
        assert is_in(owner)
    clock.forward(20 * MINUTE)
    assert not is_in(owner)


def test_a_page_that_polls_keeps_no_session_alive(owner: FlaskClient, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(9 * MINUTE)
        assert owner.get("/settings", headers={"X-Live": "1"}).status_code == 200
    clock.forward(3 * MINUTE)
    assert owner.get("/settings", headers={"X-Live": "1"}).status_code == 303


def test_it_tells_what_is_left_and_can_be_extended(owner: FlaskClient, clock: Clock) -> None:
    form = {"csrf_token": token(owner)}
    clock.forward(28 * MINUTE)
    assert 118 <= int(owner.get("/session", headers={"X-Live": "1"}).text) <= 120
    assert int(owner.post("/session", data=form).text) >= 1_798


def test_it_is_written_down_at_most_once_a_minute(owner: FlaskClient, store: Store, clock: Clock) -> None:
    def seen() -> float:
        with store.read() as connection:
            return float(connection.execute(sa.select(SESSIONS.c.seen_at)).scalar_one())

    first = seen()
    clock.forward(59)
    assert is_in(owner)
    assert seen() == first
    clock.forward(2)
    assert is_in(owner)
    assert seen() > first


def test_signing_out_ends_it_on_the_server(owner: FlaskClient, services: Services) -> None:
    stolen = owner.get_cookie("session")
    assert stolen is not None
    assert owner.post("/sign-out", data={"csrf_token": token(owner)}).location == "/sign-in"
    thief = browser(services)
    thief.set_cookie("session", stolen.value)
    assert not is_in(thief)
    assert not is_in(owner)


def test_signing_out_everywhere_ends_all(owner: FlaskClient, services: Services) -> None:
    other = browser(services)
    enter(other)
    owner.post("/sign-out/everywhere", data={"csrf_token": token(owner)})
    assert not is_in(owner)
    assert not is_in(other)


@pytest.mark.parametrize(
    "changed", [{"ADMIN_PASSWORD": "another-password"}, {"SECRET_KEY": "another-long-random-text"}]
)
def test_a_changed_secret_ends_all(
    owner: FlaskClient, tmp_path: Path, database_url: str, changed: dict[str, str]
) -> None:
    cookie = owner.get_cookie("session")
    assert cookie is not None
    restarted = console_services(tmp_path / "hooks", database_url, **changed)
    client = browser(restarted)
    client.set_cookie("session", cookie.value)
    assert not is_in(client)
    restarted.store.close()


def test_the_table_holds_nothing_that_opens_the_console(owner: FlaskClient, services: Services, store: Store) -> None:
    with store.read() as connection:
        row = connection.execute(sa.select(SESSIONS)).one()
    with owner.session_transaction() as cookie:
        assert len(cookie["id"]) == 43
        assert cookie["id"] not in str(row)
    thief = browser(services)
    with thief.session_transaction() as forged:  # even with the key to sign it
        forged["id"] = row.id
    assert not is_in(thief)


def test_rows_of_the_past_are_removed(owner: FlaskClient, services: Services, store: Store, clock: Clock) -> None:
    clock.forward(25 * HOUR)
    enter(browser(services))
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(SESSIONS)).scalar_one() == 1


def test_signing_in_takes_no_session_that_was_planted(services: Services, store: Store) -> None:
    client = browser(services)
    with client.session_transaction() as planted:
        planted["id"] = "known-to-a-stranger"
    enter(client)
    with client.session_transaction() as fresh:
        assert fresh["id"] != "known-to-a-stranger"


@pytest.mark.parametrize(
    ("public_url", "headers", "name"),
    [
        ("", {}, "session"),
        ("https://hooks.example.com", {}, "__Host-session"),
        ("", {"X-Forwarded-Proto": "https"}, "__Host-session"),
        ("", {"X-Forwarded-Proto": "https, http"}, "__Host-session"),
        ("", {"X-Forwarded-Proto": "http"}, "session"),
    ],
)
def test_the_cookie_is_secure_over_https(
    tmp_path: Path, migrated_sqlite: str, public_url: str, headers: dict[str, str], name: str
) -> None:
    services = console_services(tmp_path / "hooks", migrated_sqlite, PUBLIC_URL=public_url)
    answer = browser(services).post("/sign-in", data={"password": "the-owners-password"}, headers=headers)
    cookies = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert "HttpOnly" in cookies[name]
    assert "SameSite=Lax" in cookies[name]
    assert ("Secure" in cookies[name]) == name.startswith("__Host-")
    assert "Path=/" in cookies[name]
    assert "Domain" not in cookies[name]
    services.store.close()


def test_a_database_that_does_not_answer_is_no_reason_to_sign_in(owner: FlaskClient, store: Store) -> None:
    with store.write() as connection:
        connection.execute(sa.text("DROP TABLE sessions"))
    for path in ("/settings", "/no-such-page"):
        answer = owner.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 503
        assert "The database does not answer." in answer.text


def test_numbers_are_shown_until_sign_out(owner: FlaskClient) -> None:
    form = {"csrf_token": token(owner), "back": "/settings"}
    assert owner.post("/numbers", data={**form, "show": "1"}).location == "/settings"
    assert "Hide numbers" in owner.get("/settings").text
    assert "Phone numbers shown" in owner.get("/settings/audit").text
    owner.post("/numbers", data={**form, "show": "0"})
    assert "Show numbers" in owner.get("/settings").text
    owner.post("/numbers", data={**form, "show": "1"})
    enter(owner)
    assert "Show numbers" in owner.get("/settings").text
