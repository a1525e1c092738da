"""What came to a hook lately: when, how much of it was rejected, and why. A bounded look at the newest events."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.hiding import hidden
from adapter.store.engine import Store
from adapter.store.tables import EVENTS

WEEK: Final = 7 * 86_400.0


@dataclasses.dataclass(frozen=True, slots=True)
class Lately:
    """The requests of the last seven days, at most so many that were looked at (then there are `more`).

    `last_at` is when the newest came, also before that; `reason` is the most frequent one of those rejected, numbers
    hidden.
    """

    last_at: float | None
    requests: int
    rejected: int
    reason: str
    more: bool

    @property
    def share(self) -> int:
        """Percent that were rejected; 1 where it is less and not nothing."""
        return 0 if not self.rejected else max(1, round(100 * self.rejected / self.requests))


def lately(store: Store, hook: str, destination: str, *, now: float, most: int = 200) -> Lately:
    """What came to this hook."""
    columns = (EVENTS.c.received_at, EVENTS.c.status, EVENTS.c.reason)
    rows = _newest(store, columns, hook, destination, most)
    recent = [row for row in rows if row.received_at >= now - WEEK]
    reasons = Counter(str(hidden(row.reason or "")) for row in recent if row.status == "rejected")
    return Lately(
        last_at=rows[0].received_at if rows else None,
        requests=len(recent),
        rejected=reasons.total(),
        reason=reasons.most_common(1)[0][0] if reasons else "",
        more=len(recent) == most,
    )


def newest(store: Store, hook: str, destination: str, *, most: int = 20) -> list[sa.Row[Any]]:
    """The newest events of a hook: id, received_at, status, messages, reason."""
    columns = (EVENTS.c.id, EVENTS.c.received_at, EVENTS.c.status, EVENTS.c.messages, EVENTS.c.reason)
    return _newest(store, columns, hook, destination, most)


def _newest(store: Store, columns: Any, hook: str, destination: str, most: int) -> list[sa.Row[Any]]:
    mine = (EVENTS.c.hook == hook) & (EVENTS.c.destination == destination)
    query = sa.select(*columns).where(mine).order_by(EVENTS.c.seq.desc()).limit(most)
    with store.read() as connection:
        return list(connection.execute(query))
