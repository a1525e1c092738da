"""One adapter as separate processes, the sandbox they push to, and the senders: what a scenario disturbs."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import requests
import sqlalchemy as sa

from adapter.picky.sandbox import Events, Sandbox, serve
from adapter.store.engine import Store
from adapter.store.tables import MESSAGES, RELAYS
from tests.chaos.books import SETTLED, Books, read_books
from tests.chaos.databases import Postgres
from tests.chaos.processes import Missed, Process, until
from tests.chaos.senders import HOOKS, Ledger, Order, Wave
from tests.running import ROOT, free_port

PICKY_TIMEOUT: Final = 2
_SENDERS_PATIENCE: Final = 60.0
_UNEXPECTED: Final = ("relay_failed", "push_failed", '"crashed"', "Traceback (most recent call last)")
"""What the log says where something happened that nobody thought of."""


_ENDS: Final = {1, 2, 5}  # delivered, failed, refunded


def _events(url: str, settings: Mapping[str, str]) -> Events | None:
    """Reports late, doubled, in any order, to an adapter that has an address for them."""
    secret = settings.get("CALLBACK_SECRET")
    if secret is None:
        return None
    retry = (0.5, 1.0, 2.0, 4.0, 8.0)
    target = f"{url}/callbacks/picky/{secret}"
    return Events(url=target, delay=0.2, read=0.3, failed=0.1, refunded=0.1, duplicated=0.3, shuffled=True, retry=retry)


class World:
    """Make it, start processes, send, disturb, settle, stop, read the books, close.

    `faults` are sentences about what went wrong besides the books; `disturbances` counts kills and other faults made.
    """

    def __init__(
        self, directory: Path, database_url: str, *, seed: str, settings: Mapping[str, str], server: Postgres | None
    ) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.server = server
        self.random = random.Random(seed)
        self.sandbox = Sandbox(rate=0, events=_events(self.url, settings), seed=7)
        self.ledger = Ledger()
        self.faults: list[str] = []
        self.disturbances = 0
        self.web: Process | None = None
        self.relays: list[Process] = []
        self._directory, self._database_url = directory, database_url
        self._ended: list[Process] = []
        self._waves: list[Wave] = []
        self._orders = 0
        self._is_stuck = False
        self._served = serve(self.sandbox)
        self._store = Store(database_url)
        self._environ = self._prepared(settings)

    def _prepared(self, settings: Mapping[str, str]) -> dict[str, str]:
        hooks = self._directory / "hooks"
        hooks.mkdir()
        for name, text in HOOKS.items():
            (hooks / name).write_text(text)
        self.clock_file = self._directory / "clock"
        self.set_clock(0.0)
        return {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": self.url.rpartition(":")[2],
            "PICKY_URL": self._served.push_url, "ADAPTER_SANDBOX": "1", "PICKY_RATE": "0",
            "PICKY_TIMEOUT": str(PICKY_TIMEOUT), "DATABASE_URL": self._database_url, "TEMPLATES_DIR": str(hooks),
            "LOG_LEVEL": "WARNING", "CHAOS_CLOCK": str(self.clock_file), **settings,
        }  # fmt: skip

    def set_clock(self, seconds: float) -> None:
        """Set the wall clock of the processes off by so many seconds."""
        changed = self.clock_file.with_suffix(".new")
        changed.write_text(str(seconds))
        changed.replace(self.clock_file)

    def start_web(self, *, fault: str = "", clock: bool = False) -> Process:
        """Start gunicorn; returns once it says that events can be stored."""
        command = ["gunicorn", "--config", "python:adapter.web.gunicorn", "adapter.wsgi:app"]
        self.web = self._start("web", command, fault=fault, clock=clock)
        until(self._is_ready, "a web server that is ready", seconds=30)
        return self.web

    def start_relay(self, *, fault: str = "", clock: bool = False) -> Process:
        """Start one more relay."""
        relay = self._start(f"relay-{len(self.relays) + 1}", ["adapter", "relay"], fault=fault, clock=clock)
        self.relays.append(relay)
        return relay

    def _start(self, name: str, command: list[str], *, fault: str, clock: bool) -> Process:
        environ = self._environ | ({"ADAPTER_FAULT_POINT": fault} if fault else {})
        module = ["tests.chaos.shifted_clock"] if clock else []
        return Process(name, [sys.executable, "-m", *module, *command], environ=environ, directory=self._directory)

    def _is_ready(self) -> bool:
        if self.web is None or self.web.ended is not None:
            raise Missed("the web server ended while it was started")
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def send(self, count: int, *, over: float = 0.0) -> Wave:
        """Send so many new events, spread over so many seconds, from background threads."""
        orders = [Order(number) for number in range(self._orders, self._orders + count)]
        self._orders += count
        wave = Wave(self.url, orders, self.ledger, over=over, patience=_SENDERS_PATIENCE)
        self._waves.append(wave)
        return wave

    def states(self) -> Counter[str]:
        """How many messages are in each state."""
        return Counter(self.statuses().values())

    def statuses(self) -> dict[str, str]:
        """The state of every message, by its id."""
        with self._store.read() as connection:
            return {row.id: row.status for row in connection.execute(sa.select(MESSAGES.c.id, MESSAGES.c.status))}

    def until_relays(self) -> None:
        """Wait until every relay has said that it is alive. Raises Missed."""
        until(lambda: {relay.pid for relay in self.relays} <= self._alive(), "relays that are alive")

    def _alive(self) -> set[int]:
        with self._store.read() as connection:
            return set(connection.execute(sa.select(RELAYS.c.pid)).scalars())

    def until_state(self, state: str, *, count: int = 1, seconds: float = 20.0) -> None:
        """Wait until that many messages are in a state. Raises Missed."""
        until(lambda: self.states()[state] >= count, f"{count} messages that are {state}", seconds=seconds)

    def until_told(self, *, seconds: float = 40.0) -> None:
        """Wait until everything that the sandbox took was reported to its end, and our books say so. Raises Missed."""
        until(lambda: not self.sandbox.waiting_events(), "every report", seconds=seconds)
        until(lambda: all(_ENDS & set(one["posted"]) for one in self.sandbox.messages()), "an end of each", seconds=5)
        until(lambda: not self.books().untold, "every report applied", seconds=seconds)

    def settle(self, *, seconds: float) -> None:
        """Wait until every sender is content and no message moves any more, or the time is over; no second time then."""
        for wave in self._waves:
            wave.join()
        if self._is_stuck:
            return
        try:
            until(lambda: self.states().keys() <= SETTLED, "every message settled", seconds=seconds)
        except Missed as missed:
            self._is_stuck = True
            self.faults.append(f"{missed}: {dict(self.states())}")

    def replace_relay(self, relay: Process) -> Process:
        """Start a relay in the place of one that ended."""
        self.retire(relay)
        return self.start_relay()

    def retire(self, process: Process) -> None:
        """Take a process that ended, or is to be killed, out of the world."""
        process.close()
        self._ended.append(process)
        if process is self.web:
            self.web = None
        if process in self.relays:
            self.relays.remove(process)

    def stop(self) -> None:
        """End everything in order: the relays finish, then the web server."""
        for relay in tuple(self.relays):
            self._end(relay)
        if self.web is not None:
            self._end(self.web)

    def _end(self, process: Process) -> None:
        if process.ended is not None:
            self.faults.append(f"{process.name} had ended by itself with status {process.ended}.")
        else:
            process.send(signal.SIGTERM)
            code = process.wait(seconds=30)
            was_up = process is self.web or any("relay_started" in line for line in process.output)
            if code and (was_up or code != -signal.SIGTERM):  # Python itself must be up before it can end well
                self.faults.append(f"{process.name} ended with status {code} after SIGTERM.")
        self.retire(process)

    def books(self) -> Books:
        """What everybody says now."""
        return read_books(self._database_url, dict(self.ledger.answered), self.sandbox.messages())

    def all_faults(self) -> list[str]:
        """What went wrong besides the books: in the scenario, at the senders, in the logs."""
        logged = [
            f"{process.name} logged: {line.strip()[:400]}"
            for process in self._ended
            for line in process.output
            if any(word in line for word in _UNEXPECTED)
        ]
        return [*self.faults, *self.ledger.faults[:5], *logged[:5]]

    def output(self) -> str:
        """The last lines of every process."""
        processes = [*self._ended, *self.relays, *([self.web] if self.web else [])]
        return "".join(f"[{process.name}] {line}" for process in processes for line in process.output[-15:])

    def close(self) -> None:
        """Leave nothing behind."""
        for process in (*self.relays, *([self.web] if self.web else [])):
            process.close()
        for wave in self._waves:
            wave.give_up()
            wave.join()
        self._served.close()
        self._store.close()
