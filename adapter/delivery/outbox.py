"""The queue is the message row: claim due messages, begin a push, settle what came of it.

Each function is one transaction. What is committed where decides what a crash leaves behind: before `begin` a message
is still queued, after it `unknown`.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery import pace
from adapter.delivery.states import DUE
from adapter.picky import outcome as outcomes
from adapter.picky.account import Account
from adapter.picky.outcome import Outcome, Row
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, ATTEMPTS, MESSAGES, PUSHES

MOST_CLAIMS: Final = 5  # a message whose preparation killed that many relays is dead
SUSPECT_CLAIMS: Final = 2  # one that lost so many relays goes alone, so that it takes nobody with it
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 3600.0
_PROBE_SECONDS: Final = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class Claimed:
    """Messages of one account and one head that this relay may push; `token` fences other relays out."""

    account: Account
    destination: str
    token: str
    rows: tuple[sa.Row[Any], ...]


def claim(
    store: Store, account: Account, destination: str, *, now: float, lease: float, token: str
) -> Claimed | float | None:
    """Lease due messages for one push: what was claimed, the seconds until the pace allows it, or None."""
    looked = _look(store, account, destination, now)  # an idle relay must not fight for the write lock
    if looked is not True:
        return looked
    with store.write() as connection:
        clock, boot = store.lease_clock(connection)
        state = connection.execute(_state(account, destination).with_for_update()).one()
        due = _due(account, destination, now, clock, boot).with_for_update(skip_locked=True)
        first = connection.execute(due.limit(1)).first()
        if first is None or state.parked is not None:
            return None
        if first.claims - first.attempts >= MOST_CLAIMS:
            _bury(connection, first, now)
            return None
        if (pause := pace.pause_of(state, rate=account.rate, clock=clock, boot=boot)) > 0:
            return pause
        pace.spend(connection, state, rate=account.rate, clock=clock, boot=boot)
        rows = _companions(connection, due, first, account.batch)
        lease_row = {
            "lease_token": token,
            "lease_until": clock + lease,
            "lease_boot": boot,
            "claims": MESSAGES.c.claims + 1,
        }
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq.in_([row.seq for row in rows])).values(lease_row))
    return Claimed(account, destination, token, tuple(sorted(rows, key=lambda row: int(row.seq))))


def _look(store: Store, account: Account, destination: str, now: float) -> bool | float | None:
    """Without a lock: True when there is something to claim now, else the seconds to wait for the pace, or None."""
    with store.read() as connection:
        clock, boot = store.lease_clock(connection)
        if connection.execute(_due(account, destination, now, clock, boot).limit(1)).first() is None:
            return None
        state = connection.execute(_state(account, destination)).first()
    if state is None:
        know_accounts(store, [account.name], destination)
        return True
    if state.parked is not None:
        return None
    return pace.pause_of(state, rate=account.rate, clock=clock, boot=boot) or True


def _companions(connection: sa.Connection, due: sa.Select[Any], first: sa.Row[Any], most: int) -> list[sa.Row[Any]]:
    """`first` and what may share its push: the same head, each number once."""
    lost = MESSAGES.c.claims - MESSAGES.c.attempts
    if first.alone or first.claims - first.attempts >= SUSPECT_CLAIMS:
        return [first]
    same = due.where(MESSAGES.c.head_digest == first.head_digest, ~MESSAGES.c.alone, lost < SUSPECT_CLAIMS)
    found = connection.execute(same.limit(most)).all()
    return list({row.number: row for row in reversed(found)}.values())


def _due(account: Account, destination: str, now: float, clock: float, boot: str) -> sa.Select[Any]:
    free = MESSAGES.c.lease_token.is_(None) | (MESSAGES.c.lease_until < clock) | (MESSAGES.c.lease_boot != boot)
    return (
        sa.select(MESSAGES)
        .where(
            MESSAGES.c.account == account.name,
            MESSAGES.c.destination == destination,
            MESSAGES.c.status.in_([sa.literal_column(f"'{status}'") for status in DUE]),
            MESSAGES.c.due_at <= now,
            free,
        )
        .order_by(MESSAGES.c.priority.desc(), MESSAGES.c.seq)
    )


def _state(account: Account, destination: str) -> sa.Select[Any]:
    return sa.select(ACCOUNTS).where(ACCOUNTS.c.name == account.name, ACCOUNTS.c.destination == destination)


def begin(store: Store, claimed: Claimed, *, push: str, now: float, lease: float) -> tuple[sa.Row[Any], ...]:
    """Write down that a push is about to be made; the rows that may go into it (the lease may be gone for others).

    From this commit until `settle` a crash leaves them `unknown`.
    """
    with store.write() as connection:
        clock, _ = store.lease_clock(connection)
        mine = MESSAGES.c.seq.in_([row.seq for row in claimed.rows]) & (MESSAGES.c.lease_token == claimed.token)
        started = {
            "status": "sending", "changed_at": now, "push": push,
            "attempts": MESSAGES.c.attempts + 1, "lease_until": clock + lease,
        }  # fmt: skip
        due = mine & MESSAGES.c.status.in_(DUE)
        taken = {
            seq
            for (seq,) in connection.execute(sa.update(MESSAGES).where(due).values(started).returning(MESSAGES.c.seq))
        }
        rows = tuple(row for row in claimed.rows if row.seq in taken)
        if rows:
            connection.execute(sa.insert(PUSHES), {
                "id": push, "account": claimed.account.name,
                "url": claimed.account.url, "encoding": claimed.account.encoding,
                "head": rows[0].head, "messages": len(rows), "started_at": now,
            })  # fmt: skip
            attempts = [{"push": push, "message_id": row.id, "started_at": now} for row in rows]
            connection.execute(sa.insert(ATTEMPTS), attempts)
    return rows


def _bury(connection: sa.Connection, row: sa.Row[Any], now: float) -> None:
    """A message whose preparation stopped a relay again and again is not prepared once more."""
    dead = {"status": "dead", "changed_at": now, "error": "preparation_failed", "lease_token": None}
    connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq == row.seq).values(dead))


def release(store: Store, claimed: Claimed) -> None:
    """Give claimed messages back before any push was begun."""
    with store.write() as connection:
        mine = MESSAGES.c.seq.in_([row.seq for row in claimed.rows]) & (MESSAGES.c.lease_token == claimed.token)
        free = {"lease_token": None, "claims": MESSAGES.c.claims - 1}
        connection.execute(sa.update(MESSAGES).where(mine & MESSAGES.c.status.in_(DUE)).values(free))


def settle(
    store: Store, claimed: Claimed, rows: Sequence[sa.Row[Any]], outcome: Outcome, *, push: str, now: float
) -> None:
    """Write down what came of a push, on the push, its attempts, and each message that it is still the latest push of.

    A message that was given up as `unknown` meanwhile takes what a late answer proves.
    """
    verdicts = [_verdict(row, outcome, rows, now) for row in rows]
    with store.write() as connection:
        connection.execute(sa.update(PUSHES).where(PUSHES.c.id == push).values(
            finished_at=now, outcome=outcome.meaning.code, http_status=outcome.http_status,
            body_status=outcome.status, answer=outcome.text,
        ))  # fmt: skip
        connection.execute(_UPDATE_ATTEMPT, [
            {"b_push": push, "b_id": row.id, "finished_at": now, "outcome": new["error"] or new["status"],
             "push_id": new["push_id"], "msg_id": new["msg_id"], "credit": new["credit"]}
            for row, new in zip(rows, verdicts, strict=True)
        ])  # fmt: skip
        connection.execute(
            _UPDATE_MESSAGE,
            [{"b_seq": row.seq, "b_push": push, **new} for row, new in zip(rows, verdicts, strict=True)],
        )
        _settle_account(store, connection, claimed, outcome, now)


_UPDATE_ATTEMPT: Final = (
    sa.update(ATTEMPTS)
    .where(ATTEMPTS.c.push == sa.bindparam("b_push"), ATTEMPTS.c.message_id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(name) for name in ("finished_at", "outcome", "push_id", "msg_id", "credit")})
)
_UPDATE_MESSAGE: Final = (
    sa.update(MESSAGES)
    .where(
        MESSAGES.c.seq == sa.bindparam("b_seq"),
        MESSAGES.c.push == sa.bindparam("b_push"),
        (MESSAGES.c.status == "sending") | (MESSAGES.c.status == "unknown"),
    )
    .values({
        name: sa.bindparam(name)
        for name in (
            "status", "changed_at", "due_at", "alone", "failures", "failing_since",
            "push_id", "msg_id", "credit", "error", "lease_token",
        )
    })
)  # fmt: skip


def _verdict(row: sa.Row[Any], outcome: Outcome, rows: Sequence[sa.Row[Any]], now: float) -> dict[str, Any]:
    """The new columns of one message."""
    meaning = outcome.meaning
    new: dict[str, Any] = {
        "failures": 0, "failing_since": None,
        "status": meaning.state, "changed_at": now, "due_at": 0.0, "alone": row.alone, "push_id": outcome.push_id,
        "msg_id": None, "credit": None, "error": None if meaning.state == "accepted" else meaning.code,
        "lease_token": None,
    }  # fmt: skip
    answered = _answer_row(row.number, outcome.rows)
    if answered is not None:
        new |= {"msg_id": answered.msg_id, "credit": answered.credit}
    if meaning.state != "accepted" and outcome.took_some:
        return new | (
            {"status": "accepted", "error": None} if answered else {"status": "unknown", "error": meaning.code}
        )
    if meaning.content and len(rows) > 1:  # one of them is at fault: each goes again alone
        return new | {"status": "retrying", "alone": True, "push_id": None}
    if meaning.state == "retrying":
        return new | _retry(row, outcome, now)
    return new


def _answer_row(number: str, answered: Sequence[Row]) -> Row | None:
    return next((row for row in answered if row.number == number), None)


def _retry(row: sa.Row[Any], outcome: Outcome, now: float) -> dict[str, Any]:
    """Full jitter; dead after too long in a row. What waited parked or queued did not fail meanwhile."""
    meaning, failures = outcome.meaning, row.failures + 1
    since = row.failing_since or now
    counted = {"failures": failures, "failing_since": since}
    if now - since > meaning.retry_for or failures >= (meaning.most_failures or failures + 1):
        return counted | {"status": "dead"}
    ceiling = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 20))
    jitter = random.uniform(0.0, ceiling)  # noqa: S311 - spreads retries, guards nothing
    return counted | {"due_at": now + max(meaning.floor, outcome.retry_after, jitter)}


def _settle_account(store: Store, connection: sa.Connection, claimed: Claimed, outcome: Outcome, now: float) -> None:
    state = connection.execute(_state(claimed.account, claimed.destination)).first()
    if state is None:
        return
    key = (ACCOUNTS.c.name == state.name) & (ACCOUNTS.c.destination == state.destination)
    if outcome.meaning.state == "parked":
        since = state.trouble_since or now
        parked = {
            "parked": outcome.meaning.code, "parked_at": now,
            "trouble_since": since, "probe_at": now + _probe_pause(since, now),
        }  # fmt: skip
        connection.execute(sa.update(ACCOUNTS).where(key).values(parked))
    elif outcome.meaning.state == "accepted" and state.trouble_since is not None:
        connection.execute(sa.update(ACCOUNTS).where(key).values(trouble_since=None))
    elif outcome.meaning is outcomes.TOO_MANY:
        clock, boot = store.lease_clock(connection)
        seconds = max(outcome.meaning.floor, outcome.retry_after)
        pace.hold_back(connection, state, clock=clock, boot=boot, seconds=seconds)


def _probe_pause(since: float, now: float) -> float:
    """The longer the trouble lasts, the seldomer it is asked whether it is over: a minute at first, an hour at last."""
    return min(_LONGEST_PAUSE, max(_PROBE_SECONDS, now - since))


def give_up_interrupted(store: Store, *, now: float) -> int:
    """Messages whose push was begun by a relay that is gone: they may have arrived, so they become `unknown`."""
    with store.read() as connection:
        clock, boot = store.lease_clock(connection)
        gone = (MESSAGES.c.status == sa.literal_column("'sending'")) & (
            (MESSAGES.c.lease_until < clock) | (MESSAGES.c.lease_boot != boot)
        )
        if connection.execute(sa.select(MESSAGES.c.seq).where(gone).limit(1)).first() is None:
            return 0
    unknown = {"status": "unknown", "changed_at": now, "error": outcomes.INTERRUPTED.code, "lease_token": None}
    with store.write() as connection:
        return connection.execute(sa.update(MESSAGES).where(gone).values(unknown)).rowcount


def know_accounts(store: Store, names: Sequence[str], destination: str) -> None:
    """Make sure each account has its row of pace and state."""
    insert: Any = sqlite.insert if store.is_sqlite else postgresql.insert
    with store.write() as connection:
        for name in names:
            connection.execute(insert(ACCOUNTS).values(name=name, destination=destination).on_conflict_do_nothing())


def accounts_to_probe(store: Store, destination: str, *, now: float) -> dict[str, str]:
    """Parked accounts whose next check is due, by name, with why they are parked; the check after that is moved on."""
    with store.read() as connection:
        due = (ACCOUNTS.c.destination == destination) & ACCOUNTS.c.parked.is_not(None) & (ACCOUNTS.c.probe_at <= now)
        found = connection.execute(sa.select(ACCOUNTS).where(due)).all()
    taken: dict[str, str] = {}
    for row in found:
        later = now + _probe_pause(row.trouble_since or now, now)
        with store.write() as connection:
            mine = due & (ACCOUNTS.c.name == row.name)
            if connection.execute(sa.update(ACCOUNTS).where(mine).values(probe_at=later)).rowcount:
                taken[row.name] = row.parked
    return taken


def resume_account(store: Store, name: str, destination: str, *, now: float) -> int:
    """Let a parked account send again; how many parked messages were queued."""
    with store.write() as connection:
        key = (ACCOUNTS.c.name == name) & (ACCOUNTS.c.destination == destination)
        connection.execute(sa.update(ACCOUNTS).where(key).values(parked=None, parked_at=None, probe_at=None))
        waiting = (
            (MESSAGES.c.account == name) & (MESSAGES.c.destination == destination) & (MESSAGES.c.status == "parked")
        )
        queued = {"status": "queued", "changed_at": now, "due_at": 0.0}
        return connection.execute(sa.update(MESSAGES).where(waiting).values(queued)).rowcount


def messages_of(store: Store, event: str) -> list[sa.Row[Any]]:
    """An event's messages, in their order."""
    with store.read() as connection:
        return list(
            connection.execute(sa.select(MESSAGES).where(MESSAGES.c.event_id == event).order_by(MESSAGES.c.seq))
        )
