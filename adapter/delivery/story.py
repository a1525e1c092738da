"""What became of an event, read back from the store in the order it happened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.redacting import redacted
from adapter.delivery.standing import Around, present_step
from adapter.delivery.states import DUE
from adapter.delivery.steps import event_steps, message_steps
from adapter.store.engine import Store
from adapter.store.tables import (
    ACCOUNTS,
    ATTEMPTS,
    EVENTS,
    MESSAGES,
    NOTICES,
    OPTOUTS,
    PAUSES,
    PUSHES,
    REPORTS,
    WAITS,
)

MOST_TOLD: Final = 20
"""Messages of one event that are told to a person."""
MOST_AHEAD: Final = 10_000


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


def request_of(store: Store, identity: str) -> dict[str, Any]:
    """The request of an event as it is kept, its proof overwritten: method, path, query, headers, body.

    `identity` as for `story`. Raises FoundNothing.
    """
    columns = (EVENTS.c.method, EVENTS.c.path, EVENTS.c.query, EVENTS.c.headers, EVENTS.c.body)
    event = _speakable(identity).split("-")[0]
    with store.read() as connection:
        row = connection.execute(sa.select(*columns).where(EVENTS.c.id == event)).mappings().first()
    if row is None:
        raise FoundNothing(identity)
    return {**row, "headers": tuple((name, value) for name, value in row["headers"])}


def story(
    store: Store, identity: str, *, now: float | None = None, resend_after: float = 900.0, most: int | None = None,
    hidden: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Everything known of an event; `identity` is its id, a message's, or one of those with `a-` before it.

    Of a message's id only that message is told, with the other ways that were taken for it; of an event all, or the
    first `most`. `states` counts the event's messages by state in any case. Each has its `steps`, as
    `adapter.delivery.steps` makes them, at the time `now`; without a report `resend_after` seconds after it got no
    answer, a message very probably did not arrive. `hidden`: without numbers, texts and values. Raises FoundNothing.
    """
    now = time.time() if now is None else now
    with store.read() as connection:
        event, chosen = _found(connection, _speakable(identity))
        rows = _rows(connection, event["id"], chosen, most)
        counted = sa.select(MESSAGES.c.status, sa.func.count()).where(MESSAGES.c.event_id == event["id"])
        states = {row[0]: row[1] for row in connection.execute(counted.group_by(MESSAGES.c.status))}
        messages = _messages(connection, rows)
        around = _around(connection, rows, now, resend_after)
    kept = {key: value for key, value in event.items() if key not in {"seq", "body", "headers", "messages"}}
    told = {**kept, "body_bytes": len(event["body"]), "states": states, "messages": messages}
    return _with_steps(redacted(told) if hidden else told, around)


def _with_steps(told: dict[str, Any], around: Around) -> dict[str, Any]:
    chains: dict[str, list[dict[str, Any]]] = {}
    for message in told["messages"]:
        before = chains.setdefault(message["chain"], [])
        message["steps"] = message_steps(message, around, before=before)
        present = present_step(message, around)
        message["because"] = f"{present['text']} {present['do']}".strip()
        before.append(message)
    return {**told, "steps": event_steps(told)}


def _speakable(identity: str) -> str:
    """The id without `a-`. Raises FoundNothing for what PostgreSQL cannot even look for: a NUL, a lone surrogate."""
    if not identity.isprintable():
        raise FoundNothing(identity)
    return identity.removeprefix("a-")


def _found(connection: sa.Connection, identity: str) -> tuple[dict[str, Any], str | None]:
    """The event, and where a message was named, its first way's id. Raises FoundNothing."""
    query = sa.select(MESSAGES.c.event_id, _CHAIN.label("chain")).where(MESSAGES.c.id == identity)
    message = connection.execute(query).first()
    named = sa.select(EVENTS).where(EVENTS.c.id == (message.event_id if message else identity))
    event = connection.execute(named).mappings().first()
    if event is None:
        raise FoundNothing(identity)
    return dict(event), message.chain if message else None


_CHAIN: Final = sa.func.coalesce(MESSAGES.c.chain, MESSAGES.c.id)


def _rows(connection: sa.Connection, event: str, chosen: str | None, most: int | None) -> list[dict[str, Any]]:
    """The rows of the messages to tell: each first way in its order, followed by its other ways."""
    first = sa.select(MESSAGES.c.id).where(MESSAGES.c.event_id == event)
    first = first.where(MESSAGES.c.id == chosen) if chosen else first.where(MESSAGES.c.way == 1)
    heads = list(connection.execute(first.order_by(MESSAGES.c.seq).limit(most)).scalars())
    place = {identity: at for at, identity in enumerate(heads)}
    rows = [
        dict(row)
        for some in _chunks(heads)
        for row in connection.execute(
            sa.select(MESSAGES, _CHAIN.label("first")).where(MESSAGES.c.event_id == event, _CHAIN.in_(some))
        ).mappings()
    ]
    return sorted(rows, key=lambda row: (place[row["first"]], row["way"], row["seq"]))


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Few enough for one statement."""
    return (values[at : at + 500] for at in range(0, len(values), 500))


def _messages(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is known of these messages, with all that was written down about them."""
    about: dict[str, dict[str, list[dict[str, Any]]]] = {row["id"]: {name: [] for name in _ABOUT} for row in rows}
    for ids in _chunks(list(about)):
        for name, query in _ABOUT.items():
            for one in connection.execute(query, {"ids": ids}).mappings():
                about[one["message_id"]][name].append({key: one[key] for key in one if key != "seq"})
    opted_out = _opted_out(connection, rows)
    return [{**_message(row), **about[row["id"]], "opt_out": opted_out.get(row["id"])} for row in rows]


def _of_messages(table: sa.Table, *columns: Any) -> sa.Select[Any]:
    mine = table.c.message_id.in_(sa.bindparam("ids", expanding=True))
    return sa.select(*columns).where(mine).order_by(table.c.seq)


_ABOUT: Final[Mapping[str, sa.Select[Any]]] = {
    "attempts": _of_messages(
        ATTEMPTS, ATTEMPTS, PUSHES.c.http_status, PUSHES.c.body_status, PUSHES.c.answer,
        PUSHES.c.messages.label("together"),
    ).join(PUSHES, PUSHES.c.id == ATTEMPTS.c.push),
    "reports": _of_messages(REPORTS, REPORTS),
    "notices": _of_messages(
        NOTICES,
        NOTICES.c.seq.label("id"),
        *[NOTICES.c[name] for name in (
            "message_id", "state", "status", "attempts", "http_status", "fault", "created_at", "finished_at",
        )],
    ),
}  # fmt: skip


def _message(row: dict[str, Any]) -> dict[str, Any]:
    head, item = row["head"], row["item"]
    shown = (
        "id", "status", "number", "reference", "account", "hook", "destination", "push_id", "msg_id", "credit", "error",
        "created_at", "changed_at", "expires_at", "deadline_at", "report", "way", "next_way",
    )  # fmt: skip
    text = item.get("message")
    made = {
        "channel": head.get("application"),
        "template": head.get("template_id"),
        "characters": len(text or head.get("globalmessage") or ""),
        "media": bool({"globalmedia", "globalmedia_code"} & head.keys() or {"media", "media_code"} & item.keys()),
    }
    return {
        **{key: row[key] for key in shown},
        "chain": row["first"],
        "ways_left": len(row["ways"] or []),
        "text": text,
        "made": made,
        "due_at": row["due_at"] or None,
    }


def _opted_out(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The entries of the opt-out list that stopped these messages, by the message's id."""
    stopped = [row for row in rows if row["error"] == "opted_out"]
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for numbers in _chunks([row["number"] for row in stopped]):
        query = sa.select(OPTOUTS).where(OPTOUTS.c.number.in_(numbers))
        entries |= {(one["account"], one["number"]): dict(one) for one in connection.execute(query).mappings()}
    found = {
        row["id"]: entries.get((row["account"], row["number"])) or entries.get((row["origin"] or "", row["number"]))
        for row in stopped
    }
    return {key: {name: entry[name] for name in ("since", "via", "word")} for key, entry in found.items() if entry}


def _around(connection: sa.Connection, rows: Sequence[dict[str, Any]], now: float, resend_after: float) -> Around:
    names, destinations = {row["account"] for row in rows}, {row["destination"] for row in rows}
    mine = ACCOUNTS.c.name.in_(names) & ACCOUNTS.c.destination.in_(destinations)
    accounts = {row["name"]: dict(row) for row in connection.execute(sa.select(ACCOUNTS).where(mine)).mappings()}
    paused = frozenset((one.kind, one.name) for one in connection.execute(sa.select(PAUSES.c.kind, PAUSES.c.name)))
    due = [row for row in rows if row["status"] in DUE and not row["due_at"]]
    ahead = {row["id"]: _ahead(connection, row) for row in due} if len(due) <= MOST_TOLD else {}
    return Around(now, resend_after, accounts, paused, ahead, MOST_AHEAD)


def _ahead(connection: sa.Connection, row: dict[str, Any]) -> int:
    """How many messages of its account are claimed before this one; counted up to one more than MOST_AHEAD."""
    earlier = (MESSAGES.c.priority > row["priority"]) | (
        (MESSAGES.c.priority == row["priority"]) & (MESSAGES.c.seq < row["seq"])
    )
    mine = (MESSAGES.c.account == row["account"]) & (MESSAGES.c.destination == row["destination"])
    some = sa.select(MESSAGES.c.seq).where(WAITS, mine, earlier).limit(MOST_AHEAD + 1).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
