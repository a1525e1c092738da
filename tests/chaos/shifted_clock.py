"""Run a module under a wall clock that a file sets off: `python -m tests.chaos.shifted_clock MODULE [ARGUMENT]…`.

CHAOS_CLOCK names the file, which holds seconds; it is read again when it changes. Monotonic clocks stay as they are.
"""

from __future__ import annotations

import os
import runpy
import sys
import time
from typing import Final


class _Offset:
    """The seconds in the file, read once for each version of it."""

    def __init__(self, path: str) -> None:
        self._path, self._version, self._seconds = path, (0, 0), 0.0

    def seconds(self) -> float:
        found = os.stat(self._path)
        version = (found.st_mtime_ns, found.st_ino)
        if version != self._version:
            with open(self._path, encoding="ascii") as file:
                self._seconds = float(file.read())
            self._version = version
        return self._seconds


def install(path: str) -> None:
    """Set off what tells the time of day in this interpreter; before anything keeps a reference to it."""
    offset: Final = _Offset(path)
    real, local, universal = time.time, time.localtime, time.gmtime

    def shifted() -> float:
        return real() + offset.seconds()

    time.time = shifted
    time.time_ns = lambda: int(shifted() * 1e9)
    time.localtime = lambda seconds=None: local(shifted() if seconds is None else seconds)
    time.gmtime = lambda seconds=None: universal(shifted() if seconds is None else seconds)


def main() -> None:
    """Install the clock, then be the module."""
    install(os.environ["CHAOS_CLOCK"])
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
