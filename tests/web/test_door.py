"""The door: tries that wait, links that work once, forms that survive, and nobody else's forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from adapter.services import Services
from adapter.signing_in import one_time
from adapter.web.app import build_app
from tests.web.door_console import (
    KEY,
    PASSWORD,
    Clock,
    browser,
    console_services,
    enter,
    is_in,
    token,
)

MINUTE = 60.0
PUBLIC = {"console_sign_in.form", "console_sign_in.enter", "console_sign_in.link", "console_sign_in.use_link"}
"""What a stranger may ask for: the sign-in page, and what it posts to."""


def rules(app: Flask) -> Iterator[tuple[str, Rule, str]]:
    """(method, rule, path) of everything the console answers."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console_"):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            path = re.sub(r"<(?:int:)?[^>]+>", "1", path)
            yield from ((method, rule, path) for method in (rule.methods or set()) - {"OPTIONS", "HEAD"})


def locked_out(client: FlaskClient) -> None:
    for _ in range(5):
        assert enter(client, "wrong").status_code == 401
    assert enter(client, "wrong").status_code == 429


def test_a_stranger_sees_nothing_and_changes_nothing(services: Services) -> None:
    app = build_app(services)
    for method, rule, path in rules(app):
        if rule.endpoint not in PUBLIC:
            answer = app.test_client().open(path, method=method, data={"a": "b"} if method != "GET" else None)
            assert (answer.status_code, (answer.location or "").partition("?")[0]) == (303, "/sign-in"), (
                f"{method} {path}"
            )


def test_every_change_needs_the_sessions_own_token(owner: FlaskClient, services: Services) -> None:
    other = browser(services)
    enter(other)
    foreign = token(other)
    for method, rule, path in rules(owner.application):
        if method != "GET" and rule.endpoint not in PUBLIC:
            for form in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
                answer = owner.open(path, method=method, data=form)
                assert answer.status_code == 400, f"{method} {path}"
    assert is_in(owner)


def test_no_change_comes_from_another_site(owner: FlaskClient) -> None:
    form = {"csrf_token": token(owner)}
    for site in ("cross-site", "same-site"):
        for path in ("/numbers", "/sign-in", "/sign-out"):
            assert owner.post(path, data=form, headers={"Sec-Fetch-Site": site}).status_code == 400
    assert owner.post("/numbers", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("referrer", ["http://[", "//evil.example.com/x", "https://evil.example.com//y", "\x00"])
def test_a_form_leads_a_stranger_nowhere_else(services: Services, referrer: str) -> None:
    answer = browser(services).post("/numbers", headers={"Referer": referrer})
    assert answer.status_code == 303
    assert re.fullmatch(r"/sign-in\?next=%2F[a-z]?", answer.location)


def test_who_was_signed_out_is_told_why(owner: FlaskClient, services: Services, clock: Clock) -> None:
    clock.forward(31 * MINUTE)
    assert "You were signed out after 30 min idle." in owner.get("/settings", follow_redirects=True).text
    assert "You were signed out" not in browser(services).get("/sign-in").text


def test_every_page_says_what_a_browser_may_do(services: Services) -> None:
    answer = browser(services).get("/sign-in")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_too_many_tries_have_to_wait(services: Services, clock: Clock) -> None:
    client = browser(services)
    locked_out(client)
    answer = enter(client)
    assert answer.status_code == 429, "also with the right password: it was not looked at"
    assert "Too many tries from this address; next in 30 s." in answer.text
    assert answer.headers["Retry-After"] == "30"
    clock.forward(31)
    assert enter(client).status_code == 303
    assert "Too many wrong passwords" in client.get("/settings/audit").text


def test_the_wait_is_told_in_minutes(services: Services, clock: Clock) -> None:
    client = browser(services)
    locked_out(client)
    for wait in (30, 60, 120):
        clock.forward(wait)
        enter(client, "wrong")
    assert "next in 4 min." in enter(client, "wrong").text


def test_no_header_of_a_client_escapes_the_limit(services: Services, clock: Clock) -> None:
    client = browser(services)
    locked_out(client)
    for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Cf-Connecting-Ip"):
        answer = client.post("/sign-in", data={"password": PASSWORD}, headers={name: "192.0.2.55"})
        assert answer.status_code == 429


def test_no_header_of_a_client_locks_out_somebody_else(services: Services, clock: Clock) -> None:
    stranger = build_app(services).test_client()
    for _ in range(7):
        stranger.post(
            "/sign-in", data={"password": "wrong"}, headers={"X-Forwarded-For": "192.0.2.55"},
            environ_base={"REMOTE_ADDR": "198.51.100.9"},
        )  # fmt: skip
    mine = browser(services).post("/sign-in", data={"password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.55"})
    assert mine.status_code == 303


def test_a_browser_that_signed_in_before_is_not_locked_out_by_strangers(
    owner: FlaskClient, services: Services, clock: Clock
) -> None:
    owner.post("/sign-out", data={"csrf_token": token(owner)})
    clock.forward(31 * MINUTE)
    locked_out(browser(services))
    assert enter(owner).status_code == 303


def test_a_known_browser_has_five_tries_too(owner: FlaskClient, services: Services) -> None:
    locked_out(owner)
    forger = browser(services)
    forger.set_cookie("known", "made-up")
    locked_out(forger)


def test_a_very_long_password_is_not_looked_at(services: Services) -> None:
    client = browser(services)
    for _ in range(7):
        assert enter(client, "x" * 1_025).status_code == 401
    assert enter(client).status_code == 303


@pytest.mark.parametrize("missing", ["ADMIN_PASSWORD", "SECRET_KEY"])
def test_a_closed_console_says_how_it_is_opened(tmp_path: Path, migrated_file: Path, missing: str) -> None:
    services = console_services(tmp_path / "hooks", f"sqlite:///{migrated_file}", **{missing: ""})
    client = browser(services)
    told = client.get("/sign-in").text
    assert "The console is closed." in told
    assert "ADMIN_PASSWORD" in told
    assert "<form" not in told
    assert enter(client).status_code == 403
    assert client.post(f"/sign-in/{one_time.token(KEY, now=1_800_000_000)}").status_code == 404
    assert client.get("/").location.startswith("/sign-in")
    services.store.close()


def test_a_link_signs_in_once_and_only_by_its_button(services: Services, clock: Clock) -> None:
    import time

    path = f"/sign-in/{one_time.token(KEY, now=time.time())}"
    client, other = browser(services), browser(services)
    locked_out(client)
    for _ in range(3):  # as previews do
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not is_in(client)
    assert client.post(path).status_code == 303
    assert is_in(client)
    assert "Signed in by a one-time link" in client.get("/settings/audit").text
    for again in (other.get(path), other.post(path)):
        assert again.status_code == 404
        assert "works once" in again.text
    assert not is_in(other)


def test_a_link_is_over_after_ten_minutes(services: Services, clock: Clock) -> None:
    import time

    path = f"/sign-in/{one_time.token(KEY, now=time.time())}"
    clock.forward(10 * MINUTE)
    client = browser(services)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert client.get("/sign-in/forged").status_code == 404


def expired(owner: FlaskClient, clock: Clock, form: dict[str, object], path: str = "/settings/tokens?a=1") -> str:
    """The page that answers a form of a session that has ended."""
    form = {"csrf_token": token(owner), **form}
    clock.forward(31 * MINUTE)
    answer = owner.post(path, data=form)
    assert answer.status_code == 401
    return answer.text


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_a_form_of_an_ended_session_is_kept_and_not_sent(owner: FlaskClient, clock: Clock) -> None:
    page = expired(owner, clock, {"name": "<b>Sheet</b>\nline", "scope": "read", "password": "do-not-show"})
    assert "You were signed out after 30 min idle." in page
    assert "what you typed is kept, nothing was sent" in page
    again = enter(owner, "wrong", kept=hidden(page, "kept")).text
    page = enter(owner, kept=hidden(again, "kept")).text
    assert "Nothing was sent. What you typed is here." in page
    assert 'action="/settings/tokens?a=1"' in page
    assert "&lt;b&gt;Sheet&lt;/b&gt;\nline</textarea>" in page
    assert page.count("do-not-show") == 1, "only where it is sent from"
    assert "No token has been made here yet." in owner.get("/settings/tokens").text
    told = owner.post(
        "/settings/tokens", data={"csrf_token": hidden(page, "csrf_token"), "name": "Sheet", "scope": "read"}
    )
    assert "The token is made." in told.text


def test_a_form_that_is_too_long_is_not_kept_and_that_is_said(owner: FlaskClient, clock: Clock) -> None:
    page = expired(owner, clock, {"name": "x" * 300_001})
    assert "too long to be kept" in page
    assert 'name="kept"' not in page


def test_a_long_form_is_kept_whole(owner: FlaskClient, clock: Clock) -> None:
    import secrets

    text = "".join(secrets.token_urlsafe(3_000) for _ in range(70))  # which nothing makes shorter
    assert len(text) > 270_000
    kept = hidden(expired(owner, clock, {"text": text}), "kept")
    assert text in enter(owner, kept=kept).text


def test_nobody_else_puts_words_into_the_form(owner: FlaskClient, services: Services, clock: Clock) -> None:
    clock.forward(31 * MINUTE)
    assert owner.post("/settings/tokens", data={"name": "forged"}).status_code == 303
    answer = enter(owner, kept="WyIvIiwgW11d.forged")
    assert answer.status_code == 303


def test_a_script_that_posts_is_just_sent_away(owner: FlaskClient, clock: Clock) -> None:
    form = {"csrf_token": token(owner)}
    clock.forward(31 * MINUTE)
    answer = owner.post("/numbers", data=form, headers={"Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 303


def test_a_token_is_shown_once_and_revoked(owner: FlaskClient) -> None:
    form = {"csrf_token": token(owner), "name": "Google <Sheet>", "scope": "write"}
    page = owner.post("/settings/tokens", data=form)
    assert page.headers["Cache-Control"] == "no-store"
    secret = re.search(r"pa_[A-Za-z0-9_-]{43}", page.text)
    assert secret is not None
    listed = owner.get("/settings/tokens").text
    assert secret[0] not in listed
    assert "Google &lt;Sheet&gt;" in listed
    assert "read and write" in listed
    revoke = re.search(r'action="(/settings/tokens/[^"]+/revoke)"', listed)
    assert revoke is not None
    assert owner.post(revoke[1], data=form).location == "/settings/tokens"
    assert owner.post(revoke[1], data=form).status_code == 404
    told = owner.get("/settings/audit").text
    assert told.index("API token revoked") < told.index("API token made")
    assert secret[0] not in told


def test_a_token_without_a_name_is_not_made(owner: FlaskClient) -> None:
    answer = owner.post("/settings/tokens", data={"csrf_token": token(owner), "name": " ", "scope": "write"})
    assert answer.status_code == 422
    assert "Give the token a name" in answer.text
    assert "No token has been made here yet." in answer.text


def test_the_log_is_read_page_by_page(owner: FlaskClient) -> None:
    form = {"csrf_token": token(owner)}
    for at in range(60):
        owner.post("/numbers", data={**form, "show": str((at + 1) % 2)})
    first = owner.get("/settings/audit").text
    older = re.search(r'href="(/settings/audit\?before=\d+)"', first)
    assert older is not None
    second = owner.get(older[1]).text
    assert first.count("<tr><td>") == 50
    assert second.count("<tr><td>") == 11
    assert "Signed in" not in first.partition("<main")[2].partition("<table")[2]
    assert "Signed in" in second.partition("<table")[2]
    for odd in ("x", "-1", "9" * 400, "1.5", "%00"):
        assert owner.get(f"/settings/audit?before={odd}").status_code == 200


def test_settings_show_no_secret(owner: FlaskClient) -> None:
    page = owner.get("/settings").text
    assert "PICKY_TOKEN" in page
    assert PASSWORD not in page
    assert KEY not in page
    assert len(page.encode()) < 100_000


def test_how_this_browser_looks_is_kept_in_its_cookies(owner: FlaskClient) -> None:
    form = {"csrf_token": token(owner), "back": "/settings", "theme": "dark", "utc": "1", "keys": "0"}
    assert owner.post("/look", data=form).location == "/settings"
    assert 'data-theme="dark"' in owner.get("/settings").text
    cookie = owner.get_cookie("keys")
    assert cookie is not None
    assert cookie.value == "0"
