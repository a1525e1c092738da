"""What may be claimed now, as statements: made once, because a relay asks for it all day long."""

from __future__ import annotations

import functools
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.gate import Gate
from adapter.delivery.in_order import in_order
from adapter.store.tables import CALLBACKS, HAS_WAYS, LATER, MESSAGES, WAITS, status_is

SUSPECT_CLAIMS: Final = 2  # a message that lost so many relays goes alone, so that it takes nobody with it
CLAIMED: Final = tuple(
    MESSAGES.c[name]
    for name in (
        "seq", "id", "event_id", "number", "item", "hook", "attempts", "failures", "failing_since", "split", "resend",
        "destination", "courtesy", "released", "expires_at", "origin", "chain", "way", "next_way",
    )
)  # fmt: skip
_OF_THE_FIRST: Final = tuple(MESSAGES.c[name] for name in ("head", "head_digest", "claims", "spaced"))
_OTHER: Final = MESSAGES.alias("other")
_OTHER_BUSY: Final = status_is("queued", "retrying", "sending", of=_OTHER)
_OTHER_SENDING: Final = _OTHER.c.status == sa.literal_column("'sending'")
_MINE: Final = (MESSAGES.c.account == sa.bindparam("of_account")) & (
    MESSAGES.c.destination == sa.bindparam("of_destination")
)
_FREE: Final = (
    MESSAGES.c.lease_token.is_(None)
    | (MESSAGES.c.lease_until < sa.bindparam("clock"))
    | (MESSAGES.c.lease_boot != sa.bindparam("boot"))
)


def parameters(gate: Gate) -> dict[str, Any]:
    """What the statements below ask of an account's gate."""
    found = {"of_account": gate.name, "of_destination": gate.destination, "clock": gate.clock, "boot": gate.boot}
    return found | {"paused": gate.paused_hooks} if gate.paused_hooks else found


def first(connection: sa.Connection, gate: Gate) -> sa.Row[Any] | None:
    """The message that goes next, if any may go now."""
    query = _first(has_paused=bool(gate.paused_hooks), media_wait=gate.media_pause() > 0)
    return connection.execute(query, parameters(gate)).first()


def lease(
    connection: sa.Connection, gate: Gate, like: sa.Row[Any], *, most: int, token: str, until: float
) -> list[sa.Row[Any]]:
    """Lease a message and what may share its push: at most `most`, until `until` of the clock of leases."""
    is_suspect = like.claims - like.attempts >= SUSPECT_CLAIMS
    media_wait = gate.media_pause() > 0
    update = _lease(has_paused=bool(gate.paused_hooks), media_wait=media_wait, is_suspect=is_suspect)
    same = {"most": most} | (
        {"like_seq": like.seq} if is_suspect else {"like_digest": like.head_digest, "like_split": like.split}
    )
    new = {"token": token, "until": until, "new_boot": gate.boot}
    return list(connection.execute(update, {**parameters(gate), **same, **new}))


def pause_for_media(connection: sa.Connection, gate: Gate) -> float | None:
    """Seconds until media may follow media, where only such messages are due."""
    if not gate.media_pause():
        return None
    return gate.media_pause() if connection.execute(_WAITING_MEDIA, parameters(gate)).first() is not None else None


def has_come_due(connection: sa.Connection, now: float) -> bool:
    """Whether there is something for `bring_due` to do."""
    return connection.execute(COME_DUE, {"at": now}).first() is not None


def bring_due(connection: sa.Connection, now: float) -> None:
    """Put what has come due among the rest, where its age gives it its turn."""
    connection.execute(_BRING_DUE, {"at": now})


def due(*, has_paused: bool, media_wait: bool) -> sa.Select[Any]:
    """What may go, high priority first, then oldest; of each number only its first, if none is under way."""
    query = sa.select(*CLAIMED).where(_MINE, WAITS, _FREE, _stands_first(has_paused=has_paused))
    if has_paused:
        query = query.where(MESSAGES.c.hook.not_in(_PAUSED))
    if media_wait:
        query = query.where(~MESSAGES.c.spaced)
    return query.order_by(MESSAGES.c.priority.desc(), MESSAGES.c.seq)


_PAUSED: Final[sa.BindParameter[Any]] = sa.bindparam("paused", expanding=True)


@functools.cache
def _first(*, has_paused: bool, media_wait: bool) -> sa.Select[Any]:
    return due(has_paused=has_paused, media_wait=media_wait).add_columns(*_OF_THE_FIRST).limit(1)


@functools.cache
def _lease(*, has_paused: bool, media_wait: bool, is_suspect: bool) -> Any:
    """One UPDATE … RETURNING. PostgreSQL evaluates a CTE that locks just once, unlike a subquery."""
    if is_suspect:
        like = MESSAGES.c.seq == sa.bindparam("like_seq")
    else:
        same_split = MESSAGES.c.split.is_not_distinct_from(sa.bindparam("like_split", type_=sa.Text))
        lost = MESSAGES.c.claims - MESSAGES.c.attempts
        like = (MESSAGES.c.head_digest == sa.bindparam("like_digest")) & same_split & (lost < SUSPECT_CLAIMS)
    chosen = due(has_paused=has_paused, media_wait=media_wait).with_only_columns(MESSAGES.c.seq).where(like)
    locked = chosen.limit(sa.bindparam("most")).with_for_update(skip_locked=True).cte("chosen")
    leased = {
        "lease_token": sa.bindparam("token"), "lease_until": sa.bindparam("until"),
        "lease_boot": sa.bindparam("new_boot"), "claims": MESSAGES.c.claims + 1,
    }  # fmt: skip
    return sa.update(MESSAGES).where(MESSAGES.c.seq.in_(sa.select(locked.c.seq))).values(leased).returning(*CLAIMED)


def _stands_first(*, has_paused: bool) -> sa.ColumnElement[bool]:
    """No message to the same number is being sent or stands before this one. A look-up for each row, never a join."""
    before = (_OTHER.c.priority > MESSAGES.c.priority) | (
        (_OTHER.c.priority == MESSAGES.c.priority) & (_OTHER.c.seq < MESSAGES.c.seq)
    )
    waits = (_OTHER.c.due_at == 0) & before
    if has_paused:
        waits &= _OTHER.c.hook.not_in(_PAUSED)
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


# What Picky Assist reported is applied first: it may say that what got no answer was taken.
_UNREAD: Final = sa.select(CALLBACKS.c.seq).where(CALLBACKS.c.tries == 0).exists()
# Its time has come: it is tried again, its hour is there, or it got no answer and its hook says to send it again.
_AGAIN: Final = MESSAGES.c.status.in_(["retrying", "held"]) | (
    (MESSAGES.c.status == "unknown") & MESSAGES.c.resend & ~_UNREAD
)
_HAS_COME_DUE: Final = LATER & (MESSAGES.c.due_at <= sa.bindparam("at")) & _AGAIN
COME_DUE: Final = sa.select(MESSAGES.c.seq).where(_HAS_COME_DUE).limit(1)
_MOST_BROUGHT: Final = 500  # at once; the others a moment later
_IS_HELD: Final = MESSAGES.c.status == "held"
_BRING_DUE: Final = (
    sa.update(MESSAGES)
    .where(in_order(_HAS_COME_DUE, most=_MOST_BROUGHT, skip_locked=True))
    .values(
        status=sa.case((_IS_HELD, "queued"), else_="retrying"),
        error=sa.case((_IS_HELD, None), else_=MESSAGES.c.error),
        due_at=sa.literal(0.0),
        changed_at=sa.bindparam("at"),
        deadline_at=sa.case(
            (_IS_HELD & HAS_WAYS, sa.bindparam("at") + MESSAGES.c.deadline_after), else_=MESSAGES.c.deadline_at
        ),
    )
)
_WAITING_MEDIA: Final = sa.select(MESSAGES.c.seq).where(_MINE, WAITS, MESSAGES.c.spaced).limit(1)


def mend_due_times(connection: sa.Connection, now: float) -> int:
    """Let what failed after `now` be tried at once: the clock was set back, and its pause would be as much longer."""
    misdated = LATER & (MESSAGES.c.status == "retrying") & (MESSAGES.c.changed_at > now + _CLOCK_SLACK)
    return connection.execute(sa.update(MESSAGES).where(misdated).values(due_at=0.0, changed_at=now)).rowcount


_CLOCK_SLACK: Final = 60.0  # clocks of several machines are not the same to the second
