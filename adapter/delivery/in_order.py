"""Several messages are always locked in the order they were made, so that nobody waits in a circle."""

from __future__ import annotations

import sqlalchemy as sa

from adapter.store.tables import MESSAGES


def in_order(
    where: sa.ColumnElement[bool], *, most: int | None = None, skip_locked: bool = False
) -> sa.ColumnElement[bool]:
    """The condition for an UPDATE of the messages that fit, the first `most` of them.

    PostgreSQL evaluates a CTE that locks just once, unlike a subquery. SQLite tells no row count behind one: whoever
    needs it lets the rows be returned.
    """
    chosen = sa.select(MESSAGES.c.seq).where(where).order_by(MESSAGES.c.seq).limit(most)
    locked = chosen.with_for_update(skip_locked=skip_locked).cte("in_order")
    return MESSAGES.c.seq.in_(sa.select(locked.c.seq)) & where
