"""Whether an account may start a call now: it may be paused, parked, in doubt, held back, or at its pace.

An account is *in doubt* after a call that got no answer: nothing is pushed until `/check-balance` answers, and after
that only small pushes until one succeeds, so that a service in trouble is not handed hundreds of messages whose fate
nobody would know. All of it is a row of `accounts`, shared by all relays.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery import pace
from adapter.delivery.in_order import in_order
from adapter.picky import outcome as outcomes
from adapter.picky.account import Account
from adapter.picky.outcome import Outcome
from adapter.store.engine import CLOCK, END_IDLE, Store
from adapter.store.tables import ACCOUNTS, MESSAGES, PAUSES, STOPPED

MOST_IN_DOUBT: Final = 10  # messages a push, until one succeeds
_FIRST_DOUBT: Final = 2.0
_LONGEST_DOUBT: Final = 60.0
_PROBE_SECONDS: Final = 60.0
_LONGEST_PROBE: Final = 3600.0
_ON_CLOCK: Final = ("next_call", "held_until", "next_media", "doubt_until")


@dataclasses.dataclass(frozen=True, slots=True)
class Gate:
    """An account's row at one moment of the clock of leases; `paused_hooks` push nothing, whatever their account."""

    name: str
    destination: str
    clock: float
    boot: str
    next_call: float
    held_until: float
    next_media: float
    doubt_until: float
    doubt_seconds: float
    doubt_answered: bool
    parked: str | None
    trouble_since: float | None
    paused: bool
    paused_hooks: tuple[str, ...]

    def pause(self, rate: int) -> float:
        """Seconds until a call may start; infinite while somebody or something else must open the gate."""
        if self.paused or self.parked is not None or (self.doubt_seconds and not self.doubt_answered):
            return math.inf
        held = min(max(0.0, self.held_until - self.clock), pace.LONGEST_HOLD)
        return max(held, pace.wait(rate, self.next_call, self.clock))

    def media_pause(self) -> float:
        """Seconds until a call with media of a handset may start."""
        return min(max(0.0, self.next_media - self.clock), pace.MEDIA_SECONDS)

    def most_messages(self, account: Account) -> int:
        """The largest push now."""
        return min(account.batch, MOST_IN_DOUBT) if self.doubt_seconds else account.batch


def gate_of(store: Store, connection: sa.Connection, name: str, destination: str, *, lock: bool = False) -> Gate | None:
    """The account's gate; None where its row is not there yet. `lock` keeps it until the transaction ends."""
    query = _query(on_sqlite=store.is_sqlite, lock=lock)
    rows = connection.execute(query, {"account": name, "destination": destination}).mappings().all()
    if not rows:
        return None
    row = rows[0]
    clock, boot = store.lease_clock(connection) if store.is_sqlite else (row["clock"], "")
    paused = {(one["pause_kind"], one["pause_name"]) for one in rows}
    times = {key: row[key] if row["clock_boot"] == boot else 0.0 for key in _ON_CLOCK}  # another boot's clock is void
    return Gate(
        name=name, destination=destination, clock=clock, boot=boot, **times,
        doubt_seconds=row["doubt_seconds"], doubt_answered=row["doubt_answered"],
        parked=row["parked"], trouble_since=row["trouble_since"], paused=("account", name) in paused,
        paused_hooks=tuple(sorted(hook for kind, hook in paused if kind == "hook")),
    )  # fmt: skip


@functools.cache
def _query(*, on_sqlite: bool, lock: bool) -> sa.Select[Any]:
    """The account's row beside each pause there is, and on PostgreSQL the clock: one journey for all of it."""
    clock = [] if on_sqlite else [CLOCK.label("clock"), END_IDLE]
    query = (
        sa.select(ACCOUNTS, PAUSES.c.kind.label("pause_kind"), PAUSES.c.name.label("pause_name"), *clock)
        .select_from(ACCOUNTS.outerjoin(PAUSES, sa.true()))
        .where(ACCOUNTS.c.name == sa.bindparam("account"), ACCOUNTS.c.destination == sa.bindparam("destination"))
    )
    return query.with_for_update(of=ACCOUNTS) if lock else query


def known_gate(store: Store, connection: sa.Connection, name: str, destination: str) -> Gate:
    """The account's gate, kept until the transaction ends; an account nobody knew gets its row."""
    gate = gate_of(store, connection, name, destination, lock=True)
    if gate is None:
        make_account(connection, name, destination)
        gate = gate_of(store, connection, name, destination, lock=True)
    if gate is None:  # what was just written cannot be missing
        raise RuntimeError(f"the account {name} has no row")
    return gate


def make_account(connection: sa.Connection, name: str, destination: str) -> None:
    """The account's row, where it is not there yet."""
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    connection.execute(insert(ACCOUNTS).values(name=name, destination=destination).on_conflict_do_nothing())


def spend_call(connection: sa.Connection, gate: Gate, *, rate: int, media: bool) -> None:
    """Take one call of the account's pace inside this transaction; `media`: one that needs a pause after it."""
    spent = {"next_call": pace.after_call(rate, gate.next_call, gate.clock)}
    if media:
        spent["next_media"] = gate.clock + pace.MEDIA_SECONDS
    _update(connection, gate, **spent)


def gate_to_note(store: Store, connection: sa.Connection, name: str, destination: str, outcome: Outcome) -> Gate | None:
    """The account's gate where `note_outcome` has something to note, kept until the transaction ends; else None.

    It is taken before any message, as `claim` does, so that nobody waits in a circle. A success on an account without
    trouble does not touch it: relays that settle do not wait for each other.
    """
    if outcome.meaning.state == "accepted":
        gate = gate_of(store, connection, name, destination)
        if gate is None or not (gate.trouble_since or gate.doubt_answered):
            return None
    return gate_of(store, connection, name, destination, lock=True)


def note_outcome(connection: sa.Connection, gate: Gate, outcome: Outcome, now: float) -> None:
    """What a call's outcome means for the calls after it."""
    if outcome.meaning.state == "parked":
        since = gate.trouble_since or now
        _update(
            connection, gate, parked=outcome.meaning.code, parked_at=now,
            trouble_since=since, probe_at=now + _probe_pause(since, now),
        )  # fmt: skip
    elif outcome.meaning is outcomes.TOO_MANY:
        seconds = max(outcome.meaning.floor, outcome.retry_after)
        _update(connection, gate, held_until=max(gate.held_until, gate.clock + seconds))
    elif outcome.meaning.state == "unknown":
        _doubt(connection, gate)
    elif outcome.meaning.state == "accepted" and (gate.trouble_since or gate.doubt_answered):
        _update(connection, gate, trouble_since=None, **_SURE if gate.doubt_answered else {})


_SURE: Final[dict[str, Any]] = {"doubt_seconds": 0.0, "doubt_answered": False}


def _doubt(connection: sa.Connection, gate: Gate) -> None:
    """Close the gate; calls that were under way when the first one got no answer change nothing any more."""
    if gate.doubt_seconds and not gate.doubt_answered:
        return
    seconds = _doubled(gate.doubt_seconds)
    _update(connection, gate, doubt_seconds=seconds, doubt_until=gate.clock + seconds, doubt_answered=False)


def _doubled(seconds: float) -> float:
    return min(_LONGEST_DOUBT, max(_FIRST_DOUBT, 2 * seconds))


def _update(connection: sa.Connection, gate: Gate, **values: Any) -> None:
    times = {key: getattr(gate, key) for key in _ON_CLOCK}
    mine = (ACCOUNTS.c.name == gate.name) & (ACCOUNTS.c.destination == gate.destination)
    connection.execute(sa.update(ACCOUNTS).where(mine).values({**times, "clock_boot": gate.boot, **values}))


def accounts_to_probe(store: Store, names: Sequence[str], destination: str, *, now: float) -> dict[str, str | None]:
    """Accounts whose balance is to be asked for now: why each is parked, None where it is only in doubt.

    The check after that is moved on, so that one of several relays asks.
    """
    return {name: parked for name in names for parked in _taken_probe(store, name, destination, now)}


def _taken_probe(store: Store, name: str, destination: str, now: float) -> list[str | None]:
    """One item where this account is to be asked now, none otherwise."""
    with store.read() as connection:
        if not _wants_probe(connection, gate_of(store, connection, name, destination), now):
            return []
    with store.write() as connection:
        gate = gate_of(store, connection, name, destination, lock=True)
        if gate is None or not _wants_probe(connection, gate, now):
            return []
        if gate.parked is not None:
            _update(connection, gate, probe_at=now + _probe_pause(gate.trouble_since or now, now))
        else:
            seconds = _doubled(gate.doubt_seconds)
            _update(connection, gate, doubt_seconds=seconds, doubt_until=gate.clock + seconds)
        return [gate.parked]


def _wants_probe(connection: sa.Connection, gate: Gate | None, now: float) -> bool:
    if gate is None or gate.paused:
        return False
    if gate.parked is None:
        return bool(gate.doubt_seconds) and not gate.doubt_answered and gate.doubt_until <= gate.clock
    mine = (ACCOUNTS.c.name == gate.name) & (ACCOUNTS.c.destination == gate.destination)
    probe_at = connection.execute(sa.select(ACCOUNTS.c.probe_at).where(mine)).scalar_one()
    return bool(probe_at <= now or probe_at > now + _LONGEST_PROBE)  # a clock that was set back


def _probe_pause(since: float, now: float) -> float:
    """The longer the trouble lasts, the seldomer it is asked whether it is over: a minute at first, an hour at last."""
    return min(_LONGEST_PROBE, max(_PROBE_SECONDS, now - since))


def trust_again(store: Store, name: str, destination: str) -> None:
    """The account's balance was answered: let small pushes through, until one of them succeeds."""
    with store.write() as connection:
        gate = gate_of(store, connection, name, destination, lock=True)
        if gate is not None and gate.doubt_seconds:
            _update(connection, gate, doubt_answered=True)


def unpark(store: Store, name: str, destination: str, *, now: float) -> int:
    """Let a parked account send again; how many parked messages were queued."""
    with store.write() as connection:
        key = (ACCOUNTS.c.name == name) & (ACCOUNTS.c.destination == destination)
        connection.execute(sa.update(ACCOUNTS).where(key).values(parked=None, parked_at=None, probe_at=None))
        waiting = STOPPED & (MESSAGES.c.status == "parked") & (MESSAGES.c.account == name)
        waiting &= MESSAGES.c.destination == destination
        queued = {"status": "queued", "changed_at": now, "due_at": 0.0}
        changed = sa.update(MESSAGES).where(in_order(waiting)).values(queued).returning(MESSAGES.c.seq)
        return len(connection.execute(changed).all())
