"""Waiting a moment for the relay, for senders that want the real outcome: bounded in time and in threads."""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import sqlalchemy as sa
from flask import current_app, g

from adapter.delivery.outbox import messages_of
from adapter.delivery.states import MOVING
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import services

MOST_SECONDS: Final = 2.6  # the answer must be out within 3 s of the request
_LOOK_SECONDS: Final = 0.03


def seats_for(threads: int) -> threading.Semaphore:
    """How many requests of a process with so many threads may wait at once."""
    return threading.Semaphore(max(1, threads // 4))


def wait_for_messages(event: str) -> list[sa.Row[Any]]:
    """The event's messages as soon as none of them moves any more, at the latest after MOST_SECONDS; [] when a
    quarter of this process's threads wait already."""
    seats: threading.Semaphore = current_app.extensions["adapter_seats"]
    if not seats.acquire(blocking=False):
        return []
    try:
        return _wait(event, g.started + MOST_SECONDS)
    finally:
        seats.release()


def _wait(event: str, deadline: float) -> list[sa.Row[Any]]:
    while True:
        try:
            rows = messages_of(services().store, event)
        except UNAVAILABLE:
            return []
        if all(row.status not in MOVING for row in rows) or time.monotonic() >= deadline:
            return rows
        time.sleep(_LOOK_SECONDS)
