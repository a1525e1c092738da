"""A message as its event's page shows it: how it stands, what can be done, its bubble, and what went over the line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import structlog

from adapter.delivery import control, event_parts
from adapter.delivery.control import Selection
from adapter.delivery.hiding import hidden
from adapter.delivery.page_words import on_a_page
from adapter.delivery.states import DUE
from adapter.picky.channels import channel
from adapter.services import Services
from adapter.store.engine import UNAVAILABLE
from adapter.web.console.bubbles import Bubble, bubble_of
from adapter.web.console.event_room import Room
from adapter.web.console.event_words import BUTTONS, HEADLINES, NOTHING_TO_DO, OF_STATE, OTHERWISE

_MOST_ATTEMPTS: Final = 4  # of a message, with their JSON
_MOST_JSON: Final = 4_000
_MOST_TEXT: Final = 13_000  # of a bubble, as much as WhatsApp takes
Part = TypeVar("Part")


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One attempt: what went out for this message, and the answer; `together`: messages in the same call."""

    url: str
    sent: str
    together: int
    status: str
    answer: str


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """One step of a message: `took` are the seconds since the one before, `call` what went over the line."""

    at: float | None
    word: str
    text: str
    do: str
    took: float | None = None
    call: Call | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class MessageView:
    """A message with everything: how it stands, what to do, its bubble and its steps. `place` is its number in the
    event, `way` 2 and more where it went in another one's place; `stopped`: (kind, name) of what is to be resumed
    before it moves."""

    id: str
    place: int
    way: int
    status: str
    number: str
    headline: tuple[str, str]
    cause: str
    do: str
    stopped: tuple[tuple[str, str], ...]
    buttons: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    bubble: Bubble | None
    steps: tuple[Told, ...]
    changed_at: float


def alone(make: Callable[[], Part]) -> Part | None:
    """A part of the page, or None where it cannot be made: the others stand all the same."""
    try:
        return make()
    except UNAVAILABLE:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever was stored, the rest of the page is shown
        structlog.get_logger("console").error("event_part_failed", fault=type(fault).__name__)
        return None


def message_view(here: Services, message: Mapping[str, Any], room: Room) -> MessageView:
    """The view of a message as `story` tells it."""
    head, item = event_parts.contents(here.store, [message["id"]])[message["id"]]
    status = message["status"]
    present = next((one for one in reversed(message["steps"]) if one["step"] == status), None) or {"text": "", "do": ""}
    steps = _steps(here, message, item, room)
    return MessageView(
        id=message["id"],
        place=_place(message),
        way=message["way"],
        status=status,
        number=message["number"],
        headline=HEADLINES[status],
        cause=room.said(on_a_page(present["text"]), 900),
        do=room.said(on_a_page(present["do"]), 600) or OTHERWISE.get(status, NOTHING_TO_DO),
        stopped=_stopped(here, message),
        buttons=_buttons(here, message),
        facts=tuple(_facts(message, head, room)),
        bubble=alone(lambda: bubble_in(head, item, room)),
        steps=steps,
        changed_at=message["changed_at"],
    )


def _place(message: Mapping[str, Any]) -> int:
    number = str(message["chain"]).rpartition("-")[2]
    return int(number) if number.isdecimal() else 1


def bubble_in(head: Mapping[str, Any], item: Mapping[str, Any], room: Room) -> Bubble:
    """The bubble, its text cut where the page has no room for it."""
    if isinstance(text := item.get("message"), str):
        item = {**item, "message": room.long(text, _MOST_TEXT)}
    if not room.shows_numbers:
        head, item = (
            {key: one if key in _STEERING else hidden(one) for key, one in part.items()} for part in (head, item)
        )
    return bubble_of(head, item)


_STEERING: Final = frozenset({"application", "template_id", "language", "voice", "sticker", "priority"})


def _facts(message: Mapping[str, Any], head: Mapping[str, Any], room: Room) -> Iterator[tuple[str, str]]:
    yield "Account", message["account"]
    yield "Channel", room.said(channel(head.get("application", "")), 100)
    yield "Reference", room.said(message["reference"], 100)
    yield "Message id", message["id"]
    for name, key in (("push_id", "push_id"), ("msg_id", "msg_id"), ("Credit", "credit")):
        if message[key] is not None:
            yield name, room.said(message[key], 100) if key == "credit" else str(message[key])[:100]


def _stopped(here: Services, message: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if message["destination"] != here.destination or message["status"] not in (*DUE, "parked"):
        return ()
    mine = [(kind, message[kind]) for kind in ("hook", "account")]
    still = {(kind, name) for kind, name, _ in control.paused(here.store)}
    return tuple(one for one in mine if one in still or (one[0] == "account" and message["status"] == "parked"))


def _buttons(here: Services, message: Mapping[str, Any]) -> tuple[str, ...]:
    """The buttons of its state that would change something now."""
    if message["destination"] != here.destination:
        return ()
    return tuple(key for key in OF_STATE.get(message["status"], ()) if can(here, key, message["id"]))


def can(here: Services, key: str, identity: str) -> bool:
    """Whether the button would change this message."""
    selection = Selection(here.destination, identity=identity)
    return bool(control.count(here.store, BUTTONS[key].action, selection))


def _steps(here: Services, message: Mapping[str, Any], item: Mapping[str, Any], room: Room) -> tuple[Told, ...]:
    attempts = {f"attempt {at}": one for at, one in enumerate(message["attempts"], 1)}
    shown = {word: attempts[word] for word in list(attempts)[-_MOST_ATTEMPTS:]}
    sent = alone(lambda: event_parts.posted(here.store, [one["push"] for one in shown.values()], item)) or {}
    told: list[Told] = []
    before: float | None = None
    for one in message["steps"]:
        at = one["at"]
        took = at - before if at is not None and before is not None and at >= before else None
        attempt = shown.get(one["step"])
        call = _call(attempt, sent.get(attempt["push"]), room) if attempt else None
        told.append(Told(at, one["step"], room.said(on_a_page(one["text"]), 600), room.said(on_a_page(one["do"]), 400),
                         took, call))  # fmt: skip
        before = at if at is not None else before
    return tuple(told)


def _call(attempt: Mapping[str, Any], sent: event_parts.Posted | None, room: Room) -> Call:
    status = "" if attempt["http_status"] is None else f"HTTP {attempt['http_status']}"
    if attempt["body_status"] is not None:
        status += f", status {attempt['body_status']}"
    return Call(
        url=f"{sent.url} ({sent.encoding})" if sent else "",
        sent=room.json(sent.body, _MOST_JSON) if sent else "",
        together=attempt["together"],
        status=status,
        answer=room.long(attempt["answer"] or "", _MOST_JSON),
    )
