"""What became of an event, read back from the store in the order it happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.states import DUE, MEANINGS
from adapter.errors import fault_lines
from adapter.picky.outcome import SENTENCES
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, ATTEMPTS, EVENTS, MESSAGES, PAUSES, PUSHES

_OWN_ERRORS: Final = {"preparation_failed": "Preparing it stopped the relay again and again, so it was given up."}


class FoundNothing(LookupError):
    """No event or message has this id."""


def rows_of(store: Store, *, status: str | None = None, limit: int | None = None) -> Iterator[dict[str, str | None]]:
    """A row for each message, oldest first; an event without messages is one row with its own status."""
    shown = sa.func.coalesce(MESSAGES.c.status, EVENTS.c.status).label("status")
    reason = sa.case((MESSAGES.c.id.is_(None), EVENTS.c.reason), else_=MESSAGES.c.error).label("error")
    query = sa.select(
        MESSAGES.c.id, EVENTS.c.id.label("event"), EVENTS.c.hook, shown, MESSAGES.c.number, MESSAGES.c.reference,
        MESSAGES.c.push_id, MESSAGES.c.msg_id, reason,
    ).select_from(EVENTS.outerjoin(MESSAGES, MESSAGES.c.event_id == EVENTS.c.id))  # fmt: skip
    if status is not None:
        query = query.where(shown == status)
    with store.read() as connection:
        if limit is None:
            found = connection.execute(
                query.order_by(EVENTS.c.seq, MESSAGES.c.seq), execution_options={"yield_per": 500}
            )
            yield from (dict(row) for row in found.mappings())
        else:
            newest = connection.execute(
                query.order_by(EVENTS.c.seq.desc(), MESSAGES.c.seq.desc()).limit(limit)
            ).mappings()
            yield from (dict(row) for row in reversed(newest.all()))


def story(store: Store, identity: str) -> dict[str, Any]:
    """Everything known of an event; `identity` is its id, a message's, or one of those with `a-` before it.

    Raises FoundNothing.
    """
    identity = identity.removeprefix("a-")
    with store.read() as connection:
        event = connection.execute(sa.select(EVENTS).where(EVENTS.c.id == identity.split("-")[0])).mappings().first()
        if event is None:
            raise FoundNothing(identity)
        messages = connection.execute(
            sa.select(MESSAGES).where(MESSAGES.c.event_id == event["id"]).order_by(MESSAGES.c.seq)
        )
        told = [_message(connection, dict(row)) for row in messages.mappings().all()]
    kept = {key: value for key, value in event.items() if key not in {"seq", "body", "headers", "messages"}}
    return {**kept, "body_bytes": len(event["body"]), "messages": told}


def request_of(store: Store, identity: str) -> dict[str, Any]:
    """The request of an event as it is kept, its proof overwritten: method, path, query, headers, body.

    `identity` as for `story`. Raises FoundNothing.
    """
    columns = (EVENTS.c.method, EVENTS.c.path, EVENTS.c.query, EVENTS.c.headers, EVENTS.c.body)
    event = identity.removeprefix("a-").split("-")[0]
    with store.read() as connection:
        row = connection.execute(sa.select(*columns).where(EVENTS.c.id == event)).mappings().first()
    if row is None:
        raise FoundNothing(identity)
    return {**row, "headers": tuple((name, value) for name, value in row["headers"])}


def _message(connection: sa.Connection, row: dict[str, Any]) -> dict[str, Any]:
    attempts = connection.execute(
        sa.select(ATTEMPTS, PUSHES.c.http_status, PUSHES.c.body_status, PUSHES.c.answer)
        .join(PUSHES, PUSHES.c.id == ATTEMPTS.c.push)
        .where(ATTEMPTS.c.message_id == row["id"])
        .order_by(ATTEMPTS.c.seq)
    )
    shown = ("id", "status", "number", "reference", "account", "destination", "push_id", "msg_id", "credit", "error")
    return {
        **{key: row[key] for key in shown},
        "text": row["item"].get("message"),
        "because": " ".join([explain(row["status"], row["error"]), *_stopped(connection, row)]),
        "due_at": row["due_at"] or None,
        "changed_at": row["changed_at"],
        "attempts": [{key: value for key, value in one.items() if key != "seq"} for one in attempts.mappings()],
    }


_NOT_AGAIN: Final = "It is not sent again by itself; replay sends it again, if that is wanted."
_AGAIN: Final = "Its hook says on_unknown: resend, so it is sent again."


def _stopped(connection: sa.Connection, row: dict[str, Any]) -> list[str]:
    """Why a message does not move: somebody paused it, its account cannot send, or its own fate is not known."""
    if row["status"] == "unknown":
        return [_AGAIN if row["due_at"] else _NOT_AGAIN]
    if row["status"] not in DUE:
        return []
    paused = {(one.kind, one.name) for one in connection.execute(sa.select(PAUSES.c.kind, PAUSES.c.name))}
    told = [
        f"The {kind} {row[kind]} is paused; resume it with: python -m adapter resume {row[kind]}"
        for kind in ("hook", "account")
        if (kind, row[kind]) in paused
    ]
    mine = (ACCOUNTS.c.name == row["account"]) & (ACCOUNTS.c.destination == row["destination"])
    account = connection.execute(sa.select(ACCOUNTS).where(mine)).first()
    if account is not None and account.parked is not None:
        told.append(f"The account {row['account']} cannot send: {SENTENCES.get(account.parked, account.parked)}")
    elif account is not None and account.doubt_seconds and not account.doubt_answered:
        told.append(f"The account {row['account']} gave no answer lately; it is asked again before more is sent.")
    return told


def explain(status: str, error: str | None) -> str:
    """A state and its cause as one text."""
    cause = SENTENCES.get(error or "") or _OWN_ERRORS.get(error or "")
    return f"{MEANINGS[status]} {cause}" if cause else MEANINGS[status]


def story_lines(told: dict[str, Any]) -> list[str]:
    """The story as text, a line a step."""
    lines = [
        f"Event {told['id']} of hook {told['hook']}: {told['status']}"
        + (f" ({told['reason']})" if told["reason"] else ""),
        f"{_at(told['received_at'])}  received   {told['method']}, {told['body_bytes']} bytes ({told['destination']})",
    ]
    if told["decoded_as"]:
        lines.append(f"{'':<19}  read as    {told['decoded_as']}: {told['because']}")
    lines += [
        f"{'':<19}  repaired   {r['field']}  {r['was']} -> {r['now']}  ({r['code']})" for r in told["repairs"] or []
    ]
    lines += [f"{'':<19}  warning    {warning}" for warning in told["warnings"] or []]
    lines += [f"{'':<19}  wrong      {key}: {text}" for key, text in fault_lines(told["errors"] or {})]
    if told["duplicates"]:
        lines.append(f"{_at(told['duplicate_at'])}  came again {told['duplicates']} times; nothing was sent for that")
    for message in told["messages"]:
        lines += _message_lines(message)
    return lines


def _message_lines(message: dict[str, Any]) -> list[str]:
    lines = [f"Message {message['id']} to {message['number']}: {message['status']}. {message['because']}"]
    if message["text"]:
        lines += [f"{'':<19}  | {line}" for line in message["text"].split("\n")]
    for attempt in message["attempts"]:
        took = f" after {attempt['finished_at'] - attempt['started_at']:.1f} s" if attempt["finished_at"] else ""
        lines.append(f"{_at(attempt['started_at'])}  attempt    {attempt['outcome'] or 'no answer yet'}{took}")
    if message["due_at"]:
        lines.append(f"{_at(message['due_at'])}  next try")
    return lines


def _at(moment: float | None) -> str:
    return "" if moment is None else dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
