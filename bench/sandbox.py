"""The sandbox as a process of its own, and what it tells of the pushes it took."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.processes import ROOT, answers, free_port, started


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that runs, asked over one connection that stays open."""

    port: int
    connection: http.client.HTTPConnection

    @property
    def push_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v2/push"

    def counters(self) -> dict[str, int]:
        """Pushes since the last reset: `requests`, `taken`, `refused`, `dropped`; and the `messages` of those taken."""
        counted: dict[str, int] = self._ask("GET", "/sandbox/counters")
        return counted

    def requests(self) -> list[dict[str, Any]]:
        """The newest 1,000 pushes: `body` as read and `received_at` in Unix seconds."""
        kept: list[dict[str, Any]] = self._ask("GET", "/sandbox/requests")
        return kept

    def messages(self) -> list[dict[str, Any]]:
        """The newest 10,000 messages."""
        kept: list[dict[str, Any]] = self._ask("GET", "/sandbox/messages")
        return kept

    def begin_again(self, *, latency: float) -> None:
        """Forget everything, and answer each push `latency` seconds after it came."""
        self._ask("POST", "/sandbox/reset", {})
        self._ask("POST", "/sandbox/behave", {"always": {"latency": latency} if latency else None})

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        self.connection.request(method, path, None if body is None else json.dumps(body))
        with self.connection.getresponse() as answer:
            return json.load(answer)


@contextmanager
def sandbox(directory: Path, *, rate: int) -> Iterator[Sandbox]:
    """A sandbox that takes `rate` pushes in any 60 s, 0 for no limit."""
    port = free_port()
    ready = partial(answers, f"http://127.0.0.1:{port}/sandbox/healthz")
    command = ["adapter", "sandbox", "--port", str(port), "--rate", str(rate)]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    with started(command, environ, directory, ready=ready):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            yield Sandbox(port, connection)
        finally:
            connection.close()
