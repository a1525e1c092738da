"""What the sandbox took and what it answers: the push API's rules over an inbox; no sockets, the clock is passed in."""

from __future__ import annotations

import dataclasses
import itertools
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from adapter.picky.sandbox.events import DELIVERED, NO_URL, Events, Postman
from adapter.picky.sandbox.inbox import CREDIT, Message, Push, report
from adapter.picky.sandbox.plan import KEEP, Plan
from adapter.picky.sandbox.reading import Call, Reading, read
from adapter.picky.sandbox.refusals import Envelope, address, authentic, body, is_group, recipients, refusal
from adapter.picky.sandbox.reply import EXCESS, Reply, answered, dropped
from adapter.picky.sandbox.rules import Rule
from adapter.picky.sandbox.threads import Written, thread, threads
from adapter.picky.sandbox.window import Window

KEPT_MESSAGES: Final = 10_000
KEPT_REQUESTS: Final = 1_000
KEPT_WRITTEN: Final = 1_000


@dataclasses.dataclass(slots=True)
class Counters:
    """Pushes since the last reset: all that arrived, taken, refused with an error body, dropped for coming too fast;
    and the messages of those taken. Pushes that only misbehaviour kept out are in `requests` alone."""

    requests: int = 0
    taken: int = 0
    messages: int = 0
    refused: int = 0
    dropped: int = 0


class Sandbox:
    """One thread-safe stand-in for a Picky Assist project, or for several when there are several tokens.

    `rate` is pushes in any 60 s and for each token, 0 for no limit. `tokens` are the right ones; without any, every
    token that is not empty is right. `excess` says how a push over the rate is dropped: answered `429`, or `silent`.
    `clock` gives Unix seconds. `balance` is shared by all tokens; each message costs 0.005. Ids are counted from
    `ids_from` on: a real project gives none twice.
    """

    def __init__(
        self,
        rate: int = 90,
        tokens: Collection[str] | None = None,
        excess: str = "429",
        events: Events | None = None,
        seed: int = 0,
        *,
        clock: Callable[[], float] = time.time,
        balance: str = "1000000",
        ids_from: int = 0,
    ) -> None:
        if excess not in EXCESS:
            raise ValueError(f'excess must be "429" or "silent", not "{excess}".')
        self._rate, self._excess, self._clock, self._opening = rate, excess, clock, _decimal(balance)
        self._tokens = frozenset(tokens or ())
        self._postman = Postman(events, seed=seed) if events else None
        self._lock = threading.Lock()
        # They go on behind the documentation's own samples, and through a reset.
        self._push_ids, self._msg_ids = itertools.count(7_478_631 + ids_from), itertools.count(9_844_219 + ids_from)
        self._empty()

    def messages(self) -> list[dict[str, Any]]:
        """The newest 10,000 messages, oldest first; the shape is that of `Message.view`."""
        return [message.view() for message in self.inbox()]

    def inbox(self) -> list[Message]:
        """The messages themselves, oldest first."""
        with self._lock:
            return list(self._messages)

    def requests(self) -> list[dict[str, Any]]:
        """The newest 1,000 pushes, oldest first, dropped ones included: `path, encoding, content_type, user_agent,
        body` (whole envelope as read), `answer` (an object, a text, or null where nothing was answered), `received_at`.
        """
        with self._lock:
            return list(self._requests)

    def counters(self) -> dict[str, int]:
        """`requests, taken, messages, refused, dropped`: see `Counters`."""
        with self._lock:
            return dataclasses.asdict(self._counters)

    def behave(
        self,
        next: Sequence[Rule] | None = KEEP,  # noqa: A002  the same word as in the JSON of /sandbox/behave
        always: Rule | None = KEEP,
        tokens: Mapping[str, Rule] | None = KEEP,
    ) -> None:
        """Replace the parts of the plan that are given; None empties a part, a part not given stays as it is."""
        with self._lock:
            self._plan.change(next, always, tokens)

    def set_balance(self, balance: str) -> None:
        """Top up, or empty, the balance; ValueError where it is no plain decimal text."""
        amount = _decimal(balance)
        with self._lock:
            self._balance = amount

    def reset(self) -> None:
        """Empty inbox, counters, rate window and misbehaviour; the balance is the first one again."""
        with self._lock:
            self._empty()
        if self._postman:
            self._postman.forget()

    def inbound(self, number: str, text: str, token: str | None = None) -> int:
        """Post a message of a person: the webhook's HTTP status, 0 when not reached. ValueError without event URL.

        It goes to the project of `token`, by default to the one that wrote to that number last.
        """
        if self._postman is None:
            raise ValueError(NO_URL)
        if token is None:
            writers = (message.push.token for message in reversed(self.inbox()) if message.number == number)
            token = next(writers, "")
        http = self._postman.inbound(number, text, token=token)
        with self._lock:
            self._written.append(Written(number, text, self._clock(), http))
        return http

    def threads(self) -> list[dict[str, Any]]:
        """The numbers with messages, newest first: see `threads`."""
        return threads(self.inbox(), self._told())

    def thread(self, number: str) -> dict[str, Any]:
        """What a number got and wrote: see `thread`."""
        return thread(number, self.inbox(), self._told())

    def _told(self) -> list[Written]:
        with self._lock:
            return list(self._written)

    def waiting_events(self) -> int:
        """How many events are not at their webhook yet; 0 when nothing more comes by itself."""
        return self._postman.waiting if self._postman else 0

    def close(self) -> None:
        """Post no more events."""
        if self._postman:
            self._postman.close()

    def push(self, call: Call) -> Reply:
        """Take, refuse or drop one push, under the rule whose turn it is."""
        reading, now = read(call), self._clock()
        with self._lock:
            self._counters.requests += 1
            reply = self._reply(reading, now)
            self._requests.append(_record(call, reading, reply, now))
        return reply

    def check_balance(self, call: Call) -> Reply:
        """`{"token"}` -> status, message and the balance as text. Costs nothing and counts for no limit."""
        refused = self._stranger(read(call).value)
        with self._lock:
            return refused or Reply.of(body(100) | {"balance": format(self._balance, "f")})

    def delivery_report(self, call: Call) -> Reply:
        """`{"token", "push_id"}` -> the report. What an unknown push_id gets is not known: here 410."""
        envelope = read(call).value
        refused = self._stranger(envelope)
        if refused:
            return refused
        wanted = str(envelope.get("push_id"))
        messages = [message for message in self.inbox() if message.push.push_id == wanted]
        return Reply.of(report(messages) if messages else body(410))

    def _empty(self) -> None:
        self._messages: deque[Message] = deque(maxlen=KEPT_MESSAGES)
        self._requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        self._written: deque[Written] = deque(maxlen=KEPT_WRITTEN)
        self._counters, self._plan, self._balance = Counters(), Plan(), self._opening
        self._window = Window(self._rate)

    def _stranger(self, envelope: Any) -> Reply | None:
        if not isinstance(envelope, dict):
            return Reply.of(body(410))
        return None if authentic(envelope, self._tokens) else Reply.of(body(401))

    def _reply(self, reading: Reading, now: float) -> Reply:
        envelope = reading.value if isinstance(reading.value, dict) else {}
        token = str(envelope.get("token", ""))
        if not self._window.admits(token, now):
            self._counters.dropped += 1
            return dropped(self._excess)
        rule = self._plan.pick(token, _numbers(envelope))
        if rule.takes:
            return answered(rule, self._answer(reading.value, now))
        self._counters.refused += rule.http is None and rule.status is not None
        return answered(rule, body(rule.status or 100))

    def _answer(self, envelope: Any, now: float) -> dict[str, Any]:
        status = refusal(envelope, self._tokens)
        if status is None and _cost(envelope) > self._balance:
            status = 403
        if status is None:
            return self._take(envelope, now)
        self._counters.refused += 1
        return body(status)

    def _take(self, envelope: Envelope, now: float) -> dict[str, Any]:
        push = Push(str(next(self._push_ids)), envelope, now)
        messages = [
            Message(push, address(envelope, item), str(next(self._msg_ids)), item) for item in recipients(envelope)
        ]
        self._messages.extend(messages)
        self._balance -= _cost(envelope)
        self._counters.taken += 1
        self._counters.messages += len(messages)
        self._deliver(messages, group=is_group(envelope))
        answer = {"status": 100, "push_id": push.push_id, "message": "Success"}
        # What a group send is answered is not known; a success without `data` is documented for templates.
        return answer if is_group(envelope) else answer | {"data": [message.row() for message in messages]}

    def _deliver(self, messages: Sequence[Message], *, group: bool) -> None:
        """Events move a message along; without them it counts as delivered at once. Groups have no events."""
        if self._postman and not group and self._postman.reaches(messages[0].push.token):
            self._postman.expect(messages)
            return
        for message in messages:
            message.status = DELIVERED


def _decimal(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError(f'a balance is a number such as "1000000" or "0.5", not "{text}".')
    return Decimal(text)


def _numbers(envelope: Envelope) -> set[str]:
    data = envelope.get("data")
    items = data if isinstance(data, list) else []
    return {str(item.get("number")) for item in items if isinstance(item, dict)}


def _cost(envelope: Envelope) -> Decimal:
    return Decimal(CREDIT) * len(recipients(envelope))


def _record(call: Call, reading: Reading, reply: Reply, now: float) -> dict[str, Any]:
    return {
        "path": call.path,
        "encoding": reading.encoding,
        "content_type": call.content_type,
        "user_agent": call.user_agent,
        "body": reading.value,
        "answer": reply.answer,
        "received_at": now,
    }
