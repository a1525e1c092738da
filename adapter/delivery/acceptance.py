"""Accept an event: it and its messages are stored in one transaction, each of them once."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery.batch import Outgoing
from adapter.delivery.courtesy import first_columns
from adapter.delivery.wakeup import ring
from adapter.faultpoints import reach
from adapter.store.engine import Store
from adapter.store.many_rows import ManyRows, Row
from adapter.store.tables import DEDUPE, EVENTS, MESSAGES


@dataclasses.dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told: the event's id (the first one's where it is a duplicate) and its status.

    `skipped` counts messages left out because what they were made from came before.
    """

    id: str
    status: str
    messages: int
    duplicate: bool = False
    skipped: int = 0


_Holders = dict[tuple[str, str], str]
"""Who holds a key, by hook and digest."""


class _Item(NamedTuple):
    """An event with its messages, and the rows that both become where nothing of it came before."""

    event: Mapping[str, Any]
    messages: Sequence[Outgoing]
    rows: tuple[Row, list[Row]]


def _rows(dialect: sa.Dialect, event: Mapping[str, Any], messages: Sequence[Outgoing]) -> tuple[Row, list[Row]]:
    """The row of `events`, and those of `messages`."""
    own = _EVENTS.row(dialect, {"trial": False, **event, "messages": len(messages)})
    made = [message_row(event, f"{event['id']}-{at}", one) for at, one in enumerate(messages, 1)]
    return own, [MESSAGE_ROWS.row(dialect, row) for row in made]


def accept(store: Store, event: Mapping[str, Any], messages: Sequence[Outgoing] = ()) -> Accepted:
    """Store an event and its messages in one transaction; durable when this returns.

    `event` is a row of `events` without `seq` and `messages`. A message one of whose `keys` another event holds came
    before and is left out. An event none of whose messages is new stores nothing but a count on the first one; where
    elements of it failed only if that first one is the very same request, for they may be others.
    """
    item = _Item(event, messages, _rows(store.engine.dialect, event, messages))  # before others wait for it
    accepted: Accepted = store.write_together(_accept_all, item)
    reach("accept.committed")
    return accepted


def _accept_all(connection: sa.Connection, items: Sequence[_Item]) -> list[Accepted]:
    """Several events that came at the same time, the earlier before the later."""
    reach("accept.opened")
    holders = _take_keys(connection, items)
    rows = _Rows(connection)
    accepted = [_accept_one(rows, item, holders) for item in items]
    rows.write()
    if any(one.messages and not one.duplicate for one in accepted):
        ring(connection)
    reach("accept.written")
    return accepted


class _Rows:
    """Rows that are written in one go, before anything is asked about what is stored."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._events: list[Row] = []
        self._messages: list[Row] = []

    def add(self, event: Row, messages: Sequence[Row]) -> None:
        self._events.append(event)
        self._messages += messages

    def write(self) -> sa.Connection:
        """Write what was added; the connection, which sees it."""
        _EVENTS.write(self._connection, self._events)
        MESSAGE_ROWS.write(self._connection, self._messages)
        self._events, self._messages = [], []
        return self._connection


_EVENTS: Final = ManyRows(
    EVENTS, [one.name for one in EVENTS.c if one.name not in {"seq", "duplicates", "duplicate_at"}]
)


def _accept_one(rows: _Rows, item: _Item, holders: _Holders) -> Accepted:
    event, messages, prepared = item
    held = _held(event, messages, holders)
    new = [one for one in messages if not _first(held, one.keys)] if held else messages
    if held:
        old = [one for one in messages if _first(held, one.keys)]
        if len(held) < len({digest for one in messages for digest, _ in one.keys}):
            _give_back(rows.write(), item, held, holders, dropped=old)
        first = _first(held, old[0].keys) if old and not new else None
        if first and (not event["errors"] or _is_same_request(rows.write(), event, first)):
            return _count_duplicate(rows.write(), first, event["received_at"])
        prepared = _rows(rows.write().dialect, event, new)
    rows.add(*prepared)
    return Accepted(event["id"], event["status"], len(new), skipped=len(messages) - len(new))


def _is_same_request(connection: sa.Connection, event: Mapping[str, Any], first: str) -> bool:
    row = connection.execute(sa.select(EVENTS.c.query, EVENTS.c.body).where(EVENTS.c.id == first)).first()
    return row is not None and (row.query, bytes(row.body)) == (event["query"], event["body"])


def _take_keys(connection: sa.Connection, items: Sequence[_Item]) -> _Holders:
    """Take the keys of these events where they are free; who holds each of them now, by hook and digest.

    In one order everywhere, so that nobody waits in a circle; of events with the same key the earlier one gets it.
    """
    rows = [
        {
            "hook": event["hook"],
            "digest": scoped(event, digest),
            "event_id": event["id"],
            "expires_at": event["received_at"] + within,
        }
        for event, messages, _ in items
        for digest, within in {key for one in messages for key in one.keys}
    ]
    if not rows:
        return {}
    rows.sort(key=lambda row: (row["hook"], row["digest"]))
    now = min(item.event["received_at"] for item in items)
    if _KEYS.write(connection, [_KEYS.row(connection.dialect, row) for row in rows], now=now) == len(rows):
        return {(row["hook"], row["digest"]): row["event_id"] for row in rows}
    by_hook = defaultdict(set)
    for row in rows:
        by_hook[row["hook"]].add(row["digest"])
    return {
        (hook, digest): holder
        for hook, digests in by_hook.items()
        for digest, holder in connection.execute(_HOLDERS, {"hook": hook, "digests": sorted(digests)})
    }


def _unless_held(values: Any, dialect: sa.Dialect) -> sa.Insert:
    """Take the keys that are free, or whose time is over at `now`."""
    taken: Any = (sqlite if dialect.name == "sqlite" else postgresql).insert(DEDUPE).values(values)
    upsert: sa.Insert = taken.on_conflict_do_update(
        index_elements=["hook", "digest"],
        set_={"event_id": taken.excluded.event_id, "expires_at": taken.excluded.expires_at},
        where=DEDUPE.c.expires_at <= sa.bindparam("now"),
    )
    return upsert


_KEYS: Final = ManyRows(DEDUPE, DEDUPE.c.keys(), finish=_unless_held)
_HOLDERS: Final = sa.select(DEDUPE.c.digest, DEDUPE.c.event_id).where(
    DEDUPE.c.hook == sa.bindparam("hook"), DEDUPE.c.digest.in_(sa.bindparam("digests", expanding=True))
)


def scoped(event: Mapping[str, Any], digest: str) -> str:
    """The digest as it is stored: what was practised does not stand in for the real event."""
    return f"{event['destination']}:{digest}"


def _held(event: Mapping[str, Any], messages: Sequence[Outgoing], holders: _Holders) -> dict[str, str]:
    """The events that hold keys of these messages, by digest; keys of this event are not among them."""
    if not holders:
        return {}
    digests = {digest for one in messages for digest, _ in one.keys}
    found = {digest: holders[event["hook"], scoped(event, digest)] for digest in digests}
    return {digest: holder for digest, holder in found.items() if holder != event["id"]}


def _first(held: Mapping[str, str], keys: Sequence[tuple[str, float]]) -> str | None:
    """The event that holds one of the keys already, if any."""
    return next((held[digest] for digest, _ in sorted(keys) if digest in held), None)


def _give_back(
    connection: sa.Connection, item: _Item, held: Mapping[str, str], holders: _Holders, *, dropped: Sequence[Outgoing]
) -> None:
    """Keys taken a moment ago for what is left out must point at the event that was before, not at this one."""
    event, messages, _ = item
    needed = {digest for one in messages if one not in dropped for digest, _ in one.keys}
    for one in dropped:
        taken = {scoped(event, digest) for digest, _ in one.keys if digest not in needed and digest not in held}
        if (before := _first(held, one.keys)) and taken:
            mine = (DEDUPE.c.hook == event["hook"]) & (DEDUPE.c.event_id == event["id"])
            update = sa.update(DEDUPE).where(mine, DEDUPE.c.digest.in_(sorted(taken))).values(event_id=before)
            connection.execute(update)
            holders.update({(event["hook"], digest): before for digest in taken})


def not_taken_before(
    connection: sa.Connection, event: Mapping[str, Any], messages: Sequence[Outgoing], *, now: float
) -> tuple[list[Outgoing], str | None]:
    """Of the messages of an event that is stored already: those that no other event made, and an event that made one.

    Their keys are this event's after it.
    """
    item = _Item({**event, "received_at": now}, messages, ((), []))
    holders = _take_keys(connection, [item])
    held = _held(item.event, messages, holders)
    old = [one for one in messages if _first(held, one.keys)]
    if old:
        _give_back(connection, item, held, holders, dropped=old)
    return [one for one in messages if one not in old], _first(held, old[0].keys) if old else None


def _count_duplicate(connection: sa.Connection, first: str, now: float) -> Accepted:
    update = (
        sa.update(EVENTS)
        .where(EVENTS.c.id == first)
        .values(duplicates=EVENTS.c.duplicates + 1, duplicate_at=now)
        .returning(EVENTS.c.status, EVENTS.c.messages)
    )
    row = connection.execute(update).first()
    return Accepted(first, row.status if row else "queued", row.messages if row else 0, duplicate=True)


def message_row(event: Mapping[str, Any], identity: str, message: Outgoing) -> dict[str, Any]:
    """The row of `messages` of a message that an event made at `received_at`."""
    now = event["received_at"]
    reference = str(message.item.get("reference_number") or identity)
    leaves = first_columns(message, now)
    after = message.ways[0]["after"] if message.ways else None
    return {
        "id": identity,
        "event_id": event["id"],
        "hook": event["hook"],
        "account": message.account,
        "destination": event["destination"],
        "number": message.number,
        "reference": reference,
        "head": dict(message.head),
        "head_digest": message.head_digest,
        "item": {**message.item, "reference_number": reference},
        "element": message.element,
        "resend": message.resend,
        "spaced": message.spaced,
        "priority": message.priority,
        "created_at": now,
        "changed_at": now,
        **leaves,
        "ways": list(message.ways) or None,
        "way": 1,
        "chain": None,
        "origin": None,
        "deadline_after": after,
        # the time until another way is taken begins once it may leave
        "deadline_at": now + after if after is not None and leaves["status"] == "queued" else None,
        "notify": f",{','.join(message.notify)}," if message.notify else None,
    }


_OF_A_NEW_MESSAGE: Final = (
    "id", "event_id", "hook", "account", "destination", "number", "reference", "head", "head_digest", "item", "element",
    "resend", "spaced", "priority", "created_at", "status", "changed_at", "due_at", "error", "expires_at", "courtesy",
    "ways", "way", "chain", "origin", "deadline_after", "deadline_at", "notify",
)  # fmt: skip
MESSAGE_ROWS: Final = ManyRows(MESSAGES, _OF_A_NEW_MESSAGE)
"""Writes rows of `message_row`."""
