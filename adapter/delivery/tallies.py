"""How many messages, and events that made none, are in which state: kept by the database's triggers, read here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from adapter.store.engine import Store
from adapter.store.tables import TALLIES, TALLY_CHANGES

HOUR: Final = 3_600
_FOLDED: Final = 5_000  # changes in one transaction
_OLD_HOURS: Final = 2
_TURN: Final = 0x7A111E5  # the number of the lock that folders take in turns
_KEY: Final = tuple(column.name for column in TALLIES.primary_key)


@dataclasses.dataclass(frozen=True, slots=True)
class Tally:
    """So many of one state; `hour` in hours since 1970, of when they were made or came."""

    hour: int
    hook: str
    account: str
    status: str
    count: int


def _rows() -> sa.Subquery:
    """Both tables as one, in one look: what is being folded is neither missed nor counted twice."""
    tables = (TALLIES, TALLY_CHANGES)
    return sa.union_all(*(sa.select(*(table.c[name] for name in (*_KEY, "count"))) for table in tables)).subquery()


def since(store: Store, destination: str, hour: int) -> list[Tally]:
    """All that was made, or came, in this hour or later, by hour, hook, account and state."""
    return _read(store, destination, lambda rows: rows.c.hour >= hour)


def now_of(store: Store, destination: str, *states: str) -> list[Tally]:
    """All that is in one of these states, however old."""
    return _read(store, destination, lambda rows: rows.c.status.in_(states) & (rows.c["count"] != 0))


def _read(store: Store, destination: str, where: Any) -> list[Tally]:
    rows = _rows()
    names = ("hour", "hook", "account", "status")
    total = sa.cast(sa.func.sum(rows.c["count"]), sa.BigInteger).label("count")
    query = sa.select(*(rows.c[name] for name in names), total).where(rows.c.destination == destination, where(rows))
    with store.read() as connection:
        return [
            Tally(row[0], row[1], row[2], row[3], row[4])
            for row in connection.execute(query.group_by(*(rows.c[name] for name in names)))
            if row[4]
        ]


def by_hook(connection: sa.Connection, destination: str, hour: int) -> dict[str, int]:
    """How much each hook made, or refused, in this hour and later."""
    rows = _rows()
    total = sa.cast(sa.func.sum(rows.c["count"]), sa.BigInteger)
    mine = (rows.c.destination == destination) & (rows.c.hour >= hour)
    found = connection.execute(sa.select(rows.c.hook, total).where(mine).group_by(rows.c.hook))
    return {hook: count for hook, count in found if count}


def is_empty(store: Store, destination: str) -> bool:
    """Whether nothing was ever received for this destination, or all of it is forgotten."""
    rows = _rows()
    query = sa.select(rows.c.hour).where(rows.c.destination == destination, rows.c["count"] > 0).limit(1)
    with store.read() as connection:
        return connection.execute(query).first() is None


def fold(store: Store) -> int:
    """Add the oldest changes to the tallies; how many. One folder at a time: others find that there is nothing to do.

    SQLite's triggers keep the tallies themselves.
    """
    if store.is_sqlite:
        return 0
    with store.write() as connection:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_TURN))).scalar_one():
            return 0
        oldest = sa.select(TALLY_CHANGES.c.seq).order_by(TALLY_CHANGES.c.seq).limit(_FOLDED)
        gone = sa.delete(TALLY_CHANGES).where(TALLY_CHANGES.c.seq.in_(oldest)).returning(TALLY_CHANGES)
        changes: dict[tuple[Any, ...], int] = {}
        rows = connection.execute(gone).all()
        for row in rows:
            key = tuple(row._mapping[name] for name in _KEY)
            changes[key] = changes.get(key, 0) + row._mapping["count"]
        _add(connection, {key: count for key, count in changes.items() if count})
    return len(rows)


def _add(connection: sa.Connection, changes: Mapping[tuple[Any, ...], int]) -> None:
    if not changes:
        return
    insert = postgresql.insert(TALLIES)
    added = insert.on_conflict_do_update(
        index_elements=list(_KEY), set_={"count": TALLIES.c["count"] + insert.excluded["count"]}
    )
    connection.execute(added, [dict(zip(_KEY, key, strict=True)) | {"count": count} for key, count in changes.items()])


def forget(store: Store, *, now: float) -> int:
    """Delete what came to nothing and is past; how many rows."""
    empty = (TALLIES.c["count"] == 0) & (TALLIES.c.hour < now // HOUR - _OLD_HOURS)
    with store.read() as connection:
        if connection.execute(sa.select(TALLIES.c.hour).where(empty).limit(1)).first() is None:
            return 0
    with store.write() as connection:
        if not store.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
        return connection.execute(sa.delete(TALLIES).where(empty)).rowcount
