"""Messages that are stored beforehand, the way the web server stores them: a whole event in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from ulid import ULID

from adapter.delivery.acceptance import accept
from adapter.delivery.batch import Outgoing
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, MESSAGES

DESTINATION: Final = "sandbox"
ACCOUNT: Final = "main"
_MOST: Final = 100  # messages an event
_HEADERS: Final = (
    ("Host", "hooks.example.com"), ("User-Agent", "Zapier"), ("Accept", "*/*"), ("X-Hook-Token", "***"),
    ("Content-Type", "application/json; charset=utf-8"), ("Content-Length", "171"), ("X-Forwarded-For", "192.0.2.7"),
)  # fmt: skip
_TEXT: Final = "Hi Zoë, thank you for your interest in solar panels! Your request has the number {}."


def number(index: int) -> str:
    """The number of a message, by its index."""
    return f"91{9_800_000_000 + index}"


def outgoing(index: int) -> Outgoing:
    """The message with that index; all of them may share a push."""
    item = {"number": number(index), "message": _TEXT.format(index)}
    return Outgoing(ACCOUNT, item["number"], {"application": "8"}, item)


def event_row() -> dict[str, Any]:
    """A row of `events` such as the hook `lead` makes it, with an id of its own."""
    identity, now = str(ULID()), time.time()
    row = {
        "id": identity, "hook": "lead", "source": "zapier", "destination": DESTINATION, "received_at": now,
        "request_id": identity.lower(), "method": "POST", "path": "/hooks/lead", "query": "", "status": "queued",
        "headers": [list(pair) for pair in _HEADERS], "body": b'{"first_name": "Zo\\u00eb"}' * 7,
        "decoded_as": "json", "because": "it is JSON", "fields": {"name": "Zoë", "interest": "solar panels"},
        "errors": {}, "repairs": [], "warnings": [],
    }  # fmt: skip
    columns = [column for column in EVENTS.columns if column.server_default is None]
    return {column.name: row.get(column.name) for column in columns if column.name not in {"seq", "messages"}}


def store_messages(store: Store, count: int) -> None:
    """Store messages 0 to `count` - 1, 100 an event."""
    for first in range(0, count, _MOST):
        accept(store, event_row(), [outgoing(index) for index in range(first, min(first + _MOST, count))])


def states(store: Store) -> dict[tuple[str, int], int]:
    """How many messages have each (status, attempts)."""
    query = sa.select(MESSAGES.c.status, MESSAGES.c.attempts, sa.func.count()).group_by(
        MESSAGES.c.status, MESSAGES.c.attempts
    )
    with store.read() as connection:
        return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def wait_until_settled(store: Store, count: int, *, seconds: float = 30.0) -> None:
    """Raises ValueError unless soon `count` messages are accepted, at one attempt each, and there is no other one."""
    for _ in _moments(seconds):
        if (found := states(store)) == {("accepted", 1): count}:
            return
    raise ValueError(f"{count:,} messages were to be accepted at one attempt each, but: {found}")


def _moments(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    yield
    while time.monotonic() < deadline:
        time.sleep(0.05)
        yield
