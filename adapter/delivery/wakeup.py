"""How a relay learns at once that something was stored: by asking SQLite whether it changed, or by LISTEN.

Looking at the queue every now and then stays the floor under both: behind a pooler that hands connections round
LISTEN hears nothing, and nothing is lost by that but a tenth of a second.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa

from adapter.stopping import Stop
from adapter.store.engine import UNAVAILABLE, Store

if TYPE_CHECKING:
    import psycopg

CHANNEL: Final = "adapter_due"
POLL_SECONDS: Final = 0.1
_GLANCE_SECONDS: Final = 0.003
_MOST_QUIET: Final = 0.5  # SQLite tells of every change; only what comes due by the clock needs a look
_AGAIN_SECONDS: Final = 10.0


class Bell(Protocol):
    """Waiting for news of the queue."""

    def wait(self, seconds: float, stop: Stop) -> None:
        """Return when something may have been stored, when `seconds` are over, or when `stop` is set."""

    def close(self) -> None:
        """Give back what it holds."""


def bell_for(store: Store) -> Bell:
    """The bell of this kind of database."""
    return _SqliteBell(store) if store.is_sqlite else _PostgresBell(store)


def ring(connection: sa.Connection) -> None:
    """Tell listening relays, once this transaction commits, that something is due."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY)


_NOTIFY: Final = sa.text(f"SELECT pg_notify('{CHANNEL}', '')")


class _SqliteBell:
    """`PRAGMA data_version` reads one number of shared memory, which every commit of another connection changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None
        self._seen: int | None = None

    def wait(self, seconds: float, stop: Stop) -> None:
        deadline = time.monotonic() + min(seconds, _MOST_QUIET)
        while not stop.is_set() and time.monotonic() < deadline:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            time.sleep(_GLANCE_SECONDS if version is not None else POLL_SECONDS)

    def _version(self) -> int | None:
        try:
            if self._connection is None:
                self._connection = self._store.engine.raw_connection()
            return int(self._connection.cursor().execute("PRAGMA data_version").fetchone()[0])
        except (self._store.engine.dialect.loaded_dbapi.Error, *UNAVAILABLE):
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _PostgresBell:
    """One connection of its own that listens; without it, or behind a pooler, the floor remains."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: psycopg.Connection[Any] | None = None
        self._again_at = 0.0
        self._errors = (store.engine.dialect.loaded_dbapi.Error, *UNAVAILABLE)

    def wait(self, seconds: float, stop: Stop) -> None:
        seconds = min(seconds, POLL_SECONDS)
        connection = self._listening()
        if connection is None:
            stop.wait(seconds)
            return
        try:
            for _ in connection.notifies(timeout=seconds, stop_after=1):
                pass
        except self._errors:
            self.close()
            stop.wait(seconds)

    def _listening(self) -> psycopg.Connection[Any] | None:
        if self._connection is None and time.monotonic() >= self._again_at:
            self._again_at = time.monotonic() + _AGAIN_SECONDS
            try:
                self._connection = self._connect()
            except self._errors:
                self.close()
        return self._connection

    def _connect(self) -> psycopg.Connection[Any]:
        import psycopg  # a process on SQLite does without it

        arguments, options = self._store.engine.dialect.create_connect_args(self._store.engine.url)
        connection = psycopg.connect(*arguments, **{**options, **self._store.connect_options}, autocommit=True)
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
