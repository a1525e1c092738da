"""What Picky Assist posted, written down before it is answered."""

from __future__ import annotations

import sqlalchemy as sa

from adapter.delivery import optouts
from adapter.delivery.stop_words import Words
from adapter.delivery.wakeup import ring
from adapter.faultpoints import reach
from adapter.picky.reports import Callback
from adapter.store.engine import Store
from adapter.store.tables import CALLBACKS


def keep(store: Store, account: str, destination: str, callback: Callback, *, words: Words, now: float) -> None:
    """Durable when it returns. What has no rows needs none: it is about nothing that could be applied.

    Reports are applied by a relay, which deletes the row then. What a person wrote is heard at once: a STOP must not
    wait behind reports, nor for a relay.
    """
    if callback.kind == "inbound":
        _hear(store, account, callback, words, now)
    elif callback.kind == "delivery" and callback.rows:
        row = {"account": account, "destination": destination, "received_at": now, "due_at": 0.0}
        with store.write() as connection:
            connection.execute(sa.insert(CALLBACKS).values(**row, rows=list(callback.rows)))
            ring(connection)
    reach("callback.stored")


def _hear(store: Store, account: str, callback: Callback, words: Words, now: float) -> None:
    """Most of what people write asks for nothing, and then nobody has to wait for the database."""
    asking = [row for row in callback.rows if optouts.asks(row, words)]
    if asking:
        with store.write() as connection:
            for row in asking:
                optouts.hear(connection, account, row, words=words, now=now)
