"""What comes back later: delivery events and inbound messages, posted in the background to one webhook."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import random
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote_plus

import requests

from adapter.picky.sandbox.inbox import PROJECT, Message

# 4 (submitted) comes before 1 (delivered) before 3 (read); 2 (failed) and 5 (refunded) end a message.
SUBMITTED, DELIVERED, FAILED, READ, REFUNDED = 4, 1, 2, 3, 5
ROWS_A_POST: Final = 100
TIMEOUT: Final = 5.0
USER_AGENT: Final = "sandbox-events/1.0"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Where events go and how well. `delay` is the seconds between two statuses of a message; shares are 0 to 1.

    `failed`, `refunded` and `read` are shares of the messages; `lost` and `duplicated` are shares of the events;
    `shuffled` posts the events of a message in any order.
    """

    url: str
    delay: float = 0.5
    read: float = 0.0
    failed: float = 0.0
    refunded: float = 0.0
    lost: float = 0.0
    duplicated: float = 0.0
    shuffled: bool = False


class Postman:
    """Posts what is due from one thread, which starts with the first message; `close` ends it."""

    def __init__(self, events: Events, *, seed: int) -> None:
        self._events = events
        self._random = random.Random(seed)  # noqa: S311  a repeatable run is the point, not a secret
        self._due: list[tuple[float, int, int, Message]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def expect(self, messages: Sequence[Message]) -> None:
        """Plan the events of messages that were just taken; returns at once."""
        now = time.monotonic()
        with self._wake:
            for message in messages:
                for wait, status in self._fate():
                    heapq.heappush(self._due, (now + wait, next(self._order), status, message))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="sandbox-events", daemon=True)
                self._thread.start()
            self._wake.notify()

    def forget(self) -> None:
        """Drop every event that was not yet posted."""
        with self._wake:
            self._due.clear()

    def close(self) -> None:
        """Post nothing more."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    def inbound(self, number: str, text: str) -> int:
        """Post what a person wrote, in the shape seen on a real account; returns the HTTP status of the webhook."""
        message = {
            "number": number,
            "message-in": quote_plus(text),
            "message_in_raw": text,
            "type": 1,
            "application": 121,
            "unique-id": str(751403635 + next(self._order)),
            "project-id": int(PROJECT),
            "direction": 0,
            "name": "Example",
        }
        return self._post(message)

    def _fate(self) -> Iterator[tuple[float, int]]:
        """Seconds from now and status, for every event of one message."""
        for step, status in enumerate(self._statuses(), 1):
            wait = self._events.delay * (self._random.uniform(0, 4) if self._events.shuffled else step)
            yield wait, status
            if self._random.random() < self._events.duplicated:
                yield wait + self._events.delay, status

    def _statuses(self) -> tuple[int, ...]:
        chance = self._random.random()
        if chance < self._events.failed:
            return SUBMITTED, FAILED
        if chance < self._events.failed + self._events.refunded:
            return SUBMITTED, REFUNDED
        return (SUBMITTED, DELIVERED, READ) if self._random.random() < self._events.read else (SUBMITTED, DELIVERED)

    def _run(self) -> None:
        while not self._closed:
            rows = self._collect()
            if rows:
                self._post({"project_id": PROJECT, "event_id": 1, "data": rows})

    def _collect(self) -> list[dict[str, str]]:
        """Wait for the next event and take all that are due, at most ROWS_A_POST."""
        rows: list[dict[str, str]] = []
        with self._wake:
            wait = self._due[0][0] - time.monotonic() if self._due else None
            if wait is None or wait > 0:
                self._wake.wait(wait)
            while self._due and self._due[0][0] <= time.monotonic() and len(rows) < ROWS_A_POST:
                _, _, status, message = heapq.heappop(self._due)
                message.move(status)
                if self._random.random() >= self._events.lost:
                    rows.append(_row(message, status))
        return rows

    def _post(self, payload: dict[str, Any]) -> int:
        """The HTTP status of the webhook, 0 when it was not reached; the real service does not look at the answer."""
        try:
            with requests.Session() as session:
                session.trust_env = False
                headers = {"User-Agent": USER_AGENT}
                url = self._events.url
                answer = session.post(url, json=payload, headers=headers, timeout=TIMEOUT, allow_redirects=False)
                return answer.status_code
        except requests.RequestException:
            return 0


def _row(message: Message, status: int) -> dict[str, str]:
    """One row of an event, all text. `reference_number` comes back only where it was sent."""
    row = {
        "push_id": message.push.push_id,
        "number": message.number,
        "msg_id": message.msg_id,
        "status": str(status),
        "message": message.text,
        "message_type": "image" if message.media else "text",
        "channel_id": message.push.application,
        "source": "API",
    }
    given = {
        "reference_number": message.item.get("reference_number"),
        "media": message.media,
        "template_id": message.push.envelope.get("template_id"),
        "error_message": "Undelivered" if status in (FAILED, REFUNDED) else None,
    }
    return row | {key: str(value) for key, value in given.items() if value}
