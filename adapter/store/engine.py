"""The database: SQLite in WAL mode with full sync, or PostgreSQL, behind one small object."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapter.store.group_commit import Commit, GroupCommit
from adapter.store.turn import Turn

UNAVAILABLE: Final = (DatabaseError, InterfaceError, PoolTimeout)  # locked, full, gone, damaged, or without its tables
BROKEN_ROWS: Final = (DataError, IntegrityError)  # those of them that waiting does not mend
_BUSY_SECONDS: Final = 5
_TURN_SECONDS: Final = 10  # for all who write before, each of whom may meet a database that is busy
_BUSY_IN_TURN: Final = 2  # whose turn it is meets nobody but programs that do not take turns
_POSTGRES: Final = {
    "connect_timeout": _BUSY_SECONDS,
    "prepare_threshold": None,  # a pooler hands each transaction to another session, which does not know the statement
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2,
    "tcp_user_timeout": 10_000,  # milliseconds until a line that swallows everything counts as broken
}  # fmt: skip
_BOOT_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # macOS has no CLOCK_BOOTTIME


def database_url(text: str) -> sa.URL:
    """A SQLAlchemy address; `postgres://` and `postgresql://` mean psycopg. Raises ValueError with a sentence."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise ValueError("must be an address such as sqlite:///var/adapter.db or postgres://…") from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError(f"must be SQLite or PostgreSQL, not {url.get_backend_name()}")
    return url


CLOCK: Final = sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double)
"""PostgreSQL's clock, in seconds."""
END_IDLE: Final = sa.func.set_config("idle_in_transaction_session_timeout", "10000", sa.true())
"""Has PostgreSQL end this transaction when it is left alone for 10 s.

A relay that is frozen, or whose host is cut off, would else keep its rows from all others for hours. It is set for the
transaction, because behind a pooler the session belongs to somebody else a moment later.
"""
_CLOCK_QUERY: Final = sa.select(CLOCK)


class Store:
    """One database. Made after a fork, never before: connections must not be shared by accident."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        address = database_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self._turn: Turn | None = None
        options: dict[str, Any] = {
            "json_serializer": _json,
            "pool_pre_ping": not self.is_sqlite,
            "hide_parameters": True,
        }
        if self.is_sqlite:
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
                self._turn = Turn(address.database, patience=_TURN_SECONDS)
            options["connect_args"] = {"timeout": _BUSY_IN_TURN, "check_same_thread": False}
        else:
            options["connect_args"] = _POSTGRES
            options["pool_timeout"] = _BUSY_SECONDS
        self.connect_options: dict[str, Any] = options["connect_args"]
        overflow = pool_size if self.is_sqlite else 0  # a server counts connections, a file does not
        self.engine = sa.create_engine(address, pool_size=pool_size, max_overflow=overflow, **options)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        self._boot = _boot_id() if self.is_sqlite else ""
        self._groups: dict[Commit, GroupCommit] = {}

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that commits at the end; on SQLite it holds the write lock from its first line."""
        with self._turn.taken() if self._turn else nullcontext(), self.engine.begin() as connection:
            yield connection

    def write_together(self, commit: Commit, item: Any) -> Any:
        """What `commit(connection, [item])` makes of the item, perhaps together with those of other threads.

        `commit` writes any number of items, and may be called again for the same one where another one failed.
        """
        if self._turn is None:  # PostgreSQL groups commits by itself
            with self.engine.begin() as connection:
                return commit(connection, [item])[0]
        group = self._groups.get(commit)
        if group is None:
            made = GroupCommit(commit, self._turn.taken, self.engine.begin, patience=_TURN_SECONDS)
            group = self._groups.setdefault(commit, made)  # at once for all threads
        return group.run(item)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent look that takes no write lock."""
        with self.engine.connect().execution_options(read_only=True) as connection:
            yield connection

    def lease_clock(self, connection: sa.Connection) -> tuple[float, str]:
        """(seconds, boot): a clock that all who share this database agree on and that nobody can set back.

        On one host that is the monotonic clock since this boot; on PostgreSQL the database's clock.
        """
        if self.is_sqlite:
            return time.clock_gettime(_BOOT_CLOCK), self._boot
        return float(connection.execute(_CLOCK_QUERY).scalar_one()), ""

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
        if self._turn:
            self._turn.close()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are ours to begin
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A deferred transaction that turns to writing fails under concurrency: writers take the lock at once."""
    is_reader = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # not Linux: the clock counts from the boot, so its start tells boots apart well enough
        return str(round(time.time() - time.clock_gettime(_BOOT_CLOCK)))
