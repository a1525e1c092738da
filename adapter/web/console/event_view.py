"""An event as its page shows it: the answer first, then each part of its story, bounded and with numbers hidden."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapter import answers
from adapter.delivery import control, event_parts
from adapter.delivery.control import Selection
from adapter.delivery.event_parts import Listed
from adapter.delivery.families import LOOKS, OF_FAMILY
from adapter.delivery.page_words import on_a_page
from adapter.delivery.story import request_of, story
from adapter.draft.cleaned import is_signature
from adapter.draft.vocabulary import is_secret
from adapter.errors import fault_lines
from adapter.services import Services
from adapter.web.console.event_room import Room
from adapter.web.console.event_words import (
    ALL,
    EVENT_HEADLINES,
    NOTHING_TO_DO,
    Button,
)
from adapter.web.console.message_view import MessageView, alone, message_view

MOST_LISTED: Final = 50
MOST_WHOLE: Final = 3  # messages that are all shown with everything
MOST_ALIKE: Final = 20
_MOST_HEADERS: Final = 40
_MOST_VALUES: Final = 40
_ROOM: Final = 34_000
_FEW: Final = 12_000
MOST_BODY: Final = 32_768
_MOST_RAW: Final = 14_000
_MOST_PRETTY: Final = 8_000
_WORST: Final = ("person", "badly", "moving", "quiet", "arrived")


@dataclasses.dataclass(frozen=True, slots=True)
class Body:
    """The body as text: as it came, and as JSON on several lines where it is JSON. `whole`: nothing of it was cut."""

    size: int
    raw: str
    pretty: str
    whole: bool
    masked: bool
    is_text: bool


@dataclasses.dataclass(frozen=True, slots=True)
class EventView:
    """What the page shows. A part that is None could not be made; the others stand."""

    event: Mapping[str, Any]
    state: str
    title: str
    cause: str
    do: str
    states: tuple[tuple[str, int], ...]
    total: int
    messages: tuple[MessageView, ...] | None
    list: tuple[Listed, ...]
    headers: tuple[tuple[str, str], ...] | None
    body: Body | None
    read: tuple[str, str] | None
    repairs: tuple[Mapping[str, str], ...] | None
    warnings: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...] | None
    more: Mapping[str, int]
    here: bool
    can_replay: bool
    all_buttons: tuple[tuple[Button, int], ...]
    again: str

    @property
    def only(self) -> MessageView | None:
        """The message, where the event made one."""
        return self.messages[-1] if self.total == 1 and self.messages else None

    @property
    def moves(self) -> bool:
        """Whether the states that it shows may still change by themselves."""
        return self.here and any(LOOKS[state].family in {"moving", "person"} for state, _ in self.states)


def event_view(here: Services, event: str, *, place: int | None, shows_numbers: bool, now: float) -> EventView:
    """The view of an event; of many messages the `place`-th one is shown whole. Raises FoundNothing."""
    resend_after = float(here.settings.resend_after)
    told = story(here.store, event, now=now, resend_after=resend_after, most=MOST_WHOLE)
    rows = event_parts.listed(here.store, event, most=MOST_LISTED)
    total = sum(told["states"].values()) if len(rows) > 1 else len(rows)
    if len(rows) > MOST_WHOLE:
        told = story(here.store, _chosen(event, rows, place), now=now, resend_after=resend_after)
    room = Room(_ROOM, _FEW, shows_numbers)
    request = alone(lambda: request_of(here.store, event)) or {}
    messages = alone(lambda: tuple(message_view(here, one, room) for one in told["messages"]))
    faults = list(fault_lines(told["errors"] or {}))
    fields = alone(lambda: list(answers.flat(told["fields"] or {}).items()))
    state = told["messages"][-1]["status"] if total == 1 else _state(told)
    title, cause, do = _answer(told, faults, total, room)
    return EventView(
        event=told,
        state=state,
        title=title,
        cause=cause,
        do=do,
        states=tuple(sorted(told["states"].items(), key=lambda one: list(LOOKS).index(one[0]))),
        total=total,
        messages=messages,
        list=tuple(rows),
        headers=alone(lambda: _headers(request["headers"], room)),
        body=alone(lambda: _body(bytes(request["body"]), room)),
        read=alone(lambda: (room.said(told["decoded_as"] or ""), room.said(told["because"] or ""))),
        repairs=alone(lambda: tuple(_repair(one, room) for one in (told["repairs"] or [])[:MOST_ALIKE])),
        warnings=tuple(room.said(one) for one in (told["warnings"] or [])[:MOST_ALIKE]),
        errors=tuple(_pair(one, room) for one in faults[:MOST_ALIKE]),
        fields=None if fields is None else tuple(_pair(one, room) for one in fields[:_MOST_VALUES]),
        more={
            "repairs": _over(told["repairs"], MOST_ALIKE), "warnings": _over(told["warnings"], MOST_ALIKE),
            "errors": _over(faults, MOST_ALIKE), "fields": _over(fields, _MOST_VALUES),
            "headers": _over(request.get("headers"), _MOST_HEADERS),
        },
        here=told["destination"] == here.destination,
        can_replay=told["destination"] == here.destination and told["source"] != "push_api"
        and bool(told["status"] == "rejected" or told["errors"]),
        all_buttons=_for_all(here, event) if total > 1 else (),
        again=_again(told),
    )  # fmt: skip


def _chosen(event: str, rows: Sequence[Listed], place: int | None) -> str:
    """The id of the message to show whole: the one that is asked for, else the first that somebody is to look at."""
    if place is not None:
        found = next((one.id for one in rows if one.id == f"{event}-{place}"), None)
        return found or f"{event}-{place}"
    return min(rows, key=lambda one: _WORST.index(LOOKS[one.status].family)).id


def _over(several: Sequence[Any] | None, most: int) -> int:
    return max(0, len(several or []) - most)


def _pair(pair: tuple[str, str], room: Room) -> tuple[str, str]:
    return room.said(pair[0], 100), room.said(pair[1])


def _state(told: Mapping[str, Any]) -> str:
    """The state that the page begins with: the worst of its messages, else the event's own."""
    states = told["states"]
    if not states:
        return "duplicate" if str(told["reason"] or "").startswith("It came again as") else str(told["status"])
    return next(state for family in _WORST for state in OF_FAMILY[family] if state in states)


def _answer(told: Mapping[str, Any], faults: Sequence[tuple[str, str]], total: int, room: Room) -> tuple[str, str, str]:
    """Headline, cause and what to do of an event that made no message or several; of one the message says it."""
    if total > 1:
        counted = ", ".join(f"{count:,} {LOOKS[one].word.lower()}" for one, count in sorted(told["states"].items()))
        return f"{total:,} messages: {counted}.", "", ""
    if total:
        return "", "", ""
    step = next((one for one in told["steps"] if one["step"] in {"ignored", "rejected"}), None)
    cause, do = (step["text"], step["do"]) if step else (NOTHING_TO_DO, "")
    title = EVENT_HEADLINES[told["status"]]
    if told["status"] == "rejected":
        key, fault = faults[0] if faults else ("", told["reason"] or "It could not be read.")
        short, stop, _ = fault.partition(". ")
        title = f"{title}: {key}: {short}{stop.strip()}" if key else f"{title}: {short}{stop.strip()}"
        cause = f"{fault} {cause}" if stop and key else cause
    return room.said(title, 160), room.said(on_a_page(cause), 600), on_a_page(do) or NOTHING_TO_DO


def _again(told: Mapping[str, Any]) -> str:
    step = next((one for one in told["steps"] if one["step"] == "came again"), None)
    return step["text"] if step else ""


def _headers(headers: Sequence[tuple[str, str]], room: Room) -> tuple[tuple[str, str], ...]:
    return tuple((room.said(name, 100), header_value(name, value, room)) for name, value in headers[:_MOST_HEADERS])


def header_value(name: str, value: str, room: Room) -> str:
    """A header's value; stars where its name says that it is a secret."""
    return "***" if is_secret(name) and not is_signature(name) else room.said(value, 160)


def _body(body: bytes, room: Room) -> Body:
    text, is_text = _text(body[:MOST_BODY])
    raw = room.long(text, _MOST_RAW)
    pretty = ""
    if is_text and len(body) <= MOST_BODY and body.lstrip()[:1] in {b"{", b"["}:
        try:
            pretty = room.json(json.loads(text), _MOST_PRETTY)
        except (ValueError, RecursionError):
            pretty = ""
    whole = is_text and len(body) <= MOST_BODY and len(raw) == len(text)
    return Body(len(body), raw, pretty, whole, masked=raw != text[: len(raw)], is_text=is_text)


def _text(body: bytes) -> tuple[str, bool]:
    """The bytes as text, and whether they are that; a character that was cut in two at the end is left out."""
    for cut in range(4):
        try:
            return body[: len(body) - cut].decode("utf-8"), b"\x00" not in body
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1"), False


def _repair(repair: Mapping[str, Any], room: Room) -> Mapping[str, str]:
    """Field, before, after, and why in words."""
    words = {key: room.said(repair.get(key) or "", 160) for key in ("field", "was", "now")}
    return {**words, "code": str(repair["code"]).replace("_", " ")}


def _for_all(here: Services, event: str) -> tuple[tuple[Button, int], ...]:
    found = []
    for button in ALL.values():
        selection = Selection(here.destination, identity=event, statuses=button.statuses)
        count = sum(control.count(here.store, button.action, selection).values())
        found += [(button, count)] if count > 1 else []
    return tuple(found)
