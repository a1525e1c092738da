"""Reading that may take so long and no longer: a query that would scan for minutes is broken off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from adapter.store.engine import Store

_STEPS: Final = 20_000  # of SQLite's virtual machine between two looks at the clock
_CANCELLED: Final = "57014"  # PostgreSQL's code of a statement that ran into its time limit


class TooSlow(Exception):
    """The time was over; what was read before stays right."""


class Limited:
    """A connection to read with until a moment of the monotonic clock."""

    def __init__(self, connection: sa.Connection, until: float) -> None:
        self.connection = connection
        self._until = until

    def left(self) -> float:
        """Seconds that remain; negative when the time is over."""
        return self._until - time.monotonic()

    def execute(self, query: sa.Executable) -> list[sa.Row[Any]]:
        """All rows of a query. Raises TooSlow; on PostgreSQL nothing more can be read after that."""
        remaining = self.left()
        if remaining <= 0:
            raise TooSlow
        try:
            if self.connection.dialect.name == "postgresql":
                limit = str(max(1, int(remaining * 1_000)))
                self.connection.execute(sa.select(sa.func.set_config("statement_timeout", limit, sa.true())))
            return list(self.connection.execute(query))
        except OperationalError as fault:
            if getattr(fault.orig, "sqlstate", None) == _CANCELLED or "interrupted" in str(fault.orig):
                raise TooSlow from fault
            raise


@contextmanager
def limited(store: Store, seconds: float) -> Iterator[Limited]:
    """A consistent look at the store of so many seconds."""
    until = time.monotonic() + seconds
    with store.read() as connection:
        if not store.is_sqlite:
            yield Limited(connection, until)
            return
        driver: Any = connection.connection.dbapi_connection
        driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            yield Limited(connection, until)
        finally:
            driver.set_progress_handler(None, 0)
