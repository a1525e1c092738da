"""Messages whose changes of state are told: the rows of their events, and the states they go through."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from adapter.delivery.acceptance import accept
from adapter.store.engine import Store
from adapter.store.tables import MESSAGES, NOTICES
from tests.delivery.messages import event, outgoing


def store_told(
    store: Store, *states: str, hook: str = "h", count: int = 1, item: Any = None, **changes: Any
) -> list[str]:
    """The ids of messages of one new event whose hook is told of these states."""
    elements = [{"element": at} for at in range(count)] if count > 1 else [{}]
    made = [outgoing(at, item=item or {}, notify=states, **element) for at, element in enumerate(elements)]
    identity = accept(store, event(hook=hook, **changes), made).id
    mine = MESSAGES.c.event_id == identity
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).where(mine).values(notify=f",{','.join(states)},"))
        return list(connection.execute(sa.select(MESSAGES.c.id).where(mine).order_by(MESSAGES.c.seq)).scalars())


def move(store: Store, message: str, *states: str, at: float, error: str | None = None) -> None:
    """Take a message through these states, each at its own time."""
    for step, state in enumerate(states):
        with store.write() as connection:
            mine = sa.update(MESSAGES).where(MESSAGES.c.id == message)
            connection.execute(mine.values(status=state, changed_at=at + step, error=error))


def notices(store: Store) -> list[sa.Row[Any]]:
    """Every row of `notices`."""
    with store.read() as connection:
        return list(connection.execute(sa.select(NOTICES).order_by(NOTICES.c.seq)))
