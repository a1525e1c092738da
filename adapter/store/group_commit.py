"""Group commit for SQLite: what several threads want to store at the same time shares one transaction and one sync.

The first thread to come leads: it waits for its process's turn to write, commits what all have queued until then, and
hands the lead to the next in the queue. Nothing depends on it but speed: `Store.write_together` without it is a
transaction for each.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapter.faultpoints import reach

MOST_TOGETHER: Final = 64
_OF_ALL: Final = (OperationalError, InterfaceError, PoolTimeout)  # faults of the database, not of what one wrote


class Writer:
    """One transaction of several works. What is inserted is written in one go, before anything else is asked."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._rows: dict[sa.Table, list[Mapping[str, Any]]] = {}

    @property
    def connection(self) -> sa.Connection:
        """The connection, which sees everything that was inserted so far."""
        self.flush()
        return self._connection

    def insert(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows for a table; all rows of a table must have the same keys."""
        self._rows.setdefault(table, []).extend(rows)

    def flush(self) -> None:
        """Write what was inserted, table by table in the order they were first named."""
        rows, self._rows = self._rows, {}
        for table, several in rows.items():
            self._connection.execute(_insert_into(table), several)


_inserts: Final[dict[str, sa.Insert]] = {}


def _insert_into(table: sa.Table) -> sa.Insert:
    return _inserts.setdefault(table.name, sa.insert(table))


Work = Callable[[Writer], Any]
Transaction = Callable[[], AbstractContextManager[sa.Connection]]


def run_together(transaction: Transaction, works: Sequence[Work]) -> list[Any]:
    """What each work returns, once all of them are committed in one transaction."""
    with transaction() as connection:
        writer = Writer(connection)
        results = [work(writer) for work in works]
        writer.flush()
        reach("accept.written")
    return results


class _Entry:
    """One work and what came of it; `woken` is a lock that opens when there is news."""

    __slots__ = ("fault", "leads", "result", "taken", "woken", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.woken = threading.Lock()
        self.woken.acquire()
        self.leads = False
        self.taken = False
        self.result: Any = None
        self.fault: BaseException | None = None


class GroupCommit:
    """Works of any number of threads, in as few transactions as they allow."""

    def __init__(
        self, turn: Callable[[], AbstractContextManager[None]], transaction: Transaction, *, patience: float
    ) -> None:
        """`turn`: the right to write among processes; `transaction`: one inside it; `patience`: seconds a work waits."""
        self._turn = turn
        self._transaction = transaction
        self._patience = patience
        self._mutex = threading.Lock()
        self._queue: deque[_Entry] = deque()
        self._is_led = False

    def run(self, work: Work) -> Any:
        """What `work` returns, once it is committed. It may be run again where another work of its group failed.

        Raises what it raised, or what the database did.
        """
        entry = _Entry(work)
        with self._mutex:
            self._queue.append(entry)
            leads, self._is_led = not self._is_led, True
        if leads or self._comes_to_lead(entry):
            self._lead(entry)
        if entry.fault is not None:
            raise entry.fault
        return entry.result

    def _comes_to_lead(self, entry: _Entry) -> bool:
        """Wait until the work is done, or until it is this thread's to lead. Raises TimeoutError of sqlalchemy."""
        if entry.woken.acquire(timeout=self._patience):
            return entry.leads
        with self._mutex:
            if entry.leads:
                return True
            if not entry.taken:
                self._queue.remove(entry)
                raise PoolTimeout("the database is busy")
        if not entry.woken.acquire(timeout=self._patience):
            raise PoolTimeout("the database does not answer")
        return False

    def _lead(self, own: _Entry) -> None:
        batch: list[_Entry] = []
        try:
            with self._turn():
                batch = self._take()
                self._commit(batch)
        except BaseException as fault:
            own.fault = fault
            if not isinstance(fault, Exception):
                raise
        finally:
            self._pass_on(own, batch)

    def _take(self) -> list[_Entry]:
        with self._mutex:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            for entry in batch:
                entry.taken = True
        return batch

    def _commit(self, batch: Sequence[_Entry]) -> None:
        try:
            results = run_together(self._transaction, [entry.work for entry in batch])
        except Exception as fault:  # noqa: BLE001 - it is raised again in each thread that it concerns
            if len(batch) == 1 or isinstance(fault, _OF_ALL):
                for entry in batch:
                    entry.fault = fault
            else:
                for entry in batch:
                    self._commit([entry])
            return
        for entry, result in zip(batch, results, strict=True):
            entry.result = result

    def _pass_on(self, own: _Entry, batch: Sequence[_Entry]) -> None:
        """Wake all whose work is done, and the next to lead."""
        with self._mutex:
            if not own.taken:
                self._queue.remove(own)
            self._is_led = bool(self._queue)
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].woken.release()
        for entry in batch:
            if entry is not own:
                entry.woken.release()
