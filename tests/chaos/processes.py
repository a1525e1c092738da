"""One process of the adapter, its output kept in memory: a full disk or a limit on files must not reach it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

_running: Final[set[Process]] = set()


class Missed(AssertionError):
    """Something that had to come did not."""


def until(check: Callable[[], Any], what: str, *, seconds: float = 20.0) -> Any:
    """What `check()` returns as soon as it is truthy. Raises Missed with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.03)
    raise Missed(f"{what}: not within {seconds:.0f} s")


def end_all() -> None:
    """Kill whatever still runs of what was started here."""
    for process in tuple(_running):
        process.close()


class Process:
    """Started at once, in a process group of its own; `close` leaves nothing of the group behind."""

    def __init__(self, name: str, command: Sequence[str], *, environ: Mapping[str, str], directory: Path) -> None:
        self.name = name
        self.output: list[str] = []
        self._popen = subprocess.Popen(
            command, cwd=directory, env=environ, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
        _running.add(self)
        self._reader = threading.Thread(target=self._drain, name=f"output-{name}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def ended(self) -> int | None:
        """The exit status (negative: the signal that ended it), None while it runs."""
        return self._popen.poll()

    @property
    def is_frozen(self) -> bool:
        """Whether it is stopped by a signal."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        except OSError:
            return False

    def children(self) -> list[int]:
        """The processes under it (gunicorn's workers)."""
        try:
            found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        except OSError:
            return []
        return [int(child) for child in found]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself."""
        self._popen.send_signal(number)

    def wait(self, *, seconds: float = 20.0) -> int:
        """The exit status, once it ended. Raises Missed."""
        until(lambda: self.ended is not None, f"the end of {self.name} (pid {self.pid})", seconds=seconds)
        return int(self._popen.returncode)

    def close(self) -> None:
        """Kill what is left of the group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        self._reader.join()
        if self._popen.stdout is not None:
            self._popen.stdout.close()
        _running.discard(self)

    def _drain(self) -> None:
        if self._popen.stdout is not None:
            self.output.extend(iter(self._popen.stdout.readline, ""))


def kill(pid: int) -> bool:
    """SIGKILL; whether the process was still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
