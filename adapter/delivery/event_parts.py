"""Parts of an event that its story leaves out: the messages as a list, and the JSON that was pushed, as it is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from adapter.picky.envelope import build_envelope
from adapter.store.engine import Store
from adapter.store.tables import MESSAGES, PUSHES


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A message in the list of its event."""

    id: str
    number: str
    status: str


def listed(store: Store, event: str, *, most: int) -> list[Listed]:
    """The first `most` messages of an event; their other ways are not among them."""
    query = sa.select(MESSAGES.c.id, MESSAGES.c.number, MESSAGES.c.status)
    query = query.where(MESSAGES.c.event_id == event, MESSAGES.c.way == 1).order_by(MESSAGES.c.seq).limit(most)
    with store.read() as connection:
        return [Listed(*row) for row in connection.execute(query)]


def contents(store: Store, messages: Sequence[str]) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(head, item) of these messages by their ids."""
    query = sa.select(MESSAGES.c.id, MESSAGES.c.head, MESSAGES.c.item).where(MESSAGES.c.id.in_(messages))
    with store.read() as connection:
        return {row.id: (row.head, row.item) for row in connection.execute(query)}


@dataclasses.dataclass(frozen=True, slots=True)
class Posted:
    """What was posted in one push, cut to one message of it; `body` has stars for the token."""

    url: str
    encoding: str
    body: Mapping[str, Any]


def posted(store: Store, pushes: Sequence[str], item: Mapping[str, Any]) -> dict[str, Posted]:
    """Of these pushes, by our id, what went out for the message of this item."""
    query = sa.select(PUSHES.c.id, PUSHES.c.url, PUSHES.c.encoding, PUSHES.c.head).where(PUSHES.c.id.in_(pushes))
    with store.read() as connection:
        rows = connection.execute(query).all()
    return {row.id: Posted(row.url, row.encoding, build_envelope("***", row.head, [item])) for row in rows}
