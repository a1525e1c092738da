"""Rows for the outbox, as small as they can be."""

from __future__ import annotations

import time
from typing import Any

from ulid import ULID

from adapter.delivery.acceptance import Accepted, accept
from adapter.delivery.batch import Outgoing
from adapter.picky.account import Account
from adapter.store.engine import Store


def account(url: str = "http://127.0.0.1:1/push", **options: Any) -> Account:
    """The main account, unpaced."""
    return Account("main", url, "t", **({"rate": 0} | options))


def event(**changes: Any) -> dict[str, Any]:
    """A row of `events`."""
    row = {
        "id": str(ULID()), "hook": "h", "source": "form", "destination": "sandbox", "received_at": time.time(),
        "request_id": "r", "method": "POST", "path": "/hooks/h", "query": "", "headers": [], "body": b"", "status": "queued",
        "reason": None, "decoded_as": "json", "because": "", "fields": {}, "errors": {}, "repairs": [], "warnings": [],
    }  # fmt: skip
    return row | changes


def outgoing(number: int = 0, *, head: dict[str, Any] | None = None, **changes: Any) -> Outgoing:
    """A message to the `number`-th recipient."""
    digits = str(919876500000 + number)
    item = {"number": digits, "message": f"Hi {number}"} | changes.pop("item", {})
    return Outgoing("main", digits, head or {"application": "8"}, item, **changes)


def store_messages(store: Store, count: int = 1, *, first: int = 0, **changes: Any) -> Accepted:
    """One event with `count` messages to different numbers."""
    return accept(store, event(), [outgoing(first + at, **changes) for at in range(count)])
