"""How many messages, and events that made none, are in which state: kept by the database's triggers, read here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
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
    """So many of one hook and account are in one state; an event that made nothing has no account."""

    hook: str
    account: str
    status: str
    count: int


def by_hour(store: Store, destination: str, since_hour: int) -> dict[tuple[int, str], int]:
    """How many of what was made, or came, in this hour (since 1970) and later are in which state, by (hour, state)."""
    rows = _read(store, ("hour", "status"), destination, [since_hour])
    return {(row[0], row[1]): row[2] for row in rows}


def by_hook(store: Store, destination: str, since_hour: int = 0) -> list[Tally]:
    """The same by hook, account and state."""
    return by_hook_since(store, destination, [since_hour])[0]


def by_hook_since(store: Store, destination: str, hours: Sequence[int]) -> list[list[Tally]]:
    """The same for each of several hours, in one look."""
    rows = _read(store, ("hook", "account", "status"), destination, hours)
    return [[Tally(row[0], row[1], row[2], row[at]) for row in rows if row[at]] for at in range(3, 3 + len(hours))]


def now_by_state(store: Store, destination: str) -> dict[str, int]:
    """How many there are of each state, however old."""
    return {row[0]: row[1] for row in _read(store, ("status",), destination, [0])}


def _read(store: Store, names: Sequence[str], destination: str, hours: Sequence[int]) -> list[tuple[Any, ...]]:
    """Rows of these columns, and a sum since each of the hours; without those that came to nothing.

    Both tables in one look: what is being folded is neither missed nor counted twice.
    """
    parts = [
        sa.select(*(table.c[name] for name in _KEY[1:]), table.c["count"]).where(
            table.c.destination == destination, table.c.hour >= min(hours), table.c["count"] != 0
        )
        for table in ((TALLIES,) if store.is_sqlite else (TALLIES, TALLY_CHANGES))
    ]
    rows = sa.union_all(*parts).subquery()
    keys = [rows.c[name] for name in names]
    since = [sa.case((rows.c.hour >= hour, rows.c["count"]), else_=0) for hour in hours]
    sums = [sa.cast(sa.func.sum(count), sa.BigInteger) for count in since]
    with store.read() as connection:
        found = connection.execute(sa.select(*keys, *sums).group_by(*keys))
        return [tuple(row) for row in found if any(row[len(names) :])]


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
