"""A hostile stranger's and a clumsy owner's requests: whatever stands in them, no page and no operation breaks."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.store.engine import Store
from tests.web.door_console import (
    browser,
    console_services,
    enter,
    token,
)

HOOK = """source: form
auth: none
fields:
  phone: {type: phone, from: [phone], region: IN, required: true}
push:
  to: "{{ phone }}"
  message: Hello
"""
API = {"Authorization": f"Bearer {'t' * 32}"}
WORDS = ("a\0b", "0" * 20 + "9" * 5_000, "\r\nX: 1", "%_\\'\"²")
LISTS = ("/messages", "/events.csv", "/messages/new", "/bulk", "/playground")
KEYS = ("q", "state", "hook", "account", "when", "from", "to", "after", "before", "seen", "newest", "event", "sample")
OUTSIDE = ("/sandbox", "/accounts/<name>/check", "/sign-", "check-balance")
"""What asks another server, or ends the session."""


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store) -> Iterator[Services]:
    folder = tmp_path / "hooks"
    folder.mkdir()
    (folder / "shop.yaml").write_text(HOOK)
    opened = console_services(folder, database_url, API_TOKEN="t" * 32, TEMPLATES_WRITABLE="1")
    yield opened
    opened.store.close()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return browser(services)


@pytest.fixture
def owner(client: FlaskClient) -> FlaskClient:
    assert enter(client).status_code == 303
    return client


def paths(client: FlaskClient, prefix: str, *methods: str) -> Iterator[tuple[str, str, str]]:
    """(method, path, path with a word) for each address that begins so, and some of WORDS."""
    for rule in client.application.url_map.iter_rules():
        if rule.endpoint.startswith(prefix) and not any(one in rule.rule for one in OUTSIDE):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            for method, word in itertools.product(sorted(set(methods) & set(rule.methods or ())), WORDS[::2]):
                yield method, path, re.sub(r"<[^>]+>", quote(word, safe=""), path)


def test_no_word_in_an_address_breaks_a_page(owner: FlaskClient) -> None:
    for _, path, address in paths(owner, "console_", "GET"):
        assert owner.get(address).status_code < 500, path
    for path, key, word in itertools.product(LISTS, KEYS, WORDS):
        answer = owner.get(path, query_string={"action": "cancel", key: word})
        assert (answer.status_code < 500, answer.headers["Cache-Control"]) == (True, "no-store"), (path, key, word[:30])


def test_no_word_in_a_form_breaks_a_page(owner: FlaskClient) -> None:
    csrf = token(owner)
    for method, path, address in paths(owner, "console_", "POST"):
        assert owner.open(address, method=method, data={"csrf_token": csrf}).status_code < 500, path
    fields = ("hook", "text", "request", "picked", "pick", "based_on", "name", "number", "identity", "theme", "version")
    given = {"hook": "shop", "text": HOOK, "based_on": "x", "action": "cancel", "do": "pick", "csrf_token": csrf}
    posts = ("/playground", "/playground/save", "/bulk", "/look", "/settings/tokens", "/accounts/main/optouts/add")
    for path, key, word in itertools.product(posts, fields, WORDS):
        answer = owner.post(path, data=given | {key: word})
        assert (answer.status_code < 500, "X" in answer.headers) == (True, False), (path, key, word[:30])


def test_no_word_in_an_address_breaks_the_api(client: FlaskClient) -> None:
    for method, path, address in paths(client, "api.", "GET", "POST", "DELETE"):
        assert client.open(address, method=method, headers=API, json={}).status_code < 500, (method, path)
    for path, key, word in itertools.product(("/api/messages", "/api/events", "/api/optouts"), (*KEYS, "limit"), WORDS):
        assert client.get(path, query_string={key: word}, headers=API).status_code < 500, (path, key, word[:30])


@pytest.mark.parametrize("value", ["\ud800", "\0", 10**30, -1, [], {}, None, True, 1.5, "9" * 5_000])
def test_no_value_in_a_body_breaks_the_api(client: FlaskClient, value: object) -> None:
    of_jobs = [{"action": "cancel", "dry_run": True, "filter": {key: value}} for key in KEYS]
    bodies = [value, {"event": value}, {"request": value}, {"number": value}, {"dry_run": value}, *of_jobs]
    for path, body in itertools.product(("/api/jobs", "/api/hooks/shop/preview", "/api/optouts"), bodies):
        answer = client.post(path, headers=API | {"Content-Type": "application/json"}, data=json.dumps(body))
        assert answer.status_code < 500, (path, body)


@pytest.mark.parametrize("raw", [b"[" * 9_000, b'{"a":' * 1_600, b"\xff", b'{"a":1' + b"9" * 6_000 + b"}", b"["])
def test_no_broken_json_breaks_the_api(client: FlaskClient, raw: bytes) -> None:
    answer = client.post("/api/jobs", headers=API | {"Content-Type": "application/json"}, data=raw)
    assert (answer.status_code, answer.json["code"]) == (400, "undecodable")


def test_half_a_character_is_refused_by_name(client: FlaskClient) -> None:
    answer = client.post("/api/hooks/shop/preview", headers=API, json={"event": "\ud83d"})
    assert answer.status_code == 400
    assert "half of a character" in answer.json["error"]


def test_a_hooks_name_leads_to_no_other_folder(owner: FlaskClient, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere" / "samples"
    secret.mkdir(parents=True)
    (secret / "found-elsewhere.http").write_text("POST / HTTP/1.1\n\n")
    desk = {"hook": "../elsewhere", "text": HOOK, "based_on": "x", "csrf_token": token(owner)}
    shown = owner.post("/playground", data=desk)
    assert shown.status_code == 200
    assert "found-elsewhere" not in shown.text
