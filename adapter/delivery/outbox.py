"""The queue is the message row: claim due messages, begin a push, give back what was not begun.

Each function is one transaction. What is committed where decides what a crash leaves behind: before `begin` a message
is still queued, after it `unknown`. What comes of a push is written by `adapter.delivery.settling`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import courtesy, due
from adapter.delivery.courtesy import Stop
from adapter.delivery.gate import gate_of, known_gate, spend_call
from adapter.delivery.states import DUE, UNDELIVERED
from adapter.faultpoints import reach
from adapter.picky import outcome as outcomes
from adapter.picky.account import Account
from adapter.store.engine import Store
from adapter.store.many_rows import ManyRows
from adapter.store.tables import ATTEMPTS, IS_TAKEN, MESSAGES, PUSHES, SENDING

MOST_CLAIMS: Final = 5  # a message whose preparation killed that many relays is dead


@dataclasses.dataclass(frozen=True, slots=True)
class Claimed:
    """Messages of one account and one head that this relay may push; `token` fences other relays out."""

    account: Account
    destination: str
    token: str
    head: dict[str, Any]
    rows: tuple[sa.Row[Any], ...]


def claim(
    store: Store, account: Account, destination: str, *, now: float, lease: float, token: str
) -> Claimed | float | None:
    """Lease due messages for one push: what was claimed, the seconds until a call may start, or None.

    None means that nothing is due, or that a person or a probe must open the account's gate.
    """
    looked = _look(store, account, destination, now)  # an idle relay must not fight for the write lock
    if looked is not True:
        return looked
    with store.write() as connection:
        gate = known_gate(store, connection, account.name, destination)
        if pause := gate.pause(account.rate):
            return pause if pause < math.inf else None
        due.bring_due(connection, now)
        first = due.first(connection, gate)
        if first is None:
            return due.pause_for_media(connection, gate)
        if first.claims - first.attempts >= MOST_CLAIMS:
            _bury(connection, first, now)
            return None
        most, until = gate.most_messages(account), gate.clock + lease
        rows = due.lease(connection, gate, first, most=most, token=token, until=until)
        if not rows:  # somebody holds the rows for a moment, in a transaction of his own
            return _OCCUPIED_PAUSE
        spend_call(connection, gate, rate=account.rate, media=first.spaced)
        reach("claim.written")
    return Claimed(account, destination, token, first.head, tuple(sorted(rows, key=lambda row: int(row.seq))))


_OCCUPIED_PAUSE: Final = 0.1


def _look(store: Store, account: Account, destination: str, now: float) -> bool | float | None:
    """Without a lock: True when there is something to claim now, else what `claim` returns."""
    with store.read() as connection:
        gate = gate_of(store, connection, account.name, destination)
        if gate is None:
            return True  # its first message: `claim` makes its row
        pause = gate.pause(account.rate)
        if pause == math.inf:
            return None
        if due.first(connection, gate) is not None or due.has_come_due(connection, now):
            return pause or True
        return due.pause_for_media(connection, gate)


def begin(
    store: Store, claimed: Claimed, *, push: str, now: float, lease: float, zone: dt.tzinfo = dt.UTC
) -> tuple[sa.Row[Any], ...]:
    """Write down that a push is about to be made; the rows that may go into it.

    Left out are those whose lease is gone, which were cancelled, or whose hook was paused meanwhile, and those whose
    recipient opted out or is not to be messaged now: they are cancelled or held. `zone` is where the days of an
    account's cap begin. From this commit until the push is settled a crash leaves the rows `unknown`.
    """
    with store.write() as connection:
        account = claimed.account
        gate = gate_of(store, connection, account.name, claimed.destination, lock=bool(account.daily_cap))
        if gate is None or gate.paused:
            return ()
        mine = MESSAGES.c.seq.in_([row.seq for row in claimed.rows]) & (MESSAGES.c.lease_token == claimed.token)
        mine &= MESSAGES.c.status.in_(DUE)
        if gate.paused_hooks:
            mine &= MESSAGES.c.hook.not_in(gate.paused_hooks)
        ours = sa.select(MESSAGES.c.seq).where(mine).order_by(MESSAGES.c.seq).with_for_update()
        taken = set(connection.execute(ours).scalars())
        rows = tuple(row for row in claimed.rows if row.seq in taken)
        stopped = courtesy.stops(connection, rows, account, now=now, zone=zone)
        _stop(connection, stopped, now)
        rows = tuple(row for row in rows if row.seq not in stopped)
        if not rows:
            return ()
        started = {
            "status": "sending", "changed_at": now, "push": push,
            "attempts": MESSAGES.c.attempts + 1, "lease_until": gate.clock + lease,
        }  # fmt: skip
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq.in_([row.seq for row in rows])).values(started))
        connection.execute(sa.insert(PUSHES), {
            "id": push, "account": account.name,
            "url": account.url, "encoding": account.encoding,
            "head": claimed.head, "messages": len(rows), "started_at": now,
        })  # fmt: skip
        _ATTEMPTS.write(connection, [(push, row.id, now) for row in rows])
        reach("begin.written")
    return rows


def _stop(connection: sa.Connection, stopped: Mapping[int, Stop], now: float) -> None:
    """Hold or cancel what must not leave now. The time until it may is no failure, and no lost claim."""
    for seq, stop in stopped.items():
        changes = {
            "status": stop.status, "error": stop.error, "due_at": stop.due_at, "changed_at": now, "lease_token": None,
            "deadline_at": None, "claims": MESSAGES.c.claims - 1, "failures": 0, "failing_since": None,
        }  # fmt: skip
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq == seq).values(changes))


_ATTEMPTS: Final = ManyRows(ATTEMPTS, ("push", "message_id", "started_at"))


def _bury(connection: sa.Connection, row: sa.Row[Any], now: float) -> None:
    """A message whose preparation stopped a relay again and again is not prepared once more."""
    dead = {"status": "dead", "changed_at": now, "error": "preparation_failed", "lease_token": None}
    connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq == row.seq).values(dead))


def release(store: Store, claimed: Claimed) -> None:
    """Give back what was claimed and not begun."""
    with store.write() as connection:
        mine = MESSAGES.c.seq.in_([row.seq for row in claimed.rows]) & (MESSAGES.c.lease_token == claimed.token)
        free = {"lease_token": None, "claims": MESSAGES.c.claims - 1}
        connection.execute(sa.update(MESSAGES).where(mine & MESSAGES.c.status.in_(DUE)).values(free))


def give_up_interrupted(store: Store, *, now: float, resend_after: float) -> int:
    """Messages whose push was begun by a relay that is gone: they may have arrived, so they become `unknown`.

    `resend_after`: seconds until those of a hook that says `on_unknown: resend` are sent again.
    """
    with store.read() as connection:
        clock, boot = store.lease_clock(connection)
        gone = SENDING & ((MESSAGES.c.lease_until < clock) | (MESSAGES.c.lease_boot != boot))
        if connection.execute(sa.select(MESSAGES.c.seq).where(gone).limit(1)).first() is None:
            return 0
    unknown = {
        "status": "unknown", "changed_at": now, "error": outcomes.INTERRUPTED.code, "lease_token": None,
        "due_at": sa.case((MESSAGES.c.resend, now + resend_after), else_=0.0),
    }  # fmt: skip
    with store.write() as connection:
        query = sa.select(MESSAGES.c.seq, MESSAGES.c.id).where(gone).order_by(MESSAGES.c.seq)
        rows = connection.execute(query.with_for_update()).all()
        recalled = recall(connection, [row.id for row in rows], SENDING, now=now)
        left = [row.seq for row in rows if row.id not in recalled]
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq.in_(left)).values(unknown))
    return len(left)


def recall(
    connection: sa.Connection, ids: Sequence[str], where: sa.ColumnElement[bool], *, now: float
) -> frozenset[str]:
    """Messages of which another call is known to have been taken become what that one became; their ids.

    Such a message is never sent again, whatever came of its latest call. `where`: only as long as this is true of it.
    """
    found = connection.execute(_TAKEN, {"ids": list(ids)}).all() if ids else []
    for row in found:
        taken = {
            "status": row.delivery or "accepted", "changed_at": now, "error": None, "due_at": 0.0, "failures": 0,
            "failing_since": None, "push_id": row.push_id, "msg_id": row.msg_id, "credit": row.credit,
            "lease_token": None,
        }  # fmt: skip
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == row.message_id, where).values(taken))
    return frozenset(row.message_id for row in found)


_TAKEN: Final = sa.select(ATTEMPTS).where(
    ATTEMPTS.c.message_id.in_(sa.bindparam("ids", expanding=True)),
    IS_TAKEN,
    ATTEMPTS.c.delivery.is_(None) | ATTEMPTS.c.delivery.not_in(UNDELIVERED),
)  # fmt: skip


def messages_of(store: Store, event: str) -> list[sa.Row[Any]]:
    """An event's messages, in their order."""
    query = sa.select(MESSAGES).where(MESSAGES.c.event_id == event).order_by(MESSAGES.c.seq)
    with store.read() as connection:
        return list(connection.execute(query))
