"""The queue is the message row: claim due messages, begin a push, give back what was not begun.

Each function is one transaction. What is committed where decides what a crash leaves behind: before `begin` a message
is still queued, after it `unknown`. What comes of a push is written by `adapter.delivery.settling`.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.gate import Gate, gate_of, known_gate, spend_call
from adapter.delivery.states import DUE
from adapter.faultpoints import reach
from adapter.picky import outcome as outcomes
from adapter.picky.account import Account
from adapter.store.engine import Store
from adapter.store.many_rows import ManyRows
from adapter.store.tables import ATTEMPTS, LATER, MESSAGES, PUSHES, SENDING, WAITS, status_is

MOST_CLAIMS: Final = 5  # a message whose preparation killed that many relays is dead
SUSPECT_CLAIMS: Final = 2  # one that lost so many relays goes alone, so that it takes nobody with it
_LOST: Final = MESSAGES.c.claims - MESSAGES.c.attempts
_CLAIMED: Final = tuple(
    MESSAGES.c[name]
    for name in (
        "seq", "id", "event_id", "number", "item", "hook", "attempts", "failures", "failing_since", "split", "resend",
    )
)  # fmt: skip


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
        if (pause := gate.pause(account.rate)) == math.inf:
            return None
        if pause:
            return pause
        _bring_due(connection, now)
        due = _due(account, gate)
        first = connection.execute(due.add_columns(*_OF_THE_FIRST).limit(1)).first()
        if first is None:
            return _pause_for_media(connection, account, gate)
        if first.claims - first.attempts >= MOST_CLAIMS:
            _bury(connection, first, now)
            return None
        spend_call(connection, gate, rate=account.rate, media=first.spaced)
        rows = _lease(connection, due, first, gate.most_messages(account), {
            "lease_token": token,
            "lease_until": gate.clock + lease,
            "lease_boot": gate.boot,
            "claims": MESSAGES.c.claims + 1,
        })  # fmt: skip
        reach("claim.written")
    return Claimed(account, destination, token, first.head, tuple(sorted(rows, key=lambda row: int(row.seq))))


_OF_THE_FIRST: Final = tuple(MESSAGES.c[name] for name in ("head", "head_digest", "claims", "spaced", "priority"))


def _look(store: Store, account: Account, destination: str, now: float) -> bool | float | None:
    """Without a lock: True when there is something to claim now, else what `claim` returns."""
    with store.read() as connection:
        gate = gate_of(store, connection, account.name, destination)
        if gate is None:
            return True  # its first message: `claim` makes its row
        pause = gate.pause(account.rate)
        if pause == math.inf:
            return None
        if connection.execute(_due(account, gate).limit(1)).first() is not None:
            return pause or True
        if connection.execute(sa.select(MESSAGES.c.seq).where(_come_due(now)).limit(1)).first() is not None:
            return pause or True
        return _pause_for_media(connection, account, gate)


def _come_due(now: float) -> sa.ColumnElement[bool]:
    """Its time has come: it is tried again, or it got no answer and its hook says to send it again."""
    again = (MESSAGES.c.status == "retrying") | ((MESSAGES.c.status == "unknown") & MESSAGES.c.resend)
    return LATER & (MESSAGES.c.due_at <= now) & again


def _bring_due(connection: sa.Connection, now: float) -> None:
    """Put what has come due among the rest, where its age gives it its turn."""
    due = {"status": "retrying", "due_at": 0.0, "changed_at": now}
    connection.execute(sa.update(MESSAGES).where(_come_due(now)).values(due))


def _due(account: Account, gate: Gate) -> sa.Select[Any]:
    """What may be claimed, high priority first, then oldest; of each number only its first, if none is under way."""
    mine = (MESSAGES.c.account == account.name) & (MESSAGES.c.destination == gate.destination)
    free = (
        MESSAGES.c.lease_token.is_(None) | (MESSAGES.c.lease_until < gate.clock) | (MESSAGES.c.lease_boot != gate.boot)
    )
    query = sa.select(*_CLAIMED).where(mine, WAITS, free, _stands_first(gate))
    if gate.paused_hooks:
        query = query.where(MESSAGES.c.hook.not_in(gate.paused_hooks))
    if gate.media_pause():
        query = query.where(~MESSAGES.c.spaced)
    return query.order_by(MESSAGES.c.priority.desc(), MESSAGES.c.seq)


_OTHER: Final = MESSAGES.alias("other")
_OTHER_BUSY: Final = status_is("queued", "retrying", "sending", of=_OTHER)
_OTHER_SENDING: Final = _OTHER.c.status == sa.literal_column("'sending'")


def _stands_first(gate: Gate) -> sa.ColumnElement[bool]:
    """No message to the same number is being sent or stands before this one. A look-up for each row, never a join."""
    before = (_OTHER.c.priority > MESSAGES.c.priority) | (
        (_OTHER.c.priority == MESSAGES.c.priority) & (_OTHER.c.seq < MESSAGES.c.seq)
    )
    waits = (_OTHER.c.due_at == 0) & before
    if gate.paused_hooks:
        waits &= _OTHER.c.hook.not_in(gate.paused_hooks)
    blocker: sa.Select[Any] = (
        sa.select(sa.literal_column("1"))
        .where(
            _OTHER.c.number == MESSAGES.c.number,
            _OTHER.c.account == MESSAGES.c.account,
            _OTHER.c.destination == MESSAGES.c.destination,
            _OTHER_BUSY,
            _OTHER_SENDING | waits,
        )
        .limit(1)
    )
    return blocker.correlate(MESSAGES).scalar_subquery().is_(None)


def _lease(
    connection: sa.Connection, due: sa.Select[Any], first: sa.Row[Any], most: int, lease: dict[str, Any]
) -> list[sa.Row[Any]]:
    """Lease the first due message and what may share its push."""
    if first.claims - first.attempts >= SUSPECT_CLAIMS:
        like = MESSAGES.c.seq == first.seq
    else:
        same_split = MESSAGES.c.split.is_not_distinct_from(first.split)
        like = (MESSAGES.c.head_digest == first.head_digest) & same_split & (_LOST < SUSPECT_CLAIMS)
    chosen = due.with_only_columns(MESSAGES.c.seq).where(like).limit(most).with_for_update(skip_locked=True)
    theirs = MESSAGES.c.seq.in_(sa.select(chosen.cte("chosen").c.seq))  # PostgreSQL evaluates a CTE that locks once
    return list(connection.execute(sa.update(MESSAGES).where(theirs).values(lease).returning(*_CLAIMED)))


def _pause_for_media(connection: sa.Connection, account: Account, gate: Gate) -> float | None:
    """Seconds until media may follow media, where only such messages are due."""
    if not gate.media_pause():
        return None
    mine = (MESSAGES.c.account == account.name) & (MESSAGES.c.destination == gate.destination)
    waiting = sa.select(MESSAGES.c.seq).where(mine, WAITS, MESSAGES.c.spaced).limit(1)
    return gate.media_pause() if connection.execute(waiting).first() is not None else None


def begin(store: Store, claimed: Claimed, *, push: str, now: float, lease: float) -> tuple[sa.Row[Any], ...]:
    """Write down that a push is about to be made; the rows that may go into it.

    Left out are those whose lease is gone, which were cancelled, or whose hook was paused meanwhile. From this commit
    until the push is settled a crash leaves them `unknown`.
    """
    with store.write() as connection:
        gate = gate_of(store, connection, claimed.account.name, claimed.destination)
        if gate is None or gate.paused:
            return ()
        mine = MESSAGES.c.seq.in_([row.seq for row in claimed.rows]) & (MESSAGES.c.lease_token == claimed.token)
        if gate.paused_hooks:
            mine &= MESSAGES.c.hook.not_in(gate.paused_hooks)
        started = {
            "status": "sending", "changed_at": now, "push": push,
            "attempts": MESSAGES.c.attempts + 1, "lease_until": gate.clock + lease,
        }  # fmt: skip
        update = sa.update(MESSAGES).where(mine & MESSAGES.c.status.in_(DUE)).values(started)
        taken = set(connection.execute(update.returning(MESSAGES.c.seq)).scalars())
        rows = tuple(row for row in claimed.rows if row.seq in taken)
        if rows:
            connection.execute(sa.insert(PUSHES), {
                "id": push, "account": claimed.account.name,
                "url": claimed.account.url, "encoding": claimed.account.encoding,
                "head": claimed.head, "messages": len(rows), "started_at": now,
            })  # fmt: skip
            _ATTEMPTS.write(connection, [{"push": push, "message_id": row.id, "started_at": now} for row in rows])
        reach("begin.written")
    return rows


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
        return connection.execute(sa.update(MESSAGES).where(gone).values(unknown)).rowcount


def messages_of(store: Store, event: str) -> list[sa.Row[Any]]:
    """An event's messages, in their order."""
    query = sa.select(MESSAGES).where(MESSAGES.c.event_id == event).order_by(MESSAGES.c.seq)
    with store.read() as connection:
        return list(connection.execute(query))
