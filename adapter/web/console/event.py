"""One event is one story: what came, what was made of it, what became of it, and what can be done."""

from __future__ import annotations

import time
from typing import Final

from flask import Response, request

from adapter.delivery import control
from adapter.delivery.control import Selection
from adapter.delivery.hiding import hidden
from adapter.delivery.story import FoundNothing, request_of
from adapter.replaying import replay_event
from adapter.web.console import session
from adapter.web.console.event_view import MOST_LISTED, MOST_WHOLE, event_view
from adapter.web.console.event_words import ALL, BUTTONS, Button, done
from adapter.web.console.shell import NotHere, console_blueprint, go, page
from adapter.web.inbound import services

blueprint: Final = console_blueprint("event")
_LONGEST_ID: Final = 64


@blueprint.get("/events/<identity>")
def event(identity: str) -> Response:
    """The story of an event; a message's own address leads to its place there."""
    if (elsewhere := _elsewhere(identity)) is not None:
        return elsewhere
    place = request.args.get("m", "")
    try:
        view = event_view(
            services(), identity, place=int(place) if place.isdecimal() and len(place) < 7 else None,
            shows_numbers=session.shows_numbers(), now=time.time(),
        )  # fmt: skip
    except FoundNothing as fault:
        raise _gone() from fault
    said = done(request.args.get("done", ""), request.args.get("n", "1"))
    return page("console/event.html", at="events", view=view, done=said, most=MOST_LISTED, whole=MOST_WHOLE,
                buttons=BUTTONS)  # fmt: skip


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
