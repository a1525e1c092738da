"""The owner's hands on a running adapter: stop, look, mend, send again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from adapter.picky.sandbox import Rule, Sandbox
from tests.running import SECRETS, Running, wait_for, with_sandbox

HOOK = """source: form
auth: none
fields: {phone: {type: phone, required: true}}
dedupe: {key: [phone], within: 1h}
push: {to: '{{ phone }}', message: Hi you}
"""
PARTS = """source: form
auth: none
for_each: rows
region: {region}
fields: {{phone: {{type: phone, from: item.phone, required: true}}}}
push: {{to: '{{{{ phone }}}}', message: Hello}}
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Sandbox]]:
    hooks = dict.fromkeys(("a", "b", "mended", "tried_again"), HOOK) | {"parts": PARTS.format(region="US")}
    with with_sandbox(tmp_path_factory.mktemp("owner"), hooks, Sandbox(rate=0)) as opened:
        yield opened


@pytest.fixture
def folder(fresh: tuple[Running, Sandbox]) -> Path:
    return Path(fresh[0].environ["TEMPLATES_DIR"])


def post(running: Running, hook: str, number: int) -> dict[str, Any]:
    data = {"phone": f"+9198765{number:05d}"}
    told: dict[str, Any] = requests.post(f"{running.url}/hooks/{hook}", data=data, timeout=10).json()
    return told


def statuses(running: Running) -> list[str]:
    return [row["status"] for row in running.events()]


def test_the_stop_button_for_rows_posted_by_mistake(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    assert "1 message" not in running.command("pause", "a").stdout
    told = requests.get(f"{running.url}/readyz", timeout=5).json()
    assert "Paused by the owner: 1 of the hooks and accounts." in told["degraded"][0]
    for number in range(5):
        assert post(running, "a", number)["ok"]
    assert post(running, "b", 9)["ok"]
    wait_for(lambda: statuses(running).count("accepted") == 1)
    time.sleep(0.3)
    assert statuses(running).count("queued") == 5
    waiting = next(row["id"] for row in running.events() if row["status"] == "queued")
    told = running.command("why", waiting).stdout
    assert "The hook a is paused." in told
    assert "What to do: Resume it with: python -m adapter resume a" in told
    assert "Would cancel 5 messages (5 queued)." in running.command("cancel", "--hook", "a", "--dry-run").stdout
    assert statuses(running).count("queued") == 5
    assert running.command("cancel", "--hook", "a").stdout == "5 messages cancelled.\n"
    assert "sends again" in running.command("resume", "a").stdout
    post(running, "a", 77)
    wait_for(lambda: statuses(running).count("accepted") == 2)
    assert sorted(message["number"] for message in sandbox.messages()) == ["919876500009", "919876500077"]


def test_a_name_that_is_nothing_is_said_with_those_that_are(fresh: tuple[Running, Sandbox]) -> None:
    running, _ = fresh
    told = running.command("pause", "zapier", check=False)
    assert told.returncode == 1
    assert (
        told.stderr.strip()
        == 'No hook or account is named "zapier". There are: a, b, mended, parts, tried_again, main.'
    )
    assert "neither paused nor parked" in running.command("resume", "main").stdout


def test_an_account_is_topped_up_and_resumed_by_one_command(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    sandbox.behave(always=Rule(status=403))
    post(running, "a", 1)
    wait_for(lambda: statuses(running) == ["parked"])
    post(running, "a", 2)
    sandbox.behave(always=None)
    assert "1 parked message queued." in running.command("resume", "main").stdout
    wait_for(lambda: statuses(running) == ["accepted", "accepted"])
    assert len(sandbox.messages()) == 2


def test_what_failed_is_sent_again_once_and_what_arrived_is_not(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    sandbox.behave(always=Rule(status=406, for_number="919876500001"))
    event = post(running, "a", 1)["id"]
    post(running, "a", 2)
    wait_for(lambda: sorted(statuses(running)) == ["accepted", "failed"])
    sandbox.behave(always=None)
    assert "Would replay 1 message (1 failed)." in running.command("replay", "--all", "--dry-run").stdout
    assert running.command("replay", event).stdout == "1 message queued.\n"
    wait_for(lambda: statuses(running) == ["accepted", "accepted"])
    assert "It is accepted." in running.command("replay", event).stdout
    assert len(sandbox.messages()) == 2


def test_an_unknown_message_is_only_sent_again_where_it_is_named(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    sandbox.behave(next=[Rule(reset="after")])
    post(running, "a", 1)
    wait_for(lambda: statuses(running) == ["unknown"])
    told = running.command("why", str(running.events()[0]["id"])).stdout
    assert "It may have arrived. It is not sent again by itself." in told
    assert "though it may be twice: python -m adapter replay" in told
    assert "nothing to replay" in running.command("replay", "--all").stdout
    assert "1 unknown" in running.command("replay", "--status", "unknown", "--dry-run").stdout
    running.command("replay", "--status", "unknown")
    wait_for(lambda: statuses(running) == ["accepted"])
    assert len(sandbox.messages()) == 2  # it had arrived: that is what a person accepts by naming it


def test_a_rejected_event_is_made_once_its_hook_is_mended(fresh: tuple[Running, Sandbox], folder: Path) -> None:
    running, sandbox = fresh
    told = requests.post(f"{running.url}/hooks/mended", data={"phone": "098765 43210"}, timeout=10)
    assert told.status_code == 422
    event = told.json()["id"]
    still = running.command("replay", event)
    assert event in still.stdout
    assert "phone" in still.stdout
    assert statuses(running) == ["rejected"]
    (folder / "mended.yaml").write_text("region: IN\n" + HOOK)
    dry = running.command("replay", "--status", "rejected", "--dry-run").stdout
    assert f"{event}: would make 1 message." in dry
    assert running.command("replay", "--all").stdout == "1 message queued.\n"
    wait_for(lambda: statuses(running) == ["accepted"])
    assert "nothing to replay" in running.command("replay", "--all").stdout
    time.sleep(1.2)
    again = requests.post(f"{running.url}/hooks/mended", data={"phone": "098765 43210"}, timeout=10).json()
    assert (again["duplicate"], again["id"]) == (True, event)
    assert [message["number"] for message in sandbox.messages()] == ["919876543210"]


def test_a_rejected_event_whose_sender_tried_again_is_not_sent_twice(
    fresh: tuple[Running, Sandbox], folder: Path
) -> None:
    running, sandbox = fresh
    requests.post(f"{running.url}/hooks/tried_again", data={"phone": "098765 43210"}, timeout=10)
    (folder / "tried_again.yaml").write_text("region: IN\n" + HOOK)
    time.sleep(2.1)
    again = requests.post(f"{running.url}/hooks/tried_again", data={"phone": "098765 43210"}, timeout=10).json()
    assert again["messages"] == 1
    assert f"It came again as event {again['id']}" in running.command("replay", "--all").stdout
    wait_for(lambda: sorted(statuses(running)) == ["accepted", "ignored"])
    assert len(sandbox.messages()) == 1


def test_only_the_elements_that_failed_are_made_again(fresh: tuple[Running, Sandbox], folder: Path) -> None:
    running, sandbox = fresh
    rows = [{"phone": "+919876543210"}, {"phone": "098765 43211"}, {"phone": "+919876543212"}]
    told = requests.post(f"{running.url}/hooks/parts", json={"rows": rows}, timeout=10).json()
    assert (told.get("messages"), list(told.get("errors", {}))) == (2, ["1"]), told
    (folder / "parts.yaml").write_text(PARTS.format(region="IN"))
    assert running.command("replay", told["id"]).stdout == "1 message queued.\n"
    wait_for(lambda: statuses(running) == ["accepted"] * 3)
    numbers = sorted(message["number"] for message in sandbox.messages())
    assert numbers == ["919876543210", "919876543211", "919876543212"]
    assert json.loads(running.command("why", told["id"], "--json").stdout)["errors"] == {}


def test_nothing_is_done_to_everything_by_a_forgotten_filter(fresh: tuple[Running, Sandbox]) -> None:
    running, _ = fresh
    for word in ("replay", "cancel", "release"):
        told = running.command(word, check=False)
        assert told.returncode == 2
        assert "Say which" in told.stderr
    assert "Say which" in running.command("cancel", "--dry-run", check=False).stderr
    assert 'No event or message has the id "nothing"' in running.command("cancel", "nothing").stdout
    assert SECRETS["PICKY_TOKEN"] not in running.log.read_text()
