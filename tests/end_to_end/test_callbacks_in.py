"""Picky Assist's webhooks into real web processes: who is let in, what is stored before the answer, what is not said."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.tables import CALLBACKS
from tests.running import SECRETS, Running, free_port, post_raw, wait_for

OLD, NEW, SHOP2 = "main-old-secret-00000001", "main-new-secret-00000002", "shop2-secret-000000003"
ACCOUNTS = 'shop2:\n  token: ${SHOP2_TOKEN}\n  callback_secret: ["${SHOP2_CALLBACKS}"]\nmute:\n  token: literal-token\n'
EVENT: dict[str, Any] = {
    "project_id": "4417", "event_id": 1,
    "data": [{"push_id": "700101", "number": "15550001111", "msg_id": "880201", "status": "1", "source": "API"}],
}  # fmt: skip
WRITTEN: dict[str, Any] = {
    "number": "61400000000", "message-in": "STOP", "message_in_raw": "STOP", "type": 1, "application": 121,
    "unique-id": "751000001", "project-id": 501, "direction": 0, "name": "Asha",
}  # fmt: skip


class Web(Running):
    """The web processes alone: no relay takes away what they store."""

    def start(self) -> None:
        self.command("migrate")
        command = [sys.executable, "-m", "gunicorn", "--config", "python:adapter.web.gunicorn", "adapter.wsgi:app"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.directory, env=self.environ, stdout=log, stderr=log)
        wait_for(lambda: self._answers("/readyz"), seconds=30)

    def stored(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """(account, rows) of each post with reports, in order."""
        store = Store(self.environ["DATABASE_URL"])
        with store.read() as connection:
            rows = connection.execute(sa.select(CALLBACKS).order_by(CALLBACKS.c.seq)).all()
        store.close()
        return [(row.account, row.rows) for row in rows]

    def post(self, secret: str, body: Any, content_type: str = "application/json") -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(
            f"{self.url}/callbacks/picky/{secret}", data=data, headers={"Content-Type": content_type}, timeout=15
        )


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("callbacks")
    (folder / "hooks").mkdir()
    (folder / "hooks" / "accounts.yaml").write_text(ACCOUNTS)
    with Web(
        folder, picky_url="http://127.0.0.1:9/push", templates=folder / "hooks", CALLBACK_SECRET=f"{NEW},{OLD}",
        SHOP2_TOKEN="shop2-token", SHOP2_CALLBACKS=SHOP2, LOG_LEVEL="DEBUG",
    ) as running:  # fmt: skip
        yield running


@pytest.fixture
def before(web: Web) -> int:
    return len(web.stored())


def test_it_is_stored_for_its_account_and_answered_with_an_empty_object(web: Web, before: int) -> None:
    for secret, posted in [(NEW, EVENT), (SHOP2, EVENT), (SHOP2, WRITTEN)]:
        answer = web.post(secret, posted)
        assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (200, "application/json", "{}")
    found = web.stored()[before:]
    assert [(account, rows[0]["msg_id"]) for account, rows in found] == [("main", "880201"), ("shop2", "880201")]
    listed = web.command("optouts", "list", "--json").stdout.splitlines()
    assert [(row["account"], row["word"]) for row in map(json.loads, listed)] == [("shop2", "stop")]


def test_while_a_secret_is_changed_the_old_one_and_the_new_one_are_taken(web: Web, before: int) -> None:
    assert [web.post(secret, EVENT).status_code for secret in (OLD, NEW)] == [200, 200]
    assert [account for account, _ in web.stored()[before:]] == ["main", "main"]


@pytest.mark.parametrize(
    "secret",
    [
        "wrong",
        NEW[:-1],
        NEW + "x",
        NEW.upper(),
        f"{NEW},{OLD}",
        "%20",
        "%00",
        "%ff",
        "%F0%9F%91%8B",
        "a" * 3000,
        "None",
    ],
)
def test_a_forged_secret_is_refused_and_leaves_nothing(web: Web, before: int, secret: str) -> None:
    answer = web.post(secret, EVENT)
    told = answer.json()
    assert (answer.status_code, told["ok"], told["code"]) == (401, False, "unauthenticated")
    assert told["error"] == told["message"]
    assert "python -m adapter check" in told["error"]
    assert len(web.stored()) == before


def test_without_a_secret_there_is_nothing_at_the_address(web: Web) -> None:
    for path in ("/callbacks/picky/", "/callbacks/picky", f"/callbacks/picky/{NEW}/more", "/callbacks"):
        assert requests.post(web.url + path, json=EVENT, timeout=5).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("secret", [NEW, "wrong"])
def test_it_is_posted_and_nothing_else(web: Web, before: int, method: str, secret: str) -> None:
    headers = {"Accept": "text/html"}
    answer = requests.request(method, f"{web.url}/callbacks/picky/{secret}", json=EVENT, headers=headers, timeout=5)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    if method != "HEAD":
        assert answer.json()["code"] == "method_not_allowed"
        assert "for Picky Assist" in answer.json()["error"]
    assert len(web.stored()) == before


def test_an_enormous_body_is_not_read(web: Web, before: int) -> None:
    answer = web.post(NEW, b'{"event_id":1,"data":"' + b"x" * 2_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    chunks = (b"x" * 100_000 for _ in range(20))
    url = f"{web.url}/callbacks/picky/{NEW}"
    assert requests.post(url, data=chunks, timeout=15).status_code == 413
    assert len(web.stored()) == before


BOMBS = {
    "deep": b"[" * 500_000,
    "deep and closed": b"[" * 400 + b"]" * 400,
    "deep keys": b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
    "many lists": b"[" + b"[]," * 300_000 + b"[]]",
    "many rows": b'{"event_id":1,"data":[' + b"1," * 10_000 + b"1]}",
    "a huge number": b'{"event_id":' + b"9" * 900_000 + b"}",
    "cut off": b'{"event_id":1,"data":[{"msg_id":',
    "many fields": b"&".join(b"a%d=1" % at for at in range(50_000)),
    "nothing": b"",
    "gzip": b"\x1f\x8b" + b"\0" * 100,
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_no_callback_is_refused_with_a_sentence(web: Web, before: int, name: str) -> None:
    answer = web.post(NEW, BOMBS[name])
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "undecodable"), told
    assert 10 < len(told["error"]) < 200
    assert len(web.stored()) == before


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "", "multipart/form-data; boundary=x"])
def test_the_content_type_does_not_matter(web: Web, before: int, content_type: str) -> None:
    assert web.post(NEW, EVENT, content_type).text == "{}"
    form = urlencode({"event_id": 1, "data": json.dumps(EVENT["data"])}).encode()
    assert web.post(NEW, form, "application/x-www-form-urlencoded").text == "{}"
    first, second = web.stored()[before:]
    assert first == second


def test_what_it_does_not_know_is_taken_and_not_stored(web: Web, before: int) -> None:
    for posted in (
        {"event_id": 3, "data": []},
        {},
        WRITTEN | {"direction": 1},
        {"event_id": 1, "data": [{"status": 9}]},
    ):
        assert web.post(NEW, posted).text == "{}"
    assert len(web.stored()) == before


def test_three_thousand_rows_in_thirty_posts_at_once_are_all_stored(web: Web, before: int) -> None:
    def post(number: int) -> int:
        rows = [{"msg_id": str(number * 1_000 + at), "status": "1"} for at in range(100)]
        return web.post(SHOP2, {"event_id": 1, "data": rows}).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(post, range(1, 31))) == {200}
    found = [row["msg_id"] for _, rows in web.stored()[before:] for row in rows]
    assert sorted(map(int, found)) == [number * 1_000 + at for number in range(1, 31) for at in range(100)]


def test_what_cannot_be_stored_is_to_come_again(web: Web, before: int) -> None:
    locker = sqlite3.connect(web.directory / "adapter.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    answer = web.post(NEW, EVENT)
    locker.execute("ROLLBACK")
    locker.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert len(web.stored()) == before


def test_an_account_without_a_secret_cannot_be_reached(web: Web) -> None:
    for guess in ("mute", "literal-token", "sandbox", "sandbox-mute", SECRETS["PICKY_TOKEN"], "shop2-token"):
        assert web.post(guess, EVENT).status_code == 401


def test_what_breaks_off_is_not_stored(web: Web, before: int) -> None:
    head = f"POST /callbacks/picky/{NEW} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"
    assert post_raw(web.url, head.encode() + b'{"a": 1}\n')[0] == 200
    broken = f"POST /callbacks/picky/{NEW} HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"
    assert post_raw(web.url, broken.encode())[0] == 400
    assert len(web.stored()) == before


def test_the_log_says_what_came_and_holds_no_secret_and_no_number(web: Web) -> None:
    web.post(NEW, EVENT)
    log = web.log.read_text()
    assert "callback" in log
    assert "account" in log
    for private in (OLD, NEW, SHOP2, "15550001111", "61400000000", "STOP", "/callbacks/picky/", "Traceback"):
        assert private not in log, private


def test_in_practice_mode_the_sandbox_reports_by_itself(tmp_path: Path) -> None:
    port = free_port()
    with Running(
        tmp_path, picky_url="https://app.pickyassist.com/api/v2/push", SANDBOX_PORT=str(port), CALLBACK_SECRET=NEW,
        PUBLIC_URL="https://hooks.example.com", PICKY_TOKEN="",
    ) as running:  # fmt: skip
        data = {"phone": "+91 91234 50001", "name": "Asha"}
        headers = {"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]}
        assert requests.post(f"{running.url}/hooks/zapier_lead", headers=headers, data=data, timeout=15).ok

        def messages() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = requests.get(f"http://127.0.0.1:{port}/sandbox/messages", timeout=5).json()
            return found

        wait_for(lambda: [one["posted"] for one in messages()] == [[4, 1]])
        assert f"{'Reports':<10}https://hooks.example.com/callbacks/picky/…" in running.log.read_text()
        assert NEW not in running.log.read_text()
        command_lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert any(b"sandbox" in line for line in command_lines)
        assert not any(NEW.encode() in line for line in command_lines)
