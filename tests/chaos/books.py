"""The books of a scenario: what senders were told, what the store says and what the sandbox took must agree."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.states import RANKS, REPORTED
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, MESSAGES

REPORTED_ON: Final = frozenset({"submitted", "delivered", "read", "refunded"})
SETTLED: Final = REPORTED_ON | {"accepted", "held", "unknown", "parked", "failed", "dead"}


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """A row of `events`: the order it was sent for, and how many messages it says it made."""

    id: str
    order: str
    messages: int


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """A row of `messages`."""

    id: str
    event: str
    status: str
    push_id: str | None
    msg_id: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Books:
    """`answered`: event ids by order, as senders were told with a 200. `inbox`: the sandbox's messages."""

    answered: Mapping[str, str]
    events: Sequence[Event]
    messages: Sequence[Message]
    inbox: Sequence[Mapping[str, Any]]

    @property
    def untold(self) -> list[str]:
        """A sentence for each message whose state is not what the sandbox reported of it, and was told it heard."""
        states = {message.id: message.status for message in self.messages}
        told = {one["reference_number"]: [REPORTED[status] for status in one.get("posted", ())] for one in self.inbox}
        return [
            f"Message {message} was reported as {furthest}, and is {states.get(message)}."
            for message, reported in told.items()
            if reported
            for furthest in [max(reported, key=lambda state: RANKS[state])]
            if RANKS.get(states.get(message, ""), -1) < RANKS[furthest]
        ]


@dataclasses.dataclass(frozen=True, slots=True)
class Audit:
    """What the books say: states by name, and a sentence for each thing that must not be."""

    states: Counter[str]
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    unsettled: tuple[str, ...]
    unbalanced: tuple[str, ...]
    untold: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """All the sentences."""
        return (*self.lost, *self.twice, *self.unsettled, *self.unbalanced, *self.untold)


def audit(books: Books) -> Audit:
    """Compare every event and message with everything else that is known of it."""
    return Audit(
        Counter(message.status for message in books.messages),
        tuple(_lost(books)),
        tuple(_twice(books)),
        tuple(_unsettled(books)),
        tuple(_unbalanced(books)),
        tuple(books.untold),
    )


def read_books(url: str, answered: Mapping[str, str], inbox: Sequence[Mapping[str, Any]]) -> Books:
    """The books with what the database at `url` holds."""
    store = Store(url)
    try:
        with store.read() as connection:
            events = [
                Event(row.id, str((row.fields or {}).get("order")), row.messages)
                for row in connection.execute(sa.select(EVENTS.c.id, EVENTS.c.fields, EVENTS.c.messages))
            ]
            columns = (MESSAGES.c.id, MESSAGES.c.event_id, MESSAGES.c.status, MESSAGES.c.push_id, MESSAGES.c.msg_id)
            messages = [Message(*row) for row in connection.execute(sa.select(*columns))]
    finally:
        store.close()
    return Books(answered, events, messages, inbox)


def _lost(books: Books) -> Iterable[str]:
    orders = {event.id: event.order for event in books.events}
    made = Counter(message.event for message in books.messages)
    for order, event in books.answered.items():
        if event not in orders:
            yield f"Event {event} of {order} was answered 200 and is not in the store."
        elif orders[event] != order:
            yield f"Event {event} was answered to {order} and is the one of {orders[event]}."
        elif not made[event]:
            yield f"Event {event} of {order} was answered 200 and has no message."
    for one in books.events:
        if made[one.id] != one.messages:
            yield f"Event {one.id} says that it made {one.messages} messages; the store has {made[one.id]}."


def _twice(books: Books) -> Iterable[str]:
    for order, count in Counter(event.order for event in books.events).items():
        if count > 1:
            yield f"Order {order} is {count} events."
    for event, count in Counter(message.event for message in books.messages).items():
        if count > 1:
            yield f"Event {event} has {count} messages."
    for reference, count in Counter(taken["reference_number"] for taken in books.inbox).items():
        if count > 1:
            yield f"Message {reference} reached the sandbox {count} times."
    for number, count in Counter(taken["number"] for taken in books.inbox).items():
        if count > 1:
            yield f"Number {number} got {count} messages."


def _unsettled(books: Books) -> Iterable[str]:
    for message in books.messages:
        if message.status not in SETTLED:
            yield f"Message {message.id} stays {message.status}."


def _unbalanced(books: Books) -> Iterable[str]:
    taken = {one["reference_number"]: one for one in books.inbox}
    stored = {message.id: message for message in books.messages}
    for message in books.messages:
        if message.status in {"accepted", *REPORTED_ON}:
            yield from _receipt_faults(message, taken.get(message.id))
    for reference in taken:
        if reference not in stored:
            yield f"The sandbox took message {reference}, which the store does not know."
        elif stored[reference].status not in {
            "accepted",
            "unknown",
            *REPORTED_ON,
            *_failed_by_report(books, reference),
        }:
            yield f"The sandbox took message {reference}, which is {stored[reference].status}."
    known = {event.id for event in books.events}
    for message in books.messages:
        if message.event not in known:
            yield f"Message {message.id} belongs to no event."


def _failed_by_report(books: Books, reference: str) -> set[str]:
    told = next(one.get("posted", ()) for one in books.inbox if one["reference_number"] == reference)
    return {"failed"} if told else set()


def _receipt_faults(message: Message, taken: Mapping[str, Any] | None) -> Iterable[str]:
    if taken is None:
        yield f"Message {message.id} is {message.status}, and the sandbox does not have it."
    elif (message.push_id, message.msg_id) != (taken["push_id"], taken["msg_id"]):
        yield (
            f"Message {message.id} has the receipt {message.push_id}/{message.msg_id}; "
            f"the sandbox gave {taken['push_id']}/{taken['msg_id']}."
        )
