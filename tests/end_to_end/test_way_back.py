"""The way back: a message's states are told over HTTP, by a real adapter, whatever the one who is told does."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from adapter.catalogue import Catalogue, posting_rules
from adapter.config import load_settings
from adapter.delivery.settling import Policy
from adapter.intake.auth import authenticate, hmac_proof
from adapter.intake.request import RawRequest
from adapter.notices.client import Poster
from adapter.notifying import Notifier
from adapter.picky.sandbox import Rule, Sandbox
from adapter.services import Services
from adapter.store.engine import Store
from adapter.store.migrate import migrate
from tests.delivery.told import move, notices, store_told
from tests.receiver import Receiver, Reply
from tests.running import ROOT, Running, wait_for

SECRET = "whsec_c3RhbmQtaW4="
HOOK = """source: form
auth: none
region: IN
fields: {{phone: {{type: phone, required: true}}, deal: {{type: integer}}}}
push: {{to: '{{{{ phone }}}}', message: Hello}}
notify:
  on: [{states}]
  url: {url}
{more}"""
BODY = "  secret: ${SIGN}\n  json: {deal: '{{ deal }}', status: '{{ notice.status }}', why: '{{ notice.because }}'}\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(Reply(500)) as opened:
        yield opened


@pytest.fixture
def running(tmp_path: Path, receiver: Receiver, sandbox_url: str) -> Iterator[Running]:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "a.yaml").write_text(HOOK.format(states="accepted, failed", url=receiver.url, more=BODY))
    with Running(tmp_path, picky_url=sandbox_url, templates=hooks, SIGN=SECRET, RETRY_PAUSE="1") as adapter:
        yield adapter


def post(running: Running, number: int, hook: str = "a") -> str:
    data = {"phone": f"98765{number:05d}", "deal": number}
    told = requests.post(f"{running.url}/hooks/{hook}", data=data, timeout=10).json()
    assert told["ok"], told
    return str(told["id"])


def listed(running: Running, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in running.command("notices", "--json", *words).stdout.splitlines()]


def test_a_state_is_told_signed_and_told_again_until_it_is_taken(running: Running, receiver: Receiver) -> None:
    event = post(running, 7)
    wait_for(lambda: len(receiver.posts) == 2)
    first, second = receiver.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-id"].startswith(f"{event}-1.accepted.")
    assert first.json() == second.json() == {
        "deal": 7, "status": "accepted", "why": "Picky Assist has it. It is not confirmed on the phone yet.",
    }  # fmt: skip
    proof = hmac_proof({"preset": "standard_webhooks", "secret": SECRET})
    for one in receiver.posts:
        request = RawRequest("POST", one.path, "", tuple(one.headers.items()), one.body)
        assert authenticate((proof,), request, now=one.at)
    (row,) = wait_for(lambda: [one for one in listed(running) if one["status"] == "sent"])
    assert (row["message"], row["state"], row["http_status"], row["attempts"]) == (f"{event}-1", "accepted", 200, 2)
    assert row["host"] == f"127.0.0.1:{receiver.port}"
    shown = running.command("notices").stdout
    assert "secret-path" not in shown + running.log.read_text()
    assert f"{event}-1" in shown


def test_the_cause_of_a_failure_is_told(running: Running, receiver: Receiver, sandbox: Sandbox) -> None:
    sandbox.behave(always=Rule(status=406))
    post(running, 8)
    wait_for(lambda: len(receiver.posts) == 2)
    told = receiver.posts[1].json()
    assert told["status"] == "failed"
    assert told["why"].startswith("It was not delivered. ")


def test_one_who_hangs_delays_neither_messages_nor_others(running: Running, receiver: Receiver) -> None:
    with Receiver(always=Reply(hang=8)) as hanging:
        folder = Path(running.environ["TEMPLATES_DIR"])
        (folder / "slow.yaml").write_text(HOOK.format(states="accepted", url=hanging.url, more=""))
        time.sleep(2.1)  # until every process has seen the new file
        for number in range(6):
            post(running, number, hook="slow")
        wait_for(lambda: len(hanging.posts) == 2)
        started = time.monotonic()
        post(running, 99)
        wait_for(lambda: sum(row["status"] == "accepted" for row in running.events()) == 7)
        wait_for(lambda: len(receiver.posts) == 2)
        assert time.monotonic() - started < 6.0  # two notices, one of them after a pause, and a few commands
        assert len(hanging.posts) == 2


def test_what_is_dead_is_posted_again_once_its_hook_is_mended(running: Running, receiver: Receiver) -> None:
    with Receiver(always=Reply(410)) as gone:
        hook = Path(running.environ["TEMPLATES_DIR"]) / "a.yaml"
        hook.write_text(HOOK.format(states="accepted", url=gone.url, more=""))
        time.sleep(2.1)
        post(running, 1)
        (dead,) = wait_for(lambda: listed(running, "--status", "dead"))
        assert dead["fault"] == "127.0.0.1 answered that nothing is there any more (HTTP 410)."
    hook.write_text(HOOK.format(states="accepted", url=receiver.url, more=""))
    time.sleep(2.1)
    assert running.command("notices", "--replay", "--status", "dead").stdout == "1 notice queued.\n"
    assert running.command("notices", "--replay", "--status", "dead").stdout == "There is nothing to replay.\n"
    wait_for(lambda: len(receiver.posts) == 2)
    assert receiver.posts[0].json()["type"] == "message.accepted"


NOTIFIER = """
from adapter.config import load_settings
from adapter.delivery.settling import Policy
from adapter.catalogue import posting_rules
from adapter.notices.client import Poster
from adapter.notifying import Notifier
from adapter.services import open_services
from adapter.stopping import Stop
settings = load_settings()
Notifier(open_services(settings), Poster(posting_rules(settings)), policy=Policy(), lease=1.0).run(Stop())
"""


@pytest.mark.parametrize(("point", "arrived"), [("notice.claimed", 0), ("notice.posted", 1)])
def test_a_notice_whose_relay_is_killed_is_posted_again_under_the_same_id(
    tmp_path: Path, database_url: str, point: str, arrived: int
) -> None:
    store = Store(database_url)
    migrate(store)
    with Receiver() as receiver:
        (tmp_path / "a.yaml").write_text(HOOK.format(states="accepted", url=receiver.url, more=""))
        environ = {"ADAPTER_SANDBOX": "1", "DATABASE_URL": database_url, "TEMPLATES_DIR": str(tmp_path)}
        (message,) = store_told(store, "accepted", hook="a")
        move(store, message, "accepted", at=time.time())
        killed = subprocess.run(
            [sys.executable, "-c", NOTIFIER], check=False, timeout=60, cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "ADAPTER_FAULT_POINT": point, **environ},
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL
        assert [(row.status, row.attempts) for row in notices(store)] == [("sending", 1)]
        assert len(receiver.posts) == arrived
        settings = load_settings(environ)
        catalogue = Catalogue(tmp_path, settings, accounts={"main": None})
        notifier = Notifier(
            Services(settings, {}, catalogue, store), Poster(posting_rules(settings)), policy=Policy(pause=0.1)
        )

        def again() -> bool:
            notifier.step()
            notifier.finish()
            return len(receiver.posts) > arrived

        wait_for(again)
        assert [(row.status, row.attempts) for row in notices(store)] == [("sent", 2)]
        (row,) = notices(store)
        assert {one.headers["webhook-id"] for one in receiver.posts} == {f"{message}.accepted.{row.seq}"}
    store.close()
