"""A past: messages that were finished long ago, with their events, pushes, attempts and keys, made by the database.

One message goes through the engine itself; every other row is a copy of its rows in which only what tells rows apart
is another: so a column that is added one day is filled here too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from adapter.store.engine import database_url
from adapter.store.tables import ATTEMPTS, DEDUPE, EVENTS, MESSAGES, PUSHES

_A_PUSH: Final = 10  # messages
_BEGAN: Final = 1_700_000_000.0  # Unix seconds
_FAST: Final = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY")


def fill(url: str, count: int) -> None:
    """Multiply the one message that is in the database at this address; nobody may have it open."""
    engine = sa.create_engine(database_url(url))  # without the waits for the disk that the store asks for
    with engine.connect() as connection:
        for pragma in _FAST if engine.dialect.name == "sqlite" else ():
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        _multiply(connection, count)
        connection.commit()
    if engine.dialect.name == "sqlite":
        os.sync()  # else the first to commit would wait for all of it to reach the disk
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for command in ("VACUUM ANALYZE", "CHECKPOINT"):  # what would have been done in the meantime
                connection.execute(sa.text(command))
    engine.dispose()


def _multiply(connection: sa.Connection, count: int) -> None:
    numbers = sa.select(sa.literal(1, sa.BigInteger).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < count))
    for table, changed in _changed(numbers.c.n).items():
        is_push = table is PUSHES
        names = [column.name for column in table.columns if column.name != "seq"]
        first = sa.select(table).limit(1).subquery()
        rows = sa.select(*(changed.get(name, first.c[name]) for name in names)).select_from(
            sa.join(numbers, first, sa.true())
        )
        if is_push:
            rows = rows.where(numbers.c.n % _A_PUSH == 0)
        connection.execute(sa.insert(table).from_select(names, rows))


def _changed(n: sa.ColumnElement[int]) -> Mapping[sa.Table, Mapping[str, sa.ColumnElement[Any]]]:
    """What tells the rows apart. Ids of events grow with time, as ULIDs do; ids of pushes and digests are scattered."""
    event = _text("01J000000000000", n)
    message = event + "-1"
    pushed = n - n % _A_PUSH
    push = _text("", (pushed * 2_654_435_761) % 4_294_967_296) + _text("0123456789", pushed)
    moment = _BEGAN + n * sa.literal(0.1)
    receipt = {"push_id": _text("", pushed), "msg_id": _text("", n)}
    return {
        EVENTS: {"id": event, "received_at": moment},
        MESSAGES: {
            "id": message, "event_id": event, "reference": message, "number": _text("9", n), "created_at": moment,
            "changed_at": moment, "push": push, **receipt,
        },
        PUSHES: {"id": push, "started_at": moment, "finished_at": moment},
        ATTEMPTS: {"push": push, "message_id": message, "started_at": moment, "finished_at": moment, **receipt},
        DEDUPE: {"digest": _text("sandbox:", (n * 2_654_435_761) % 4_294_967_296) + event},
    }  # fmt: skip


def _text(prefix: str, number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """The prefix and the number, all of one length."""
    return sa.literal(prefix, sa.Text) + sa.cast(number + 10_000_000_000, sa.Text)
