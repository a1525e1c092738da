"""What comes back later: delivery events and inbound messages, posted in the background to a project's webhook."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote_plus

import requests

from adapter.picky.sandbox.inbox import PROJECT, Message

# 4 (submitted) comes before 1 (delivered) before 3 (read); 2 (failed) and 5 (refunded) end a message.
SUBMITTED, DELIVERED, FAILED, READ, REFUNDED = 4, 1, 2, 3, 5
ROWS_A_POST: Final = 100
TIMEOUT: Final = 5.0
USER_AGENT: Final = "sandbox-events/1.0"
NO_URL: Final = "the sandbox has no event URL to post a message to."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Where events go and how well. `delay` is the seconds between two statuses of a message; shares are 0 to 1.

    `urls` are the webhooks of the tokens they name, `url` is that of all others; without one a message has no events.
    `failed`, `refunded` and `read` are shares of the messages; `lost` and `duplicated` are shares of the events;
    `shuffled` posts the events of a message in any order. `rate` is the most posts a second. A post that is not
    answered, or with 5xx, is posted again after each of `retry` seconds and then no more; the real service waits
    1 minute, 15 minutes, 2 and 6 hours, and only for those who switched that on. `error` is why a message failed.
    """

    url: str = ""
    urls: Mapping[str, str] = dataclasses.field(default_factory=dict)
    delay: float = 0.5
    read: float = 0.0
    failed: float = 0.0
    refunded: float = 0.0
    lost: float = 0.0
    duplicated: float = 0.0
    shuffled: bool = False
    rate: float = 50.0
    retry: tuple[float, ...] = (1.0, 5.0, 15.0)
    error: str = "Undelivered"

    def url_for(self, token: str) -> str:
        """The webhook of a token's project, `""` where it has none."""
        return self.urls.get(token, self.url)


@dataclasses.dataclass(frozen=True, slots=True)
class _Event:
    """One status of one message, on its way to a webhook."""

    url: str
    status: int
    message: Message


@dataclasses.dataclass(frozen=True, slots=True)
class _Post:
    """What is posted at once, and how often it was in vain."""

    url: str
    events: tuple[_Event, ...]
    tries: int = 0


class Postman:
    """Posts what is due from one thread, which starts with the first message; `close` ends it."""

    def __init__(self, events: Events, *, seed: int) -> None:
        self._events = events
        self._random = random.Random(seed)  # noqa: S311  a repeatable run is the point, not a secret
        self._due: list[tuple[float, int, _Event | _Post]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._under_way = 0

    def reaches(self, token: str) -> bool:
        """Whether the messages of this token have events."""
        return bool(self._events.url_for(token))

    def expect(self, messages: Sequence[Message]) -> None:
        """Plan the events of messages that were just taken; returns at once."""
        with self._wake:
            for message in messages:
                for wait, status in self._fate():
                    self._plan(wait, _Event(self._events.url_for(message.push.token), status, message))
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="sandbox-events", daemon=True)
                self._thread.start()
            self._wake.notify()

    @property
    def waiting(self) -> int:
        """How many events, or posts that were in vain, are not at their webhook yet."""
        with self._wake:
            return len(self._due) + self._under_way

    def forget(self) -> None:
        """Drop every event that was not yet posted."""
        with self._wake:
            self._due.clear()

    def close(self) -> None:
        """Post nothing more."""
        self._closed.set()
        with self._wake:
            self._wake.notify()

    def inbound(self, number: str, text: str, *, token: str) -> int:
        """Post what a person wrote, in the shape seen on a real account; returns the HTTP status of the webhook.

        It goes to the token's webhook, else to any. ValueError where there is none.
        """
        url = self._events.url_for(token) or next(iter(self._events.urls.values()), "")
        if not url:
            raise ValueError(NO_URL)
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
        return _post(url, message)

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

    def _plan(self, wait: float, what: _Event | _Post) -> None:
        heapq.heappush(self._due, (time.monotonic() + wait, next(self._order), what))

    def _run(self) -> None:
        while not self._closed.is_set():
            for post in self._collect():
                self._deliver(post)
                with self._wake:
                    self._under_way -= 1
                self._closed.wait(1 / self._events.rate)

    def _collect(self) -> list[_Post]:
        """Wait for what is due next, and take at most ROWS_A_POST of all that is: a post for each webhook."""
        posts: list[_Post] = []
        events: dict[str, list[_Event]] = {}
        with self._wake:
            wait = self._due[0][0] - time.monotonic() if self._due else None
            if not self._closed.is_set() and (wait is None or wait > 0):
                self._wake.wait(wait)
            for _ in range(ROWS_A_POST):
                if not self._due or self._due[0][0] > time.monotonic():
                    break
                what = heapq.heappop(self._due)[2]
                if isinstance(what, _Post):
                    posts.append(what)
                    continue
                what.message.move(what.status)
                if self._random.random() >= self._events.lost:
                    events.setdefault(what.url, []).append(what)
            posts += [_Post(url, tuple(theirs)) for url, theirs in events.items()]
            self._under_way = len(posts)
        return posts

    def _deliver(self, post: _Post) -> None:
        """Post it; where that was in vain, plan to do so again, while others go on."""
        rows = [_row(event, self._events.error) for event in post.events]
        http = _post(post.url, {"project_id": PROJECT, "event_id": 1, "data": rows})
        if http == 200:
            for event in post.events:
                event.message.posted.append(event.status)
        elif (http == 0 or http >= 500) and post.tries < len(self._events.retry):
            with self._wake:
                self._plan(self._events.retry[post.tries], dataclasses.replace(post, tries=post.tries + 1))


def _post(url: str, payload: dict[str, Any]) -> int:
    """The HTTP status of the webhook, 0 when it was not reached; what else it answers is not looked at."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            headers = {"User-Agent": USER_AGENT}
            return session.post(url, json=payload, headers=headers, timeout=TIMEOUT, allow_redirects=False).status_code
    except requests.RequestException:
        return 0


def _row(event: _Event, error: str) -> dict[str, str]:
    """One row of an event, all text. `reference_number` comes back only where it was sent."""
    message, status = event.message, event.status
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
        "error_message": error if status in (FAILED, REFUNDED) else None,
    }
    return row | {key: str(value) for key, value in given.items() if value}
