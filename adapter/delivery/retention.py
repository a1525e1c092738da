"""Forgetting what is finished and old, a little at a time, so that nobody who accepts or relays has to wait for it."""

from __future__ import annotations

import time
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import tallies
from adapter.store.engine import Store
from adapter.store.tables import ATTEMPTS, DEDUPE, EVENTS, HANDED, MESSAGES, NOTICE_WAITS, NOTICES, PUSHES, REPORTS

CHUNK: Final = 200  # events in one transaction
_LOOK_SECONDS: Final = 600.0
_WAITING: Final = ("queued", "retrying", "sending", "held", "parked")
_LONGEST_LIMIT: Final = 30 * 86_400.0
_TO_BE_TOLD: Final = sa.select(NOTICES.c.event_id).where(
    NOTICE_WAITS, NOTICES.c.event_id.in_(sa.bindparam("events", expanding=True))
)


class Sweeper:
    """Deletes one chunk at each call while there is something to delete, and looks for it seldom while there is not."""

    def __init__(self, store: Store, retention: float | None) -> None:
        """`retention`: seconds an event is kept; None for ever. What still waits to be sent is always kept."""
        self._store = store
        self._retention = retention
        self._look_at = 0.0
        self._after = 0

    def sweep(self, *, now: float) -> int:
        """Delete at most CHUNK events that are older than the retention; how many events were looked at."""
        if time.monotonic() < self._look_at:
            return 0
        looked = self._forget_keys(now) + self._forget_handed(now)
        if self._retention is not None:
            looked += self._forget_events(now - self._retention)
        if not looked:
            tallies.forget(self._store, now=now)
            self._look_at = time.monotonic() + _LOOK_SECONDS
            self._after = 0
        return looked

    def _forget_keys(self, now: float) -> int:
        """Keys whose time is over let everything through anyway."""
        old = sa.select(DEDUPE.c.hook, DEDUPE.c.digest).where(DEDUPE.c.expires_at <= now).limit(CHUNK)
        with self._store.read() as connection:
            if connection.execute(old.limit(1)).first() is None:
                return 0
        with self._store.write() as connection:
            keys = [tuple(row) for row in connection.execute(old)]
            mine = sa.tuple_(DEDUPE.c.hook, DEDUPE.c.digest).in_(keys) & (DEDUPE.c.expires_at <= now)
            return connection.execute(sa.delete(DEDUPE).where(mine)).rowcount

    def _forget_handed(self, now: float) -> int:
        """Beyond the longest span of a `limit` nobody counts them."""
        old = sa.select(HANDED.c.message_id).where(HANDED.c.at < now - _LONGEST_LIMIT).limit(CHUNK)
        with self._store.read() as connection:
            if connection.execute(old.limit(1)).first() is None:
                return 0
        with self._store.write() as connection:
            ids = list(connection.execute(old).scalars())
            return connection.execute(sa.delete(HANDED).where(HANDED.c.message_id.in_(ids))).rowcount

    def _forget_events(self, before: float) -> int:
        oldest = (
            sa.select(EVENTS.c.seq, EVENTS.c.id, EVENTS.c.received_at)
            .where(EVENTS.c.seq > self._after)
            .order_by(EVENTS.c.seq)
            .limit(CHUNK)
        )
        with self._store.read() as connection:
            rows = [row for row in connection.execute(oldest) if row.received_at < before]
        if rows:
            self._after = rows[-1].seq  # what is kept is not looked at again before the next round
            self._delete([row.id for row in rows], before)
        return len(rows)

    def _delete(self, events: list[str], before: float) -> None:
        """Delete those of these events of which nothing waits, with all that was written about them."""
        with self._store.write() as connection:
            theirs = sa.select(MESSAGES).where(MESSAGES.c.event_id.in_(events)).order_by(MESSAGES.c.seq)
            messages = connection.execute(theirs.with_for_update()).all()
            kept = {row.event_id for row in messages if _is_alive(row, before)}
            kept |= set(connection.execute(_TO_BE_TOLD, {"events": events}).scalars())
            ids = [row.id for row in messages if row.event_id not in kept]
            attempts = ATTEMPTS.c.message_id.in_(ids)
            pushes = set(connection.execute(sa.select(ATTEMPTS.c.push).where(attempts)).scalars())
            connection.execute(sa.delete(ATTEMPTS).where(attempts))
            for table in (REPORTS, NOTICES):
                connection.execute(sa.delete(table).where(table.c.message_id.in_(ids)))
            connection.execute(sa.delete(MESSAGES).where(MESSAGES.c.id.in_(ids)))
            connection.execute(sa.delete(EVENTS).where(EVENTS.c.id.in_([one for one in events if one not in kept])))
            used = sa.select(ATTEMPTS.c.push).where(ATTEMPTS.c.push == PUSHES.c.id).exists()
            connection.execute(sa.delete(PUSHES).where(PUSHES.c.id.in_(pushes), ~used))


def _is_alive(row: sa.Row[Any], before: float) -> bool:
    """Whether a message waits for something, or something became of it not long ago."""
    return row.status in _WAITING or row.due_at > 0 or row.deadline_at is not None or row.changed_at >= before
