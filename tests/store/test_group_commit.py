"""Group commit: items of several threads in few transactions, each with its own answer, none with another's fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapter.store.group_commit import MOST_TOGETHER, GroupCommit


class Database:
    """Counts transactions; what was written counts once its transaction ends well."""

    def __init__(self, *, slow: float = 0.0) -> None:
        self.groups: list[list[Any]] = []
        self.slow = slow

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        written: list[Any] = []
        yield written
        time.sleep(self.slow)
        self.groups.append(written)

    def write(self, connection: Any, items: Sequence[Any]) -> list[Any]:
        for item in items:
            if isinstance(item, Exception):
                raise item
        connection.extend(items)
        return [item * 2 for item in items]

    def group(self, *, patience: float = 5.0) -> GroupCommit:
        return GroupCommit(self.write, nullcontext, self.transaction, patience=patience)


def test_one_item_is_one_transaction() -> None:
    database = Database()
    assert database.group().run(21) == 42
    assert database.groups == [[21]]


def test_what_comes_meanwhile_shares_the_next_transaction() -> None:
    database = Database(slow=0.05)
    group = database.group()
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(group.run, range(200))) == [item * 2 for item in range(200)]
    assert sorted(item for items in database.groups for item in items) == list(range(200))
    assert len(database.groups) < 60
    assert max(map(len, database.groups)) <= MOST_TOGETHER


def integrity() -> IntegrityError:
    return IntegrityError("INSERT", None, Exception("twice"))


def test_a_broken_item_fails_alone() -> None:
    database = Database(slow=0.05)
    group = database.group()

    def run(item: Any) -> Any:
        try:
            return group.run(item)
        except IntegrityError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(run, [1, 2, integrity(), 3, integrity(), 4]))
    assert told == [2, 4, "refused", 6, "refused", 8]
    assert sorted(item for items in database.groups for item in items) == [1, 2, 3, 4]


def test_a_database_that_fails_fails_all_who_wait_and_serves_the_next() -> None:
    database = Database(slow=0.05)
    group = database.group()
    fault = OperationalError("BEGIN", None, Exception("disk is full"))
    told = []
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(group.run, item) for item in [1, fault, fault, fault]]:
            told.append(future.exception())
    assert told.count(fault) >= 3
    assert group.run(5) == 10


def test_a_thread_that_waits_for_too_long_is_told_so_and_the_queue_goes_on() -> None:
    database = Database(slow=0.5)
    group = database.group(patience=0.1)
    leader = threading.Thread(target=group.run, args=(1,))
    leader.start()
    time.sleep(0.05)
    with pytest.raises(PoolTimeout):
        group.run(2)
    leader.join()
    assert group.run(3) == 6
    assert 2 not in [item for items in database.groups for item in items]
