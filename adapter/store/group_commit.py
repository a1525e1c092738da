"""Group commit for SQLite: what several threads want to store at the same time shares one transaction and one sync.

The first thread to come leads: it waits for its process's turn to write, commits what all have queued until then, and
hands the lead to the next in the queue. Nothing depends on it but speed: `Store.write_together` without it is a
transaction for each item.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

MOST_TOGETHER: Final = 64
_OF_ALL: Final = (OperationalError, InterfaceError, PoolTimeout)  # faults of the database, not of what one wrote


Commit = Callable[[sa.Connection, Sequence[Any]], Sequence[Any]]
Transaction = Callable[[], AbstractContextManager[sa.Connection]]


class _Entry:
    """One item and what came of it; `woken` is a lock that opens when there is news."""

    __slots__ = ("fault", "item", "leads", "result", "taken", "woken")

    def __init__(self, item: Any) -> None:
        self.item = item
        self.woken = threading.Lock()
        self.woken.acquire()
        self.leads = False
        self.taken = False
        self.result: Any = None
        self.fault: BaseException | None = None


class GroupCommit:
    """Items of any number of threads, written by one function in as few transactions as they allow."""

    def __init__(
        self,
        commit: Commit,
        turn: Callable[[], AbstractContextManager[None]],
        transaction: Transaction,
        *,
        patience: float,
    ) -> None:
        """`commit` writes several items into a transaction and returns what came of each, in their order.

        `turn`: the right to write among processes; `transaction`: one inside it; `patience`: seconds a thread waits.
        """
        self._write = commit
        self._turn = turn
        self._transaction = transaction
        self._patience = patience
        self._mutex = threading.Lock()
        self._queue: deque[_Entry] = deque()
        self._is_led = False

    def run(self, item: Any) -> Any:
        """What came of `item`, once it is committed. It is written again where another one of its group failed.

        Raises what writing it raised.
        """
        entry = _Entry(item)
        with self._mutex:
            self._queue.append(entry)
            leads, self._is_led = not self._is_led, True
        if leads or self._comes_to_lead(entry):
            self._lead(entry)
        if entry.fault is not None:
            raise entry.fault
        return entry.result

    def _comes_to_lead(self, entry: _Entry) -> bool:
        """Wait until the item is written, or until it is this thread's to lead. Raises TimeoutError of sqlalchemy."""
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
            for entry in (own, *batch):
                entry.fault = fault
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
            with self._transaction() as connection:
                results = self._write(connection, [entry.item for entry in batch])
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
        """Wake all whose item is written, and the next to lead."""
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
