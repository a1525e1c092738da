"""The test message to the owner's own number: the hook's text, nobody else's number, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapter.config import load_settings
from adapter.intake.request import RawRequest
from adapter.mapping.hook import Hook
from adapter.services import Services, open_services
from adapter.store.engine import Store
from adapter.store.tables import DEDUPE, EVENTS, MESSAGES
from adapter.trials import NotTried, own_number, send_trial

HOOK = """source: form
auth: none
fields: {phone: {type: phone, required: true}, name: {default: there}, id: {}}
when: name != "nobody"
dedupe: {key: [id], within: 1h}
quiet: {from: "00:00", until: "23:59"}
notify: {on: [delivered], url: https://example.com/told}
push:
  to: ["{{ phone }}", "919876511111"]
  message: Hi {{ name }}
  reference: "{{ id }}"
  fallback: [{application: 3}]
"""
OWN = "919876500001"


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store) -> Iterator[Services]:
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "h.yaml").write_text(HOOK)
    opened = open_services(load_settings({
        "ADAPTER_SANDBOX": "1", "DATABASE_URL": database_url, "TEMPLATES_DIR": str(tmp_path / "hooks"),
    }))  # fmt: skip
    yield opened
    opened.store.close()


@pytest.fixture
def hook(services: Services) -> Hook:
    return services.catalogue.hook("h")


def asked(**body: str) -> RawRequest:
    body = {"phone": "+919876543210", "name": "Asha", "id": "77", **body}
    return RawRequest("POST", "/hooks/h", "", (("Content-Type", "application/json"),), json.dumps(body).encode())


def rows(services: Services, table: sa.Table) -> list[sa.RowMapping]:
    with services.store.read() as connection:
        return list(connection.execute(sa.select(table)).mappings())


def test_one_message_goes_to_that_number_alone_at_once_and_is_marked(services: Services, hook: Hook) -> None:
    event = send_trial(services, hook, asked(), OWN, key="1", request_id="r", now=1_800_000_000.0)
    (row,) = rows(services, MESSAGES)
    assert (row["event_id"], row["number"], row["item"]["number"], row["item"]["message"]) == (
        event,
        OWN,
        OWN,
        "Hi Asha",
    )
    assert (row["status"], row["due_at"], row["ways"], row["courtesy"], row["notify"]) == (
        "queued",
        0.0,
        None,
        None,
        None,
    )
    assert row["reference"] == row["id"]
    (told,) = rows(services, EVENTS)
    assert (told["trial"], told["status"], told["destination"]) == (True, "queued", "sandbox")


def test_the_same_form_sends_once(services: Services, hook: Hook) -> None:
    first = send_trial(services, hook, asked(), OWN, key="1", request_id="r", now=1.0)
    assert send_trial(services, hook, asked(), OWN, key="1", request_id="r", now=1.0) == first
    assert send_trial(services, hook, asked(), OWN, key="2", request_id="r", now=1.0) != first
    assert len(rows(services, MESSAGES)) == 2


def test_it_does_not_stand_in_the_way_of_the_real_event(services: Services, hook: Hook) -> None:
    send_trial(services, hook, asked(), OWN, key="1", request_id="r", now=1.0)
    assert len(rows(services, DEDUPE)) == 1  # the form's own key, none of the event's


def test_a_request_that_makes_nothing_is_told(services: Services, hook: Hook) -> None:
    with pytest.raises(NotTried, match="phone is missing"):
        send_trial(services, hook, asked(phone=""), OWN, key="1", request_id="r", now=1.0)
    with pytest.raises(NotTried, match="was false"):
        send_trial(services, hook, asked(name="nobody"), OWN, key="1", request_id="r", now=1.0)
    assert rows(services, MESSAGES) == []


def test_a_number_is_read_as_the_doctor_reads_it() -> None:
    assert own_number("098765 43210", "IN") == "919876543210"
    with pytest.raises(NotTried, match="Your number: "):
        own_number("98765", "IN")
