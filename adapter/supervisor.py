"""`run`: one process that keeps the web server, the relay and, in practice mode, the sandbox alive together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final

from adapter.accounts import load_accounts
from adapter.callback_urls import webhooks_for_sandbox
from adapter.config import Settings
from adapter.errors import ConfigurationError
from adapter.stopping import Stop

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 15.0  # beyond the longest call
_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0
_PR_SET_PDEATHSIG: Final = 1


def supervise(settings: Settings, stop: Stop, *, password: str | None = None) -> None:
    """Start everything, say so, and keep it running until `stop` is set. Raises ConfigurationError."""
    webhooks = webhooks_for_sandbox(settings, load_accounts(settings).values())
    _require_free_ports(settings)
    more = {"sandbox": webhooks}
    children = {name: Child(name, command, more.get(name, {})) for name, command in _commands(settings).items()}
    try:
        for name in children.keys() - {"relay"}:  # they come up while the database is prepared
            children[name].start()
        text = _prepared(settings, password=password)
        children["relay"].start()
        if _wait_until_ready(settings, list(children.values()), stop):
            print(text, flush=True)
        while not stop.wait(0.2):
            for child in children.values():
                child.keep_alive()
    finally:
        for child in reversed(children.values()):  # the web server first: nothing new comes in, the relay finishes
            child.terminate()
        deadline = time.monotonic() + settings.picky_timeout + _STOP_SECONDS
        for child in reversed(children.values()):
            child.wait(deadline)


def _prepared(settings: Settings, *, password: str | None) -> str:
    """The banner's text, once the database has its tables."""
    from adapter.banner import banner  # the libraries below these are slow to import; the children start meanwhile
    from adapter.logs import set_up_logs
    from adapter.services import open_services
    from adapter.store.engine import UNAVAILABLE
    from adapter.store.migrate import migrate

    set_up_logs(settings.log_level, settings.log_format)
    services = open_services(settings)
    try:
        migrate(services.store)
    except UNAVAILABLE as fault:
        raise ConfigurationError(
            ["The database does not answer: check DATABASE_URL and that it may be written."]
        ) from fault
    text = banner(services, password=password)
    services.store.close()
    return text


def _commands(settings: Settings) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    commands = {}
    if settings.has_own_sandbox:
        commands["sandbox"] = [*python, "adapter", "sandbox", "--port", str(_sandbox_port(settings))]
    commands["relay"] = [*python, "adapter", "relay"]
    commands["web"] = [*python, "gunicorn", "--config", "python:adapter.web.gunicorn", "adapter.wsgi:app"]
    return commands


class Child:
    """One process that is started again when it ends, after a pause that doubles while it keeps failing."""

    def __init__(self, name: str, command: list[str], environ: Mapping[str, str]) -> None:
        """`environ`: what its environment has beside that of this process."""
        self.name = name
        self._command = command
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.5
        self._start_at: float | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C reaches the supervisor alone, which stops all in order."""
        self._started, self._start_at = time.monotonic(), None
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            self._command,
            env={**os.environ, **self._environ},
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has one thread
        )

    def keep_alive(self) -> None:
        """Start it again if it ended and its pause is over."""
        if self.alive:
            return
        now = time.monotonic()
        if self._start_at is None:
            self._pause = 0.5 if now - self._started > _STEADY_SECONDS else min(self._pause * 2, _LONGEST_PAUSE)
            self._start_at = now + self._pause
            code = self._process.returncode if self._process else None
            print(
                f"{self.name} ended (status {code}); starting it again in {self._pause:.0f} s.",
                file=sys.stderr,
                flush=True,
            )
        elif now >= self._start_at:
            self.start()

    def terminate(self) -> None:
        """Ask it to finish."""
        if self.alive and self._process is not None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait until it has ended; past the deadline it is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _die_with_parent() -> None:
    """On Linux a child is told to end when the supervisor is killed; elsewhere this does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            os.kill(os.getpid(), signal.SIGTERM)


def _sandbox_port(settings: Settings) -> int:
    return int(settings.sandbox_port or settings.port + 1)


def _require_free_ports(settings: Settings) -> None:
    wanted = [("PORT", settings.bind_host, settings.port)]
    if settings.has_own_sandbox:
        wanted.append(("SANDBOX_PORT", "127.0.0.1", _sandbox_port(settings)))
    faults = [
        f"Port {port} is in use by another program: stop it, or set {name} to a free port."
        for name, host, port in wanted
        if not _is_free(host, port)
    ]
    if faults:
        raise ConfigurationError(faults)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _wait_until_ready(settings: Settings, children: list[Child], stop: Stop) -> bool:
    url = f"{settings.local_url}/readyz"
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and not stop.wait(0.02):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return True
        except (urllib.error.URLError, OSError):
            if not all(child.alive for child in children):
                return False
    return False
