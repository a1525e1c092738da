"""What must not leak: secrets on any page, numbers on pages and in files that mask them, either of them in the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

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

SECRETS = {
    "PICKY_TOKEN": "picky-token-secret", "API_TOKEN": "api-token-secret", "CALLBACK_SECRET": "callback-path-secret",
    "PUSH_TOKENS": "push-token-secret", "SHOP_TOKEN": "shop-token-secret", "SHOP_PASSWORD": "shop-password-secret",
    "SHOP_HMAC": "shop-hmac-secret", "SHOP_NOTIFY": "whsec_c2hvcC1ub3RpY2Utc2VjcmV0LTEyMzQ1Njc4", "SECOND_TOKEN": "second-token-secret",
}  # fmt: skip
HOOK = """source: form
auth:
  - token: ${SHOP_TOKEN}
  - basic: {username: shop, password: "${SHOP_PASSWORD}"}
  - hmac: {header: X-Signature, secret: "${SHOP_HMAC}"}
notify: {on: [failed], url: "https://example.com/told", secret: "${SHOP_NOTIFY}"}
fields:
  phone: {type: phone, from: [phone], region: IN, required: true}
push:
  to: "{{ phone }}"
  message: "A lead wrote: call {{ phone }}"
  reference: "{{ phone }}"
"""
NUMBER = "919876543210"


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store) -> Iterator[Services]:
    folder = tmp_path / "hooks"
    folder.mkdir()
    (folder / "shop.yaml").write_text(HOOK)
    (folder / "accounts.yaml").write_text("second: {token: '${SECOND_TOKEN}'}\n")
    opened = console_services(folder, database_url, TEMPLATES_WRITABLE="1", **SECRETS)
    yield opened
    opened.store.close()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    client = browser(services)
    sent = {"json": {"phone": NUMBER}, "headers": {"X-Hook-Token": SECRETS["SHOP_TOKEN"]}}
    assert client.post("/hooks/shop", **sent).status_code == 200
    wrong = {"json": {"phone": "9198765432101234"}, "headers": {"X-Hook-Token": SECRETS["SHOP_TOKEN"]}}
    assert client.post("/hooks/shop", **wrong).status_code == 422
    assert client.post("/hooks/shop", json={}, headers={"X-Hook-Token": "no"}).status_code == 401
    assert enter(client).status_code == 303
    return client


def pages(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """(address, text) of all that answers a GET, about what there is."""
    identity = re.search(r"/events/([0-9A-Z]{26})", client.get("/messages").text)
    assert identity is not None
    known = {"name": "shop", "identity": identity[1], "which": "messages"}
    for rule in client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint.startswith("console_"):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            path = "/accounts/main" if path == "/accounts/<name>" else path
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], "x"), path)
            yield path, client.get(path).text
    yield "/playground?hook=shop", client.get("/playground?hook=shop").text
    yield "/events.csv", client.get("/events.csv").text
    yield "/bulk", client.get("/bulk?action=cancel").text


def test_no_page_holds_a_secret(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    for path, text in pages(client):
        found = [
            name for name, secret in {**SECRETS, "ADMIN_PASSWORD": "the-owners-password"}.items() if secret in text
        ]
        assert found == [], path
    log = "".join(capfd.readouterr())
    assert [name for name, secret in SECRETS.items() if secret in log] == []


def test_no_page_and_no_file_shows_a_whole_number_before_it_is_asked_for(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    digits = re.compile(r"9\D?1\D{0,2}9\D?8\D?7\D?6\D?5")
    found = {path: digits.findall(text) for path, text in pages(client)}
    assert {path for path, numbers in found.items() if numbers} == {"/docs/api", "/playground"}, "their examples"
    assert digits.findall("".join(capfd.readouterr())) == []
    client.post("/numbers", data={"show": "1", "csrf_token": token(client)})
    assert client.get("/messages.csv").text.count(NUMBER) == 3, "its column, the text, the reference"
    assert digits.findall(client.get("/settings/audit").text) == []
