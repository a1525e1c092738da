"""The audit log: what people did in the console and through the API, newest first; old entries are removed."""

from __future__ import annotations

import dataclasses
from typing import Final

import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.tables import AUDIT

KEPT_SECONDS: Final = 400 * 86_400.0
PAGE: Final = 50
"""Entries of one page."""
_LONGEST: Final = 200
_REMOVED: Final = 20  # with each new entry, so that the log shrinks faster than it grows


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """That `who` (`owner`, `token <name>`, or `somebody`) did `what` to `about`, in words; `at` in Unix seconds."""

    seq: int
    at: float
    who: str
    what: str
    about: str


def write(store: Store, what: str, about: str = "", *, who: str = "owner", now: float) -> None:
    """Write down that somebody did something; no numbers, texts and secrets. The oldest that are over go."""
    row = {"at": now, "who": who[:_LONGEST], "what": what[:_LONGEST], "about": about.replace("\0", "\ufffd")[:_LONGEST]}
    oldest = sa.select(AUDIT.c.seq).order_by(AUDIT.c.seq).limit(_REMOVED)
    with store.write() as connection:
        some = list(connection.execute(oldest).scalars())
        over = AUDIT.c.seq.in_(some) & (AUDIT.c.at < now - KEPT_SECONDS)
        connection.execute(sa.delete(AUDIT).where(over))
        connection.execute(sa.insert(AUDIT).values(row))


def page(store: Store, *, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """The newest entries, or those before the one of that `seq`."""
    query = sa.select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AUDIT.c.seq < before)
    with store.read() as connection:
        return [Entry(**row._mapping) for row in connection.execute(query)]
