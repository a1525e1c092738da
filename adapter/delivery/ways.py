"""Fallback: the next way of a message that was not delivered, and an end to the later ones where an earlier one was.

A way is a message of its own, made in the transaction that ends the one before it; `next_way` says that it was made, so
it is made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import optouts
from adapter.delivery.acceptance import MESSAGE_ROWS, message_row
from adapter.delivery.batch import Outgoing
from adapter.delivery.states import ARRIVED, UNDELIVERED, WAITING
from adapter.delivery.wakeup import ring
from adapter.faultpoints import reach
from adapter.store.engine import Store
from adapter.store.tables import HAS_DEADLINE, MESSAGES, PAUSES, REPORTS

CHUNK: Final = 100
_LOOK_AGAIN: Final = 5.0  # a message that is being sent is not overtaken; its answer is near
_CANCELLED: Final = {"status": "cancelled", "due_at": 0.0, "lease_token": None}


def after_failure(connection: sa.Connection, seqs: Sequence[int], *, now: float) -> None:
    """Take the next way of those messages that ended failed or refunded.

    Not where it was reported as delivered before, nor where its recipient opted out.
    """
    ended = MESSAGES.c.seq.in_(seqs) & MESSAGES.c.status.in_(UNDELIVERED) & MESSAGES.c.ways.is_not(None)
    arrived = sa.select(REPORTS.c.seq).where(REPORTS.c.message_id == MESSAGES.c.id, REPORTS.c.status.in_(ARRIVED))
    rows = connection.execute(sa.select(MESSAGES).where(ended, ~arrived.exists()).order_by(MESSAGES.c.seq)).all()
    for row in rows:
        _take(connection, row, now)


def overdue(store: Store, *, now: float) -> int:
    """Take the next way of messages that were not delivered within their deadline; how many were looked at."""
    late = HAS_DEADLINE & (MESSAGES.c.deadline_at <= now)
    with store.read() as connection:
        if connection.execute(sa.select(MESSAGES.c.seq).where(late).limit(1)).first() is None:
            return 0
    with store.write() as connection:
        chosen = sa.select(MESSAGES).where(late).order_by(MESSAGES.c.deadline_at).limit(CHUNK)
        rows = connection.execute(chosen.with_for_update(skip_locked=True)).all()
        paused = {(one.kind, one.name) for one in connection.execute(sa.select(PAUSES))} if rows else set()
        for row in rows:
            is_paused = bool({("hook", row.hook), ("account", row.account)} & paused)
            _overdue(connection, row, now, is_paused=is_paused)
    return len(rows)


def _overdue(connection: sa.Connection, row: sa.Row[Any], now: float, *, is_paused: bool) -> None:
    """What takes over must be the only one that is still sent. While nothing may leave, the time begins anew."""
    changes: dict[str, Any] = {"deadline_at": None}
    if is_paused and row.status in WAITING:
        changes = {"deadline_at": now + (row.deadline_after or 0.0) + _LOOK_AGAIN}
    elif row.status == "sending":
        changes = {"deadline_at": now + _LOOK_AGAIN}
    elif row.status in _MAY_FAIL and _take(connection, row, now):
        if row.status in WAITING:
            changes |= {**_CANCELLED, "error": "overtaken", "changed_at": now}
        elif row.status == "unknown":
            changes |= {"resend": False, "due_at": 0.0}
    connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq == row.seq).values(changes))


_MAY_FAIL: Final = frozenset({*WAITING, "unknown", "accepted", "submitted", "dead", *UNDELIVERED})


def _take(connection: sa.Connection, row: sa.Row[Any], now: float) -> bool:
    """Make the next way of a message; False where there is none, or it was made, or the recipient opted out."""
    if not row.ways:
        return False
    chain, origin = row.chain or row.id, row.origin or row.account
    identity = f"{chain}-{row.way + 1}"
    first, *rest = row.ways
    mine = MESSAGES.c.seq == row.seq
    if optouts.among(connection, {(name, row.number) for name in (origin, row.account, first["account"])}):
        connection.execute(sa.update(MESSAGES).where(mine).values(ways=None, deadline_at=None))
        return False
    taken = sa.update(MESSAGES).where(mine, MESSAGES.c.next_way.is_(None))
    if not connection.execute(taken.values(next_way=identity, deadline_at=None)).rowcount:
        return False
    way = Outgoing(
        first["account"], row.number, first["head"], first["item"], first["priority"],
        element=row.element, resend=row.resend, courtesy=row.courtesy, ways=tuple(rest),
        notify=tuple(state for state in (row.notify or "").split(",") if state),
    )  # fmt: skip
    event = {"id": row.event_id, "hook": row.hook, "destination": row.destination, "received_at": now}
    made = message_row(event, identity, way)
    made |= {"chain": chain, "origin": origin, "way": row.way + 1, "expires_at": row.expires_at}
    MESSAGE_ROWS.write(connection, [MESSAGE_ROWS.row(connection.dialect, made)])
    ring(connection)
    reach("way.written")
    return True


def stop_later(connection: sa.Connection, rows: Sequence[sa.Row[Any]], *, now: float) -> None:
    """These messages were delivered after all: stop their later ways where that is still possible."""
    following = {row.next_way for row in rows if row.next_way}
    while following:
        later = connection.execute(sa.select(MESSAGES).where(MESSAGES.c.id.in_(following)).with_for_update()).all()
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id.in_(following)).values(ways=None, deadline_at=None))
        waiting = [row.seq for row in later if row.status in WAITING]
        cancelled = {**_CANCELLED, "error": "delivered_otherwise", "changed_at": now}
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq.in_(waiting)).values(cancelled))
        unanswered = [row.seq for row in later if row.status == "unknown"]
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq.in_(unanswered)).values(resend=False, due_at=0.0))
        following = {row.next_way for row in later if row.next_way}
