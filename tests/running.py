"""A whole adapter as processes: `python -m adapter run` on a free port, with its own database."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from adapter.delivery.story import rows_of
from adapter.picky.sandbox import Sandbox, serve
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, METADATA, RELAYS

ROOT = Path(__file__).resolve().parents[1]
SECRETS = {
    "ZAPIER_TOKEN": "zapier-test-secret", "ZOHO_TOKEN": "zoho-test-secret", "FORM_TOKEN": "form-test-secret",
    "PICKY_TOKEN": "picky-test-token", "PUSH_TOKENS": "push-test-token",
}  # fmt: skip


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(check: Any, *, seconds: float = 30.0) -> Any:
    """What `check()` returns as soon as it is truthy; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError(f"{check} did not come true in {seconds} s")


class Running:
    """The processes of one adapter; a context manager."""

    def __init__(
        self, directory: Path, *, picky_url: str, templates: Path = ROOT / "templates", port: int = 0, **settings: str
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.directory = directory
        self.log = directory / "log"
        self.environ = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::DeprecationWarning:adapter",
            "PORT": str(self.port), "PICKY_URL": picky_url, "ADAPTER_SANDBOX": "1", "PICKY_RATE": "0",
            "DATABASE_URL": f"sqlite:///{directory / 'adapter.db'}", "TEMPLATES_DIR": str(templates),
            **{name: os.environ[name] for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG") if name in os.environ},
            **SECRETS, **settings,
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Running:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until an event can be stored and a relay is alive."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "adapter", "run"], cwd=self.directory, env=self.environ, stdout=log, stderr=log
            )
        wait_for(lambda: self._answers("/readyz") and self._answers("/healthz/relay"), seconds=90)

    def _answers(self, path: str) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(self.url + path, timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait; the exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process = None
        return code

    def forget(self) -> None:
        """Empty the database, once nothing moves any more, and let the processes live: starting them takes longest."""
        wait_for(lambda: not {"queued", "sending", "held"} & {row["status"] for row in self.events() if row["id"]})
        store = Store(self.environ["DATABASE_URL"])
        with store.write() as connection:
            for table in reversed(METADATA.sorted_tables):
                if table not in (ACCOUNTS, RELAYS):
                    connection.execute(table.delete())
            fresh = {one: None if one.nullable else one.type.python_type() for one in ACCOUNTS.c if not one.primary_key}
            connection.execute(ACCOUNTS.update().values(fresh))
        store.close()

    def command(self, *words: str, check: bool = True, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m adapter …` with this adapter's settings."""
        return subprocess.run(
            [sys.executable, "-m", "adapter", *words],
            cwd=self.directory, env=self.environ | settings, capture_output=True, text=True, check=check, timeout=60,
        )  # fmt: skip

    def events(self) -> list[dict[str, Any]]:
        """The rows of `events`, read in this process: a command takes a second of work, and tests look often."""
        store = Store(self.environ["DATABASE_URL"])
        try:
            return list(rows_of(store))
        finally:
            store.close()

    def settled(self, count: int = 1) -> list[dict[str, Any]]:
        """What `events --json` says, once there are `count` messages and none of them moves any more."""

        def look() -> bool:
            statuses = [row["status"] for row in self.events() if row["id"]]
            return len(statuses) >= count and not {"queued", "sending"} & set(statuses)

        wait_for(look)
        return [json.loads(line) for line in self.command("events", "--json").stdout.splitlines()]


@contextlib.contextmanager
def with_sandbox(
    folder: Path, hooks: Mapping[str, str], sandbox: Sandbox, **settings: Any
) -> Iterator[tuple[Running, Sandbox]]:
    """An adapter with these hook files by name, and the sandbox that it sends to; for all tests of a file."""
    (folder / "hooks").mkdir()
    for name, text in hooks.items():
        (folder / "hooks" / f"{name}.yaml").write_text(text)
    with (
        serve(sandbox) as served,
        Running(folder, picky_url=served.push_url, templates=folder / "hooks", **settings) as adapter,
    ):
        yield adapter, sandbox


def post_raw(url: str, raw: bytes, *, timeout: float = 10.0) -> tuple[int, dict[str, str], bytes]:
    """Send the very bytes of a raw HTTP request to the server at `url`; (status, headers in lower case, body)."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=timeout) as connection:
        connection.sendall(raw)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
            if _is_whole(answer):
                break
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def _is_whole(answer: bytes) -> bool:
    head, blank, body = answer.partition(b"\r\n\r\n")
    for line in head.decode("latin-1").lower().split("\r\n"):
        if line.startswith("content-length:"):
            return bool(blank) and len(body) >= int(line.split(":")[1])
    return False
