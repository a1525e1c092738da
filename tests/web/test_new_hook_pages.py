"""A new hook over HTTP: what its address does while it is being made, in every process, and what is told meanwhile."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from adapter.services import Services, open_services
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, METADATA
from tests.web.door_console import Clock, browser, console_services, enter, token

FORM = {"Full_Name": "Asha", "Mobile": "+91 98765 43210"}


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.chdir(tmp_path)
    given = console_services(tmp_path / "hooks", database_url, TEMPLATES_WRITABLE="1", MAX_BODY_BYTES="2048")
    opened = open_services(dataclasses.replace(given.settings, env_file=tmp_path / ".env"), store=given.store)
    yield opened
    opened.store.close()


@pytest.fixture
def owner(services: Services) -> FlaskClient:
    client = browser(services)
    assert enter(client).status_code == 303
    return client


def begin(owner: FlaskClient, hook: str = "won_deal", source: str = "zoho_crm") -> tuple[str, str]:
    """(path of its steps, secret)."""
    answer = owner.post("/setup/new", data={"csrf_token": token(owner), "source": source, "hook": hook, "region": "in"})
    assert answer.status_code == 303, answer.text
    path = answer.location.rsplit("/", 1)[0]
    found = re.search(r"<code>([0-9a-f]{32})</code>", owner.get(f"{path}/connect").text)
    assert found is not None
    return path, found[1]


def read(owner: FlaskClient, path: str) -> str:
    answer = owner.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text)))


def test_what_comes_is_kept_and_nothing_is_sent_by_any_process(owner: FlaskClient, services: Services) -> None:
    path, secret = begin(owner)
    other = browser(services)  # another process knows of it through the database alone
    answer = other.post(f"/hooks/won_deal/{secret}", data=FORM)
    assert (answer.status_code, answer.json["status"], answer.json["messages"]) == (200, "ignored", 0)  # type: ignore[index]
    told = read(owner, f"{path}/came")
    assert "A request of Zoho CRM came." in told
    assert "Full_Name=Asha" in told
    assert "43210" not in told  # masked until numbers are shown
    for table in METADATA.sorted_tables:
        with services.store.read() as connection:
            assert secret not in str(connection.execute(sa.select(table)).all()), table.name


def test_an_address_nobody_listens_on_is_none(
    owner: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, secret = begin(owner)
    stranger = browser(services)
    owner.post(f"{path}/stop", data={"csrf_token": token(owner)})
    assert stranger.post(f"/hooks/won_deal/{secret}", data=FORM).status_code == 404
    assert "Not listening any more." in read(owner, f"{path}/wait")
    owner.post(f"{path}/again", data={"csrf_token": token(owner)})
    assert browser(services).post(f"/hooks/won_deal/{secret}", data=FORM).status_code == 200
    clock = Clock(monkeypatch)
    clock.forward(1_700.0)
    assert owner.get(f"{path}/wait").status_code == 200
    clock.forward(1_790.0)
    assert owner.get(f"{path}/wait").status_code == 200  # still signed in
    clock.forward(120.0)
    assert browser(services).post(f"/hooks/won_deal/{secret}", data=FORM).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "secret", "size", "told"),
    [
        ("POST", "/hooks/won_deal/{short}", "", 0, "a secret came in the path, but it is not this hook's (31 characters, ours has 32)"),
        ("POST", "/hooks/won_deal", "x" * 32, 0, "in the header X-Hook-Token, but it is not this hook's (as long as ours, 32 characters)"),
        ("POST", "/hooks/won_deal", "", 0, "Refused: no token came"),
        ("POST", "/hooks/won-deal", "", 0, "It asked for the hook won-deal, which does not exist. Yours is won_deal."),
        ("GET", "/hooks/won_deal", "", 0, "but a GET came."),
        ("POST", "/hooks/won_deal", "", 5_000, "Refused: The body is larger than the 2,048 bytes"),
    ],
)  # fmt: skip
def test_a_near_miss_is_told_with_its_cause(
    owner: FlaskClient, services: Services, method: str, path: str, secret: str, size: int, told: str
) -> None:
    steps, right = begin(owner)
    headers = {"X-Hook-Token": secret} if secret else {}
    browser(services).open(path.format(short=right[:-1]), method=method, data=b"x" * size, headers=headers)
    shown = read(owner, f"{steps}/wait")
    assert told in shown
    assert right[:-1] not in shown


def test_what_is_meant_for_others_and_what_comes_when_nobody_waits_is_not_written_down(
    owner: FlaskClient, services: Services
) -> None:
    browser(services).post("/hooks/won-deal", data=FORM)
    steps, _ = begin(owner)
    browser(services).post("/hooks/something_else", data=FORM)
    assert "Came, but not taken" not in read(owner, f"{steps}/wait")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"hook": "Won Deal!"}, "cannot be a hook's name"), ({"hook": "new"}, "cannot be a hook's name"),
        ({"hook": "accounts"}, "cannot be a hook's name"), ({"hook": "here"}, "exists already"),
        ({"hook": "../x"}, "cannot be a hook's name"), ({"source": "nobody"}, "Choose who sends."),
        ({"region": "XX"}, "is no country"),
    ],
)  # fmt: skip
def test_step_1_says_what_is_wrong_and_keeps_what_was_typed(
    owner: FlaskClient, services: Services, asked: dict[str, str], told: str
) -> None:
    (services.catalogue.directory / "here.yaml").write_text("source: form\n")
    services.catalogue.look_again()
    form = {"csrf_token": token(owner), "source": "zapier", "hook": "fine", "region": "IN", **asked}
    answer = owner.post("/setup/new", data=form)
    assert answer.status_code == 422
    assert told in html.unescape(answer.text)
    assert f'value="{html.escape(form["hook"].lower().replace(" ", "_"))}"' in answer.text


def made(owner: FlaskClient, services: Services) -> tuple[str, str, dict[str, str]]:
    """A request came, and step 4 is open: (path of the steps, secret, its form)."""
    path, secret = begin(owner)
    event = browser(services).post(f"/hooks/won_deal/{secret}", data=FORM).json["id"]  # type: ignore[index]
    page = owner.get(f"{path}/map?event={event}").text
    digest = re.search(r'name="made" value="([^"]*)"', page)
    assert digest is not None
    return path, secret, {"csrf_token": token(owner), "event": event, "made": digest[1], "region": "IN"}


def test_it_is_saved_once_with_its_secret(owner: FlaskClient, services: Services, tmp_path: Path) -> None:
    path, secret, form = made(owner, services)
    first = owner.post(f"{path}/save", data=form)
    assert (first.status_code, first.location.split("?")[0]) == (303, f"{path}/test")
    assert owner.post(f"{path}/save", data=form).status_code == 303  # the same again: a second click
    assert owner.post(f"{path}/save", data={**form, "message": "Other"}).status_code == 409
    assert (tmp_path / "hooks" / "won_deal.yaml").read_text().count("WON_DEAL_TOKEN") >= 1
    assert (tmp_path / ".env").read_text() == f"WON_DEAL_TOKEN={secret}\n"


def test_a_secret_that_is_another_hooks_is_not_taken_for_its_own(
    tmp_path: Path, database_url: str, store: Store
) -> None:
    services = console_services(
        tmp_path / "hooks", database_url, TEMPLATES_WRITABLE="1", WON_DEAL_TOKEN="another hook's"
    )
    services = open_services(dataclasses.replace(services.settings, env_file=tmp_path / ".env"), store=services.store)
    client = browser(services)
    enter(client)
    path, secret, form = made(client, services)
    assert client.post(f"{path}/save", data=form).status_code == 303
    assert (tmp_path / ".env").read_text() == f"HOOK_WON_DEAL_TOKEN={secret}\n"
    assert browser(services).post(f"/hooks/won_deal/{secret}", data=FORM).json["status"] == "queued"  # type: ignore[index]
    services.store.close()


def test_a_text_edited_by_hand_is_not_written_over(owner: FlaskClient, services: Services) -> None:
    path, _, form = made(owner, services)
    text = "source: zoho_crm\nauth: none\nfields: {phone: {type: phone}}\npush: {to: '{{ phone }}', message: Mine}\n"
    shown = owner.post(f"{path}/map", data={**form, "text": text, "message": "Other"}).text
    assert "message: Mine" in html.unescape(shown)
    assert "edited its text by hand" in shown


def test_a_server_that_cannot_write_says_how_to_finish(tmp_path: Path, database_url: str, store: Store) -> None:
    services = console_services(tmp_path / "hooks", database_url)
    client = browser(services)
    enter(client)
    path, secret, form = made(client, services)
    told = read(client, f"{path}/map?event={form['event']}")
    assert "Save won_deal" not in told
    assert "Download won_deal .yaml and commit it" in told
    assert f"Set WON_DEAL_TOKEN in the settings of your host to {secret} ." in told
    assert client.post(f"{path}/save", data=form).status_code == 403
    assert "won_deal is not here yet." in read(client, f"{path}/test")
    services.store.close()


def test_an_event_of_another_hook_cannot_be_used(owner: FlaskClient, services: Services) -> None:
    path, _, _ = made(owner, services)
    with services.store.read() as connection:
        event = connection.execute(sa.select(EVENTS.c.id)).scalar_one()
    other, _ = begin(owner, "another")
    assert owner.get(f"{other}/map?event={event}").status_code == 404
    assert owner.get(f"{path}/map?event={event}").status_code == 200
    assert owner.get("/setup/new/01J/wait").status_code == 404
