"""What Picky Assist posted, written down before it is answered; a relay applies it and deletes the row."""

from __future__ import annotations

import sqlalchemy as sa

from adapter.delivery.wakeup import ring
from adapter.faultpoints import reach
from adapter.picky.reports import Callback
from adapter.store.engine import Store
from adapter.store.tables import CALLBACKS


def keep(store: Store, account: str, destination: str, callback: Callback, *, now: float) -> None:
    """Durable when it returns. What has no rows needs none: it is about nothing that could be applied."""
    if callback.kind == "other" or not callback.rows:
        return
    row = {
        "account": account, "destination": destination, "kind": callback.kind, "received_at": now, "due_at": now,
        "rows": list(callback.rows),
    }  # fmt: skip
    with store.write() as connection:
        connection.execute(sa.insert(CALLBACKS).values(row))
        ring(connection)
    reach("callback.stored")
