"""The rows of a list, as it shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.search_conditions import MESSAGE_TEXT
from adapter.store.tables import EVENTS, MESSAGES

_TEXT: Final = 200  # characters of a text
_MESSAGE: Final = (
    "seq", "id", "event_id", "hook", "account", "destination", "number", "reference", "status", "error", "created_at",
    "changed_at", "push_id", "msg_id", "credit", "way",
)  # fmt: skip
_EVENT: Final = (
    "seq", "id", "hook", "source", "destination", "received_at", "status", "reason", "messages", "duplicates", "trial",
)  # fmt: skip


def message_rows(connection: sa.Connection, seqs: Sequence[int]) -> tuple[dict[str, Any], ...]:
    """These messages, newest first; `text` is the beginning of what the recipient reads, `trial` as its event's."""
    text = sa.func.substr(MESSAGE_TEXT, 1, _TEXT).label("text")
    template = MESSAGES.c.head["template_id"].as_string().label("template")
    columns = [*(MESSAGES.c[name] for name in _MESSAGE), text, template, EVENTS.c.trial]
    query = sa.select(*columns).outerjoin(EVENTS, EVENTS.c.id == MESSAGES.c.event_id)
    found = connection.execute(query.where(MESSAGES.c.seq.in_(seqs)).order_by(MESSAGES.c.seq.desc()))
    return tuple(dict(row) for row in found.mappings())


def event_rows(connection: sa.Connection, seqs: Sequence[int]) -> tuple[dict[str, Any], ...]:
    """These events, newest first; `states` counts the messages of each by state."""
    query = sa.select(*(EVENTS.c[name] for name in _EVENT)).where(EVENTS.c.seq.in_(seqs))
    events = [dict(row) for row in connection.execute(query.order_by(EVENTS.c.seq.desc())).mappings()]
    states: dict[str, dict[str, int]] = {event["id"]: {} for event in events}
    counted = sa.select(MESSAGES.c.event_id, MESSAGES.c.status, sa.func.count())
    mine = counted.where(MESSAGES.c.event_id.in_(states)).group_by(MESSAGES.c.event_id, MESSAGES.c.status)
    for event, status, count in connection.execute(mine):
        states[event][status] = count
    return tuple({**event, "states": states[event["id"]]} for event in events)
