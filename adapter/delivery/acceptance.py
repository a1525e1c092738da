"""Accept an event: it and its messages are stored in one transaction, each of them once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery.batch import Outgoing
from adapter.delivery.wakeup import ring
from adapter.faultpoints import reach
from adapter.store.engine import Store
from adapter.store.group_commit import Writer
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


def accept(store: Store, event: Mapping[str, Any], messages: Sequence[Outgoing] = ()) -> Accepted:
    """Store an event and its messages in one transaction; durable when this returns.

    `event` is a row of `events` without `seq` and `messages`. A message one of whose `keys` another event holds came
    before and is left out. An event none of whose messages is new stores nothing but a count on the first one; where
    elements of it failed only if that first one is the very same request, for they may be others.
    """
    accepted: Accepted = store.write_together(lambda writer: _accept(store, writer, event, messages))
    reach("accept.committed")
    return accepted


def _accept(store: Store, writer: Writer, event: Mapping[str, Any], messages: Sequence[Outgoing]) -> Accepted:
    reach("accept.opened")
    wanted = {key for one in messages for key in one.keys}
    held = _occupied(store, writer.connection, event, wanted) if wanted else {}
    new = [one for one in messages if not _first(held, one.keys)] if held else messages
    if held:
        old = [one for one in messages if _first(held, one.keys)]
        if len(held) < len(wanted):
            _give_back(writer.connection, event, held, dropped=old, kept=new)
        first = _first(held, old[0].keys) if old and not new else None
        if first and (not event["errors"] or _is_same_request(writer.connection, event, first)):
            return _count_duplicate(writer.connection, first, event["received_at"])
    writer.insert(EVENTS, [{**event, "messages": len(new)}])
    if new:
        writer.insert(MESSAGES, [_row(event, at, one) for at, one in enumerate(new, 1)])
        ring(store, writer)
    return Accepted(event["id"], event["status"], len(new), skipped=len(messages) - len(new))


def _is_same_request(connection: sa.Connection, event: Mapping[str, Any], first: str) -> bool:
    row = connection.execute(sa.select(EVENTS.c.query, EVENTS.c.body).where(EVENTS.c.id == first)).first()
    return row is not None and (row.query, bytes(row.body)) == (event["query"], event["body"])


def _occupied(
    store: Store, connection: sa.Connection, event: Mapping[str, Any], keys: Iterable[tuple[str, float]]
) -> dict[str, str]:
    """Take the keys for this event, in one order everywhere so that nobody waits in a circle.

    Of those that another event holds, the ids by digest; the others are this event's until the transaction ends.
    """
    insert: Any = sqlite.insert if store.is_sqlite else postgresql.insert
    held: dict[str, str] = {}
    for own, within in sorted(keys):
        row = {
            "hook": event["hook"],
            "digest": _scoped(event, own),
            "event_id": event["id"],
            "expires_at": event["received_at"] + within,
        }
        upsert = insert(DEDUPE).values(row).on_conflict_do_update(
            index_elements=["hook", "digest"],
            set_={"event_id": row["event_id"], "expires_at": row["expires_at"]},
            where=DEDUPE.c.expires_at <= event["received_at"],
        ).returning(DEDUPE.c.event_id)  # fmt: skip
        if connection.execute(upsert).first() is None:
            taken = (DEDUPE.c.hook == event["hook"]) & (DEDUPE.c.digest == row["digest"])
            held[own] = connection.execute(sa.select(DEDUPE.c.event_id).where(taken)).scalar_one()
    return held


def _scoped(event: Mapping[str, Any], digest: str) -> str:
    """What was practised does not stand in for the real event."""
    return f"{event['destination']}:{digest}"


def _first(held: Mapping[str, str], keys: Sequence[tuple[str, float]]) -> str | None:
    """The event that holds one of the keys already, if any."""
    return next((held[digest] for digest, _ in sorted(keys) if digest in held), None)


def _give_back(
    connection: sa.Connection,
    event: Mapping[str, Any],
    held: Mapping[str, str],
    *,
    dropped: Sequence[Outgoing],
    kept: Sequence[Outgoing],
) -> None:
    """Keys taken a moment ago for what is left out must point at the event that was before, not at this one."""
    needed = {digest for one in kept for digest, _ in one.keys}
    for one in dropped:
        taken = {digest for digest, _ in one.keys} - needed - held.keys()
        if (before := _first(held, one.keys)) and taken:
            mine = (DEDUPE.c.hook == event["hook"]) & (DEDUPE.c.event_id == event["id"])
            mine &= DEDUPE.c.digest.in_([_scoped(event, digest) for digest in sorted(taken)])
            connection.execute(sa.update(DEDUPE).where(mine).values(event_id=before))


def _count_duplicate(connection: sa.Connection, first: str, now: float) -> Accepted:
    update = (
        sa.update(EVENTS)
        .where(EVENTS.c.id == first)
        .values(duplicates=EVENTS.c.duplicates + 1, duplicate_at=now)
        .returning(EVENTS.c.status, EVENTS.c.messages)
    )
    row = connection.execute(update).first()
    return Accepted(first, row.status if row else "queued", row.messages if row else 0, duplicate=True)


def _row(event: Mapping[str, Any], position: int, message: Outgoing) -> dict[str, Any]:
    identity = f"{event['id']}-{position}"
    reference = str(message.item.get("reference_number") or identity)
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
        "created_at": event["received_at"],
        "status": "queued",
        "changed_at": event["received_at"],
        "due_at": 0.0,
    }
