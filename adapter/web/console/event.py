"""One event is one story: what came, what was made of it, what became of it, and what can be done."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from adapter.as_curl import as_curl
from adapter.delivery import control
from adapter.delivery.control import Selection
from adapter.delivery.hiding import hidden
from adapter.delivery.story import FoundNothing, request_of, story
from adapter.errors import Refusal
from adapter.intake.request import RawRequest
from adapter.kept_sample import keep, sample_of
from adapter.mapping.hook import Hook
from adapter.replaying import replay_event, taken_today
from adapter.web.console import session
from adapter.web.console.event_room import Room
from adapter.web.console.event_today import today_of
from adapter.web.console.event_view import MOST_LISTED, MOST_WHOLE, event_view
from adapter.web.console.event_words import ALL, BUTTONS, Button, done
from adapter.web.console.live import fragment
from adapter.web.console.shell import NotHere, console_blueprint, go, page
from adapter.web.console.written import visible
from adapter.web.inbound import services

blueprint: Final = console_blueprint("event")
_LONGEST_ID: Final = 64
_MOST_COMMAND: Final = 20_000


class Hidden(Refusal):
    """It shows phone numbers, which are hidden in this session."""

    status = 403
    code = "numbers_hidden"


@blueprint.get("/events/<identity>")
def event(identity: str) -> Response:
    """The story of an event; a message's own address leads to its place there."""
    if (elsewhere := _elsewhere(identity)) is not None:
        return elsewhere
    asked = {key: request.args[key] for key in ("m", "done", "n") if key in request.args}
    return page("console/event.html", at="events", asked=urlencode(asked), **_shown(identity))


@blueprint.get("/events/<identity>/live")
def live_event(identity: str) -> Response:
    """The story as it stands now, for the page that shows it."""
    return fragment("console/event_now.html", **_shown(identity))


def _shown(identity: str) -> dict[str, Any]:
    place = request.args.get("m", "")
    try:
        view = event_view(
            services(), identity, place=int(place) if place.isdecimal() and len(place) < 7 else None,
            shows_numbers=session.shows_numbers(), now=time.time(),
        )  # fmt: skip
    except FoundNothing as fault:
        raise _gone() from fault
    said = done(request.args.get("done", ""), request.args.get("n", "1"))
    return {"view": view, "done": said, "most": MOST_LISTED, "whole": MOST_WHOLE, "buttons": BUTTONS}


@blueprint.post("/events/<identity>/act")
def act(identity: str) -> Response:
    """Carry out one button, of one message or of all of the event."""
    message, key = request.form.get("message", ""), request.form.get("do", "")
    button = (BUTTONS if message else ALL).get(key)
    if button is None or (message and not _is_of(message, identity)):
        raise NotHere("This button is not known; load the page again.")
    count = _carry_out(button, message or identity)
    if count:
        session.note(button.note, message or identity)
    place = message.removeprefix(f"{identity}-").partition("-")[0] if message else ""
    return go(f"/events/{identity}", done=key, n=str(count), **({"m": place} if place.isdecimal() else {}))


@blueprint.post("/events/<identity>/replay")
def replay(identity: str) -> Response:
    """Make with today's hook what the event did not make."""
    try:
        made = replay_event(services(), identity)
    except FoundNothing as fault:
        raise _gone() from fault
    session.note("event replayed", identity)
    return go(f"/events/{identity}", done="replay" if made.messages else "nothing", n=str(made.messages or 1))


@blueprint.get("/events/<identity>/today")
def today(identity: str) -> Response:
    """What the event became, beside what the hook of today would make of it; nothing is stored."""
    try:
        taken = taken_today(services(), identity)
        view = (
            None
            if isinstance(taken, str)
            else today_of(services(), identity, taken, shows_numbers=session.shows_numbers())
        )
    except FoundNothing as fault:
        raise _gone() from fault
    sentence = taken if isinstance(taken, str) else ""
    return page("console/event_today.html", at="events", identity=identity, view=view, sentence=sentence)


@blueprint.get("/events/<identity>/curl")
def curl(identity: str) -> Response:
    """The request as a command, where numbers are shown."""
    request, command, needs_file = _request(identity), "", False
    if session.shows_numbers():
        command, needs_file = as_curl(request, services().settings.base_url, file=f"{identity}.txt")
    is_seen = str(visible(command)) == command and len(command) <= _MOST_COMMAND
    return page("console/event_curl.html", at="events", identity=identity, command=command if is_seen else "",
                needs_file=needs_file, too_odd=not is_seen)  # fmt: skip


@blueprint.get("/events/<identity>/sample")
def sample(identity: str) -> Response:
    """What a sample of it would hold, to be downloaded or kept."""
    hook, content = _sample(identity)
    text = content.decode("utf-8", "replace")
    shown = Room(40_000, 0, session.shows_numbers()).long(text, 40_000)
    return page("console/event_sample.html", at="events", identity=identity, hook=hook, shown=shown,
                whole=len(shown) == len(text), name=f"event-{identity[-6:].lower()}")  # fmt: skip


@blueprint.get("/events/<identity>/sample.http")
def sample_file(identity: str) -> Response:
    """The sample as a file; it holds the customer's data as it came."""
    if not session.shows_numbers():
        raise Hidden("The file holds phone numbers, and they are hidden now. Show them in the menu, then download it.")
    return as_file(_sample(identity)[1], f"event-{identity[-6:].lower()}.http")


@blueprint.post("/events/<identity>/sample")
def keep_sample(identity: str) -> Response:
    """Keep it beside the hook."""
    hook, content = _sample(identity)
    keep(services(), hook, request.form.get("name", "").strip(), content)
    session.note("sample saved", hook.name)
    return go(f"/events/{identity}", done="sample")


def _sample(identity: str) -> tuple[Hook, bytes]:
    came = _request(identity)
    told = story(services().store, identity, most=1)
    if told["source"] == "push_api":
        raise NotHere("A push has no hook, so there is nothing to keep a sample of.")
    hook = services().catalogue.hook(told["hook"])
    return hook, sample_of(hook, came)


def _request(identity: str) -> RawRequest:
    try:
        return RawRequest(**request_of(services().store, identity))
    except FoundNothing as fault:
        raise _gone() from fault


@blueprint.get("/events/<identity>/body")
def body(identity: str) -> Response:
    """The body as it came, as a file; while numbers are hidden, without them."""
    try:
        came = bytes(request_of(services().store, identity)["body"])
    except FoundNothing as fault:
        raise _gone() from fault
    name = identity
    if not session.shows_numbers():
        came, name = hidden(came.decode("utf-8", "replace")).encode(), f"{identity}-numbers-hidden"
    return as_file(came, f"{name}.txt")


def as_file(content: bytes, name: str) -> Response:
    """Bytes from outside, which no browser shows or guesses at."""
    return Response(content, mimetype="text/plain", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    })  # fmt: skip


def _elsewhere(identity: str) -> Response | None:
    """To the place of a message within its event, where its id stands in the address."""
    event, _, rest = identity.removeprefix("a-").partition("-")
    if event == identity or not event.isalnum() or len(event) > _LONGEST_ID:
        return None
    place = rest.partition("-")[0]
    return go(f"/events/{event}?m={place}#m{place}" if place.isdecimal() else f"/events/{event}")


def _is_of(message: str, event: str) -> bool:
    return message.startswith(f"{event}-")


def _carry_out(button: Button, identity: str) -> int:
    here, count = services(), 0
    selection = Selection(here.destination, identity=identity, statuses=button.statuses)
    for count in control.act(here.store, button.action, selection, now=time.time()):  # noqa: B007 - the last one counts
        pass
    return count


def _gone() -> NotHere:
    days = services().settings.retention_days
    deleted = f" or it was deleted after {days} days, as every event is" if days else ""
    return NotHere(f"No event has this id. Either the id is mistyped,{deleted or ' or it never came'}.")
