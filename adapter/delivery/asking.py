"""Asking for delivery reports: of what Picky Assist took and never reported on, within the account's pace.

Its page prefers that reports come by themselves, so a push is asked for once after a while, then ever more seldom, and
at most MOST_ASKS times; messages that are due go first.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import due
from adapter.delivery.gate import Gate, gate_of, spend_call
from adapter.picky.account import Account
from adapter.store.engine import Store
from adapter.store.tables import ATTEMPTS, CALLBACKS, MESSAGES, PUSHES, TO_ASK

MOST_ASKS: Final = 4
_LOOKED_AT: Final = 50  # pushes in one transaction
_SILENT: Final = ("accepted", "submitted", "unknown")


def take_question(store: Store, account: Account, destination: str, *, now: float, every: float) -> str | None:
    """The `push_id` that is to be asked for now, if any; the question counts as asked.

    `every` is the seconds until it is asked again, four times as long after each try.
    """
    mine = TO_ASK & (PUSHES.c.account == account.name) & (PUSHES.c.ask_at <= now)
    with store.read() as connection:
        if connection.execute(sa.select(PUSHES.c.id).where(mine).limit(1)).first() is None:
            return None
        if not _is_idle(connection, gate_of(store, connection, account.name, destination), account, now):
            return None
    with store.write() as connection:
        gate = gate_of(store, connection, account.name, destination, lock=True)
        if gate is None or not _is_idle(connection, gate, account, now):
            return None
        chosen = sa.select(PUSHES).where(mine).order_by(PUSHES.c.ask_at).limit(_LOOKED_AT)
        for row in connection.execute(chosen.with_for_update(skip_locked=True)).all():
            silent = connection.execute(_silent(row.id)).first()
            is_silent = silent is not None and silent.destination == destination
            again = None
            if silent is not None and not is_silent:  # it is for the relays of that destination to ask
                again = now + every
            elif is_silent and row.asks + 1 < MOST_ASKS:
                again = now + every * 4.0 ** (row.asks + 1)
            asked = {"ask_at": again, "asks": row.asks + int(is_silent)}
            connection.execute(sa.update(PUSHES).where(PUSHES.c.id == row.id).values(asked))
            if is_silent:
                spend_call(connection, gate, rate=account.rate, media=False)
                return str(row.push_id)
    return None


def _is_idle(connection: sa.Connection, gate: Gate | None, account: Account, now: float) -> bool:
    """Whether a call may start now, no message wants it, and no report that came waits to be read."""
    if gate is None or gate.pause(account.rate):
        return False
    unread = sa.select(CALLBACKS.c.seq).where(CALLBACKS.c.account == account.name, CALLBACKS.c.tries == 0)
    if connection.execute(unread.limit(1)).first() is not None:
        return False
    return due.first(connection, gate) is None and not due.has_come_due(connection, now)


def _silent(push: str) -> sa.Select[Any]:
    """A message of this push that is not known to have arrived or failed."""
    return (
        sa.select(MESSAGES.c.destination)
        .join(ATTEMPTS, ATTEMPTS.c.message_id == MESSAGES.c.id)
        .where(ATTEMPTS.c.push == push, MESSAGES.c.push == push, MESSAGES.c.status.in_(_SILENT))
        .limit(1)
    )
