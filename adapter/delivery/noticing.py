"""The outbox of notices: each change of a message's state that a hook is told of, until it was taken or given up.

A trigger of the database writes the row in the transaction that changes the state. Each function here is one
transaction; a relay that dies in a post leaves a lease that ends, and the notice is posted again under the same id.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.settling import Policy
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, MESSAGES, NOTICE_WAITS, NOTICES

STATES: Final = ("queued", "sending", "sent", "dead", "cancelled")
AGAIN: Final = ("dead", "cancelled")
"""A person may have it posted again."""
CHUNK: Final = 100  # notices in one transaction
INTERRUPTED: Final = "The relay stopped while it posted this."
_LEAST_PAUSE: Final = 0.05

Lane = tuple[str, int]
"""A hook, and the place of one entry in its `notify`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """A change of state that this relay may post; `token` fences other relays out."""

    seq: int
    message_id: str
    event_id: str
    hook: str
    entry: int
    target: str
    state: str
    error: str | None
    created_at: float
    attempts: int
    failing_since: float | None
    token: str

    @property
    def identity(self) -> str:
        """The same at every try, and of no other notice."""
        return f"{self.message_id}.{self.state}.{self.seq}"


@dataclasses.dataclass(frozen=True, slots=True)
class Tried:
    """What came of a post: `fault` None where it was taken; `final` where trying again cannot help; `retry_after`
    seconds that the other side asks for."""

    http_status: int | None = None
    fault: str | None = None
    final: bool = False
    retry_after: float = 0.0


def is_waiting(store: Store, destination: str, *, now: float) -> bool:
    """Whether anything is due or under way; an idle relay must not fight for the write lock."""
    with store.read() as connection:
        return connection.execute(sa.select(NOTICES.c.seq).where(_due(destination, now)).limit(1)).first() is not None


def unsorted(store: Store, destination: str, *, now: float) -> list[sa.Row[Any]]:
    """Some of the notices of which nobody has asked yet which entries of the hook want them: seq, hook, state."""
    query = sa.select(NOTICES.c.seq, NOTICES.c.hook, NOTICES.c.state).where(_due(destination, now), _UNSORTED)
    with store.read() as connection:
        return list(connection.execute(query.order_by(NOTICES.c.seq).limit(CHUNK)))


Wish = tuple[int, str]
"""The place of an entry that wants a notice, and a word that tells whether it is still the same one later."""


def sort(store: Store, wanted: Mapping[tuple[Wish, ...], Sequence[int]], *, now: float) -> None:
    """Give each entry that wants a notice a row of its own. `wanted`: entries of the hook, to the notices' seqs."""
    with store.write() as connection:
        for entries, seqs in wanted.items():
            mine = NOTICES.c.seq.in_(seqs) & _UNSORTED
            if not entries:
                _cancel(connection, mine, NOBODY, now)
                continue
            (place, target), *others = entries
            update = sa.update(NOTICES).where(mine).values(entry=place, target=target).returning(*_OF_THE_CHANGE)
            rows = [dict(row) for row in connection.execute(update).mappings()]
            if copies := [{**row, "entry": entry, "target": told} for entry, told in others for row in rows]:
                connection.execute(sa.insert(NOTICES), copies)


NOBODY: Final = "Its hook does not ask for this state any more, or not at that address."


def postpone(store: Store, seqs: Sequence[int], *, until: float) -> None:
    """Look at these unsorted notices later."""
    with store.write() as connection:
        connection.execute(sa.update(NOTICES).where(NOTICES.c.seq.in_(seqs), _UNSORTED).values(due_at=until))


def claim(
    store: Store, destination: str, *, now: float, lease: float, token: str, busy: Collection[Lane] = ()
) -> Notice | None:
    """Lease the notice that is due longest and in none of the `busy` lanes; None where there is none."""
    free = _due(destination, now) & (NOTICES.c.status == "queued") & NOTICES.c.entry.is_not(None)
    if busy:
        free &= sa.tuple_(NOTICES.c.hook, NOTICES.c.entry).not_in(sorted(busy))
    chosen = sa.select(NOTICES.c.seq).where(free).order_by(NOTICES.c.due_at, NOTICES.c.seq).limit(1)
    with store.read() as connection:
        if connection.execute(chosen).first() is None:
            return None
    locked = chosen.with_for_update(skip_locked=True).cte("chosen")
    with store.write() as connection:
        clock, boot = store.lease_clock(connection)
        leased = {
            "status": "sending", "attempts": NOTICES.c.attempts + 1,
            "lease_token": token, "lease_until": clock + lease, "lease_boot": boot,
        }  # fmt: skip
        update = sa.update(NOTICES).where(NOTICES.c.seq.in_(sa.select(locked.c.seq))).values(leased)
        row = connection.execute(update.returning(*_CLAIMED)).mappings().first()
    return None if row is None else Notice(**row, token=token)


def settle(store: Store, notice: Notice, tried: Tried, *, now: float, policy: Policy) -> str | None:
    """Write down what came of a post: the notice's new status; None where another relay has it by now.

    That it was taken counts in any case.
    """
    mine = (NOTICES.c.seq == notice.seq) & (NOTICES.c.lease_token == notice.token) & (NOTICES.c.status == "sending")
    if tried.fault is None:
        mine = (NOTICES.c.seq == notice.seq) & NOTICES.c.status.in_(["queued", "sending", "dead"])
        new = {"status": "sent", "fault": None, "finished_at": now, "lease_token": None}
    else:
        new = _failed(notice, tried, now, policy)
    with store.write() as connection:
        update = sa.update(NOTICES).where(mine).values({**new, "http_status": tried.http_status})
        return str(new["status"]) if connection.execute(update).rowcount else None


def cancel(store: Store, notice: Notice, reason: str, *, now: float) -> None:
    """Post it no more: there is nobody to tell, or nothing to tell of."""
    mine = (NOTICES.c.seq == notice.seq) & (NOTICES.c.lease_token == notice.token)
    with store.write() as connection:
        _cancel(connection, mine & (NOTICES.c.status == "sending"), reason, now)


def give_back(store: Store, destination: str, *, now: float, policy: Policy) -> int:
    """Notices whose relay is gone: they may have arrived, and are posted again like those that failed."""
    with store.read() as connection:
        clock, boot = store.lease_clock(connection)
        over = (NOTICES.c.lease_until < clock) | (NOTICES.c.lease_boot != boot)
        gone = _due(destination, now) & (NOTICES.c.status == "sending") & over
        query = sa.select(*_CLAIMED, NOTICES.c.lease_token.label("token")).where(gone).limit(CHUNK)
        notices = [Notice(**row) for row in connection.execute(query).mappings()]
    for notice in notices:
        settle(store, notice, Tried(fault=INTERRUPTED), now=now, policy=policy)
    return len(notices)


def told_of(store: Store, notice: Notice) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The rows of a notice's message and event; None where they are forgotten."""
    with store.read() as connection:
        message = connection.execute(sa.select(MESSAGES).where(MESSAGES.c.id == notice.message_id)).mappings().first()
        event = connection.execute(sa.select(EVENTS).where(EVENTS.c.id == notice.event_id)).mappings().first()
    return None if message is None or event is None else (dict(message), dict(event))


def rows_of(
    store: Store, *, identity: int | None = None, hook: str = "", status: str = "", limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """A row for each notice, oldest first."""
    query = sa.select(*_SHOWN).where(_meant(identity, hook, (status,) if status else STATES))
    with store.read() as connection:
        if limit is None:
            found = connection.execute(query.order_by(NOTICES.c.seq), execution_options={"yield_per": 500})
            yield from (dict(row) for row in found.mappings())
        else:
            newest = connection.execute(query.order_by(NOTICES.c.seq.desc()).limit(limit)).mappings()
            yield from (dict(row) for row in reversed(newest.all()))


def count_again(store: Store, destination: str, *, identity: int | None, hook: str, statuses: Sequence[str]) -> int:
    """How many notices `post_again` would change."""
    meant = _meant(identity, hook, statuses) & (NOTICES.c.destination == destination)
    with store.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(NOTICES).where(meant)).scalar_one())


def post_again(store: Store, destination: str, *, identity: int | None, hook: str, statuses: Sequence[str]) -> int:
    """Queue what is dead or cancelled, as if it had never been tried; how many. `statuses` are of AGAIN."""
    meant = _meant(identity, hook, statuses) & (NOTICES.c.destination == destination)
    new = {
        "status": "queued", "due_at": 0.0, "attempts": 0, "failing_since": None, "finished_at": None, "fault": None,
        "http_status": None, "lease_token": None,
    }  # fmt: skip
    with store.write() as connection:
        return connection.execute(sa.update(NOTICES).where(meant).values(new)).rowcount


_OF_THE_CHANGE: Final = tuple(
    NOTICES.c[name]
    for name in ("message_id", "event_id", "hook", "destination", "state", "error", "created_at", "status", "due_at")
)
_CLAIMED: Final = tuple(
    NOTICES.c[name]
    for name in (
        "seq", "message_id", "event_id", "hook", "entry", "target", "state", "error", "created_at", "attempts",
        "failing_since",
    )
)  # fmt: skip
_SHOWN: Final = (
    NOTICES.c.seq.label("id"), NOTICES.c.message_id.label("message"), NOTICES.c.event_id.label("event"),
    *(NOTICES.c[name] for name in (
        "hook", "entry", "state", "status", "attempts", "http_status", "fault", "created_at", "due_at", "finished_at",
    )),
)  # fmt: skip
_UNSORTED: Final = NOTICES.c.entry.is_(None) & (NOTICES.c.status == "queued")


def _due(destination: str, now: float) -> sa.ColumnElement[bool]:
    return NOTICE_WAITS & (NOTICES.c.destination == destination) & (NOTICES.c.due_at <= now)


def _meant(identity: int | None, hook: str, statuses: Sequence[str]) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = NOTICES.c.status.in_(statuses)
    if identity is not None:
        found &= NOTICES.c.seq == identity
    return found & (NOTICES.c.hook == hook) if hook else found


def _cancel(connection: sa.Connection, which: sa.ColumnElement[bool], reason: str, now: float) -> None:
    new = {"status": "cancelled", "fault": reason, "finished_at": now, "lease_token": None}
    connection.execute(sa.update(NOTICES).where(which).values(new))


def _failed(notice: Notice, tried: Tried, now: float, policy: Policy) -> dict[str, Any]:
    """Full jitter; dead after too long in a row."""
    since = notice.failing_since or now
    new: dict[str, Any] = {"fault": tried.fault, "failing_since": since, "lease_token": None}
    if tried.final or now - since > policy.retry_for:
        return {**new, "status": "dead", "finished_at": now}
    ceiling = min(policy.longest, policy.pause * 2.0 ** min(notice.attempts - 1, 20))
    jitter = random.uniform(0.0, ceiling)  # noqa: S311 - spreads retries, guards nothing
    return {**new, "status": "queued", "due_at": now + max(tried.retry_after, jitter, _LEAST_PAUSE)}
