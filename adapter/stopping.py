"""The wish to stop, as a signal handler may express it."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Final

_SLICE: Final = 0.05


class Stop:
    """A flag that a signal handler sets. `threading.Event` would not do: its lock is not reentrant, so a handler that
    interrupts its `wait` in the same thread can deadlock."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Ask to stop."""
        self._is_set = True

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Sleep that long, or until somebody asks; whether somebody did."""
        deadline = time.monotonic() + seconds
        while not self._is_set and (rest := deadline - time.monotonic()) > 0:
            time.sleep(min(rest, _SLICE))
        return self._is_set


def stop_on_signals() -> Stop:
    """A flag that SIGTERM and SIGINT set."""
    stop = Stop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop
