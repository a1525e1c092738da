"""What breaks in real life: killed processes, a locked database, a faulty hook file, a second database kind."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from adapter.picky.sandbox import Rule, Sandbox
from adapter.store.engine import Store
from adapter.store.tables import RELAYS
from tests.running import SECRETS, Running, wait_for

ZAPIER = {"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]}


def post(running: Running, number: int, **more: str) -> requests.Response:
    data = {"phone": f"+91 91234 5{number:04d}", "name": "Asha", **more}
    return requests.post(f"{running.url}/hooks/zapier_lead", headers=ZAPIER, data=data, timeout=15)


def relay_pids(running: Running) -> set[int]:
    store = Store(running.environ["DATABASE_URL"])
    with store.read() as connection:
        pids = {pid for (pid,) in connection.execute(sa.select(RELAYS.c.pid))}
    store.close()
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


def children(pid: int) -> list[int]:
    """The processes under `pid`."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def test_a_relay_killed_during_a_call_leaves_the_message_unknown_and_sent_once(
    tmp_path: Path, sandbox: Sandbox, sandbox_url: str
) -> None:
    with Running(tmp_path, picky_url=sandbox_url, PICKY_TIMEOUT="2") as running:
        sandbox.behave(next=[Rule(latency=1.5)])
        assert post(running, 1).ok
        wait_for(lambda: sandbox.requests() or sandbox.counters()["requests"])
        (pid,) = relay_pids(running)
        os.kill(pid, signal.SIGKILL)
        assert post(running, 2).ok
        rows = wait_for(lambda: [row for row in running.events() if row["status"] == "unknown"], seconds=30)
        assert [(row["number"], row["error"]) for row in rows] == [("919123450001", "interrupted")]
        wait_for(lambda: [row["status"] for row in running.events()] == ["unknown", "accepted"])
        assert sorted(message["number"] for message in sandbox.messages()) == ["919123450001", "919123450002"]


def test_web_processes_killed_under_load_lose_no_answered_event(running: Running, sandbox: Sandbox) -> None:
    answered: list[str] = []
    stop = threading.Event()

    def load(worker: int) -> None:
        number = worker * 1000
        while not stop.is_set():
            number += 1
            try:
                answer = post(running, number)
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                answered.append(answer.json()["id"])

    threads = [threading.Thread(target=load, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    assert running.process is not None
    for _ in range(3):
        time.sleep(1.0)
        for child in children(running.process.pid):
            for worker in children(child):  # gunicorn's workers; the others have none
                os.kill(worker, signal.SIGKILL)
    time.sleep(1.0)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(answered) > 50
    rows = running.settled(len(answered))
    assert set(answered) <= {row["event"] for row in rows}
    assert {row["status"] for row in rows} == {"accepted"}
    numbers = [message["number"] for message in sandbox.messages()]
    assert len(numbers) == len(set(numbers)) == len(rows)


def test_a_database_that_cannot_be_written_sends_the_sender_back(running: Running) -> None:
    locker = sqlite3.connect(running.directory / "adapter.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    refused = post(running, 1)
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    assert refused.headers["Retry-After"].isdecimal()
    assert requests.get(f"{running.url}/readyz", timeout=15).status_code == 503
    assert requests.get(f"{running.url}/healthz", timeout=5).status_code == 200
    locker.execute("ROLLBACK")
    locker.close()
    assert post(running, 1).status_code == 200
    assert [row["status"] for row in running.settled()] == ["accepted"]


def test_hook_files_are_followed_while_running(tmp_path: Path, sandbox_url: str) -> None:
    folder = tmp_path / "hooks"
    folder.mkdir()
    good = "source: form\nauth: none\nfields: {phone: {type: phone}}\npush: {to: '{{ phone }}', message: FIRST}\n"
    (folder / "h.yaml").write_text(good)
    (folder / "bad.yaml").write_text("source: nothing\n")
    with Running(tmp_path, picky_url=sandbox_url, templates=folder) as running:

        def text() -> str:
            url = f"{running.url}/hooks/h?dry_run=1"
            shown = requests.post(url, data={"phone": "+919876543210"}, timeout=5).json()
            return str(shown["pushes"][0]["body"]["data"][0]["message"])

        assert text() == "FIRST"
        faulty = requests.post(f"{running.url}/hooks/bad", timeout=5)
        assert (faulty.status_code, faulty.json()["code"]) == (503, "faulty_hook")
        assert faulty.headers["Retry-After"].isdecimal()
        (folder / "h.yaml").write_text(good.replace("FIRST", "SECOND"))
        time.sleep(2.0)  # what every process may take, and a look at one of them says nothing of the others
        assert [text() for _ in range(8)] == ["SECOND"] * 8
        (folder / "h.yaml").write_text("source: [")
        time.sleep(1.5)
        assert text() == "SECOND"
        (folder / "new.yaml").write_text(good)
        wait_for(
            lambda: requests.post(f"{running.url}/hooks/new", data={"phone": "+919876543210"}, timeout=5).ok,
            seconds=2.5,
        )


def test_an_account_without_balance_is_parked_and_said(running: Running, sandbox: Sandbox) -> None:
    sandbox.behave(always=Rule(status=403))
    event = post(running, 1).json()["id"]
    wait_for(lambda: [row["status"] for row in running.events()] == ["parked"])
    told = running.command("why", event).stdout
    assert "No balance left" in told
    assert "top up" in told


def test_it_all_works_on_postgres(tmp_path: Path, postgres_database: str, sandbox: Sandbox, sandbox_url: str) -> None:
    with Running(tmp_path, picky_url=sandbox_url, DATABASE_URL=postgres_database) as running:
        first = post(running, 1, lead_id="7").json()
        again = post(running, 1, lead_id="7").json()
        assert (again["id"], again["duplicate"]) == (first["id"], True)
        assert [row["status"] for row in running.settled()] == ["accepted"]
        assert [message["number"] for message in sandbox.messages()] == ["919123450001"]


@pytest.mark.parametrize("encoding", ["form", "query"])
def test_pushes_travel_as_the_normal_post(tmp_path: Path, sandbox: Sandbox, sandbox_url: str, encoding: str) -> None:
    with Running(tmp_path, picky_url=sandbox_url, PICKY_ENCODING=encoding) as running:
        post(running, 1)
        running.settled()
    (request,) = sandbox.requests()
    assert request["encoding"] == encoding
    assert request["body"]["data"][0]["number"] == "919123450001"


def test_waiting_for_the_outcome_tells_it(tmp_path: Path, sandbox: Sandbox, sandbox_url: str) -> None:
    folder = tmp_path / "hooks"
    folder.mkdir()
    (folder / "h.yaml").write_text(
        "source: form\nauth: none\nrespond: sent\nfields: {phone: {type: phone}}\npush: {to: '{{ phone }}', message: one}\n"
    )
    with Running(tmp_path, picky_url=sandbox_url, templates=folder) as running:
        url = f"{running.url}/hooks/h"
        told = requests.post(url, data={"phone": "+919876543210"}, timeout=5).json()
        (message,) = sandbox.messages()
        assert (told["status"], told["push_id"], told["msg_id"]) == ("accepted", message["push_id"], message["msg_id"])
        sandbox.behave(next=[Rule(latency=4)])
        slow = requests.post(url, data={"phone": "+919876543211"}, timeout=5)
        assert slow.json()["status"] == "queued"
        assert slow.elapsed.total_seconds() < 3


def test_connections_kept_alive_do_not_starve_the_others(running: Running) -> None:
    """Browsers keep connections open: more of them than threads must not stop a webhook."""
    sessions = [requests.Session() for _ in range(40)]
    for session in sessions:
        assert session.get(f"{running.url}/healthz", timeout=5).ok
    assert post(running, 1).status_code == 200
    for session in sessions:
        session.close()
