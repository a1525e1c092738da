"""What a person may do to messages and to the flow of them: pause and resume, cancel, release, send again."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery import gate, tallies
from adapter.delivery.in_order import in_order
from adapter.delivery.states import ARRIVED, ENDED_BADLY, UNDELIVERED, WAITING
from adapter.delivery.wakeup import ring
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, ATTEMPTS, EVENTS, HAS_WAYS, IS_TAKEN, MESSAGES, PAUSES, STOPPED, status_is

CHUNK: Final = 500  # messages in one transaction


@dataclasses.dataclass(frozen=True, slots=True)
class Selection:
    """Which messages are meant: an event's or a message's id, a hook, an account, states; what is empty is not asked.

    `destination`: only messages made for it; what was made in practice is not sent live.
    """

    destination: str
    identity: str = ""
    hook: str = ""
    account: str = ""
    statuses: tuple[str, ...] = ()

    def where(self, possible: Sequence[str]) -> sa.ColumnElement[bool]:
        """The condition on `messages`, for an action that is possible in these states."""
        statuses = [status for status in self.statuses or possible if status in possible]
        found = MESSAGES.c.status.in_(statuses) & (MESSAGES.c.destination == self.destination)
        if "queued" not in possible:
            found &= STOPPED  # these are few and have an index of their own
        if self.identity:
            column = MESSAGES.c.id if "-" in self.identity else MESSAGES.c.event_id
            found &= column == self.identity
        if self.hook:
            found &= MESSAGES.c.hook == self.hook
        if self.account:
            found &= MESSAGES.c.account == self.account
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Action:
    """A change of state by a person: from which states it is possible, and the columns after it.

    `starts_anew`: it goes on its way again, and the time until another way is taken begins.
    """

    possible: tuple[str, ...]
    changes: Mapping[str, Any]
    starts_anew: bool = True

    def where(self, selection: Selection) -> sa.ColumnElement[bool]:
        """The messages that it changes: never one that Picky Assist is known to have taken, unless it reported that it
        was not delivered; nor is one sent in whose place another way was taken, or whose earlier way arrived."""
        is_lost = ATTEMPTS.c.delivery.is_not(None) & ATTEMPTS.c.delivery.in_(UNDELIVERED)
        taken = sa.select(ATTEMPTS.c.seq).where(ATTEMPTS.c.message_id == MESSAGES.c.id, IS_TAKEN, ~is_lost)
        found = selection.where(self.possible) & ~taken.exists()
        if not self.starts_anew:
            return found
        before = MESSAGES.alias("before")
        arrived = sa.select(before.c.seq).where(
            before.c.event_id == MESSAGES.c.event_id, before.c.way < MESSAGES.c.way,
            sa.func.coalesce(before.c.chain, before.c.id) == MESSAGES.c.chain, before.c.status.in_(ARRIVED),
        )  # fmt: skip
        return found & MESSAGES.c.next_way.is_(None) & ~arrived.exists()

    def values(self, now: float) -> dict[str, Any]:
        """The columns after it."""
        deadline = sa.case((HAS_WAYS, now + MESSAGES.c.deadline_after)) if self.starts_anew else None
        return {**self.changes, "changed_at": now, "deadline_at": deadline}


_QUEUED: Final = {
    "status": "queued", "due_at": 0.0, "error": None, "split": None, "failures": 0, "failing_since": None,
    "claims": MESSAGES.c.attempts, "lease_token": None, "push_id": None, "msg_id": None, "credit": None,
}  # fmt: skip
CANCEL: Final = Action(WAITING, {"status": "cancelled", "due_at": 0.0, "lease_token": None}, starts_anew=False)
RELEASE: Final = Action(("held",), {**_QUEUED, "released": True})
CONFIRM: Final = Action(
    ("unknown",), {"status": "delivered", "due_at": 0.0, "error": "confirmed", "lease_token": None}, starts_anew=False
)
"""A person knows that it arrived; what is reported later still counts."""
SEND_AGAIN: Final = Action(ENDED_BADLY, {**_QUEUED, "report": None, "released": False, "expires_at": None})


def count(store: Store, action: Action, selection: Selection) -> dict[str, int]:
    """How many messages the action would change, by their state."""
    counted = sa.select(MESSAGES.c.status, sa.func.count()).where(action.where(selection)).group_by(MESSAGES.c.status)
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(counted)}


def act(store: Store, action: Action, selection: Selection, *, now: float) -> Iterator[int]:
    """Carry an action out, oldest first, some hundred at a time; yields how many messages were changed so far.

    Each message is changed in the transaction that looks at its state: what changed since it was counted is left alone.
    """
    done, after = 0, 0
    while True:
        with store.write() as connection:
            chosen = sa.select(MESSAGES.c.seq).where(action.where(selection), MESSAGES.c.seq > after)
            locked = chosen.order_by(MESSAGES.c.seq).limit(CHUNK).with_for_update()
            seqs = list(connection.execute(locked).scalars())
            if not seqs:
                return
            changed = sa.update(MESSAGES).where(MESSAGES.c.seq.in_(seqs), action.where(selection))
            done += connection.execute(changed.values(action.values(now))).rowcount
            ring(connection)
            after = seqs[-1]
        yield done


def pause(store: Store, kind: str, name: str, *, now: float) -> bool:
    """Push nothing of a `hook` or an `account` from now on; False where it was paused already.

    Calls that are under way are finished. Intake goes on.
    """
    insert: Any = sqlite.insert if store.is_sqlite else postgresql.insert
    with store.write() as connection:
        row = insert(PAUSES).values(kind=kind, name=name, since=now).on_conflict_do_nothing()
        return bool(connection.execute(row.returning(PAUSES.c.name)).first())


def resume(store: Store, kind: str, name: str, destination: str, *, now: float) -> tuple[bool, int]:
    """Push again: whether it was paused, and how many parked messages of an account were queued."""
    with store.write() as connection:
        mine = (PAUSES.c.kind == kind) & (PAUSES.c.name == name)
        was = connection.execute(sa.delete(PAUSES).where(mine)).rowcount > 0
        if was:  # what was paused did not fail meanwhile
            theirs = (MESSAGES.c.hook if kind == "hook" else MESSAGES.c.account) == name
            failing = in_order(STOPPED & status_is("retrying") & theirs)
            connection.execute(sa.update(MESSAGES).where(failing).values(failing_since=None, failures=0))
        ring(connection)
    return was, gate.unpark(store, name, destination, now=now) if kind == "account" else 0


def paused(store: Store) -> list[tuple[str, str, float]]:
    """(kind, name, since when) of what is paused."""
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(PAUSES).order_by(PAUSES.c.kind, PAUSES.c.name))]


def is_parked(store: Store, name: str, destination: str) -> bool:
    """Whether this account cannot send."""
    mine = (ACCOUNTS.c.name == name) & (ACCOUNTS.c.destination == destination)
    with store.read() as connection:
        return connection.execute(sa.select(ACCOUNTS.c.parked).where(mine)).scalar() is not None


def waiting(store: Store, kind: str, destination: str) -> Counter[str]:
    """How many messages of each `hook` or `account` wait to be sent; read from the tallies, so nothing is counted."""
    found: Counter[str] = Counter()
    for row in tallies.by_hook(store, destination):
        if row.status in WAITING:
            found[getattr(row, kind)] += row.count
    return found


def rejected_events(store: Store, selection: Selection) -> list[str]:
    """The ids of events that made nothing, or not all, because of what was wrong with them, oldest first.

    Those that made some of their messages are meant only where their id is named.
    """
    found = (EVENTS.c.destination == selection.destination) & (EVENTS.c.status == "rejected")
    if selection.identity:
        partly = EVENTS.c.errors.is_not(None) & (EVENTS.c.destination == selection.destination)
        found = (EVENTS.c.id == selection.identity) & (found | partly)
    if selection.hook:
        found &= EVENTS.c.hook == selection.hook
    query = sa.select(EVENTS.c.id, EVENTS.c.status, EVENTS.c.errors).where(found).order_by(EVENTS.c.seq)
    with store.read() as connection:
        return [row.id for row in connection.execute(query) if row.status == "rejected" or row.errors]
