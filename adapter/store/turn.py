"""Taking turns at writing to SQLite: one writer after the other among threads and processes, woken, not polling.

SQLite's own busy handler sleeps and looks again, which costs two web processes most of their speed. A blocking lock on
a file beside the database wakes the next writer at once, and ends with the process that holds it. Nothing depends on
it but speed: without it, SQLite's own lock still lets one writer in at a time.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import TimeoutError as PoolTimeout


class Turn:
    """The right to write. Made after a fork, never before. A file that cannot be made or locked lets everybody in."""

    def __init__(self, database: str, *, patience: float) -> None:
        """`patience`: seconds a thread waits for the other threads of its process."""
        self._patience = patience
        self._lock = threading.Lock()
        try:
            self._file: int | None = os.open(Path(f"{database}.turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:  # a full or read-only disk: whether it can be written is for the database to say
            self._file = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the right to write. Raises sqlalchemy's TimeoutError when this process's threads wait for too long."""
        if not self._lock.acquire(timeout=self._patience):
            raise PoolTimeout("the database is busy")
        try:
            self._flock(fcntl.LOCK_EX)
            try:
                yield
            finally:
                self._flock(fcntl.LOCK_UN)
        finally:
            self._lock.release()

    def _flock(self, what: int) -> None:
        if self._file is not None:
            try:
                fcntl.flock(self._file, what)
            except OSError:  # some network file systems know no locks
                return

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
