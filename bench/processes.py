"""Processes under measurement: the web server, relays, the sandbox, each ended by the block that started it."""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from adapter.store.engine import Store

ROOT: Final = Path(__file__).resolve().parents[1]
TOKEN: Final = "bench-token"  # noqa: S105 - opens nothing but this measurement
_CONFIG: Final = ("gunicorn", "--config", "python:adapter.web.gunicorn")
_NOBODY: Final = "http://127.0.0.1:9/"
_PR_SET_PDEATHSIG: Final = 1
_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 30.0


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(
    command: Sequence[str], environ: Mapping[str, str], directory: Path, *, ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m command…` until the block ends; begins once `ready()` is true. Its output goes to `directory/log`."""
    with (directory / "log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", *command], cwd=directory, env=dict(environ), stdout=log, stderr=log,
            start_new_session=True, preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process has one thread
        )  # fmt: skip
    try:
        _wait_until_ready(process, ready, directory)
        yield process
    finally:
        _end(process)


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Callable[[], bool], directory: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = (directory / "log").read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise RuntimeError(f"{process.args!r} did not get ready:\n{tail}")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, wait, and leave nothing of its process group behind."""
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{process.args!r} did not end when asked to.", file=sys.stderr)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _die_with_parent() -> None:
    """On Linux a child is told to end when this process is killed; elsewhere this does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def call(url: str, body: Mapping[str, Any] | None = None) -> Any:
    """The JSON that GET, or POST with a body, is answered."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def answers(url: str) -> bool:
    """Whether GET is answered with success."""
    try:
        call(url)
    except (urllib.error.URLError, OSError):
        return False
    return True


def _all_answer(*urls: str) -> bool:
    return all(answers(url) for url in urls)


def descendants(process: int) -> list[int]:
    """The process and all below it."""
    found = [process]
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # it ended meanwhile
            for child in path.read_text(encoding="ascii").split():
                found += descendants(int(child))
    return found


def cpu_seconds(process: int) -> float:
    """Processor seconds that a process and all below it, ended ones too, have taken so far."""
    ticks = 0
    for each in descendants(process):
        with suppress(OSError):  # it ended meanwhile
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime and cstime, counted from behind the name
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_bytes(process: int) -> int:
    """VmRSS of one process."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


@dataclass(frozen=True)
class Adapter:
    """One adapter's settings and place; nothing runs until `web`, `relay` or `run` is entered."""

    directory: Path
    port: int
    database_url: str
    environ: Mapping[str, str]

    @classmethod
    def prepare(cls, directory: Path, database_url: str, **settings: str) -> Adapter:
        """Settings for an adapter on a free port; `PICKY_URL` should name a sandbox where anything is pushed."""
        port = free_port()
        environ = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(port), "DATABASE_URL": database_url,
            "TEMPLATES_DIR": str(ROOT / "bench/hooks"), "ADAPTER_SANDBOX": "1", "PICKY_URL": _NOBODY,
            "ZAPIER_TOKEN": TOKEN, "WEB_CONCURRENCY": "2", "WEB_THREADS": "8", **settings,
        }  # fmt: skip
        return cls(directory, port, database_url, environ)

    @contextmanager
    def web(self, app: str = "adapter.wsgi:app") -> Iterator[subprocess.Popen[bytes]]:
        """Gunicorn with the adapter's own settings, and its application or another one."""
        url = f"http://127.0.0.1:{self.port}/readyz"
        with started([*_CONFIG, app], self.environ, self.directory, ready=lambda: answers(url)) as process:
            yield process

    @contextmanager
    def relay(self) -> Iterator[subprocess.Popen[bytes]]:
        """One relay process; begins at once, while it still starts."""
        with started(["adapter", "relay"], self.environ, self.directory, ready=lambda: True) as process:
            yield process

    @contextmanager
    def run(self) -> Iterator[subprocess.Popen[bytes]]:
        """Web server and relay under their supervisor; begins once a relay is alive."""
        url = f"http://127.0.0.1:{self.port}"
        ready = partial(_all_answer, f"{url}/readyz", f"{url}/healthz/relay")
        with started(["adapter", "run"], self.environ, self.directory, ready=ready) as process:
            yield process

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The adapter's database, opened here."""
        store = Store(self.database_url)
        try:
            yield store
        finally:
            store.close()
