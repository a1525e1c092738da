"""Messages and events over `/api`: lists, one story, the request as it came, and what may be done to one."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any, Final

from adapter.acting import act_on
from adapter.delivery import searching
from adapter.delivery.search import Search, read
from adapter.delivery.searching import Found
from adapter.delivery.story import FoundNothing, request_of, story
from adapter.web.api.frame import DryRun, NotFound, note, operation
from adapter.web.api.schemas.events import ActedAnswer, KeptRequest, StoryAnswer
from adapter.web.api.schemas.lists import EventsPage, MessagesPage, PageQuery
from adapter.web.inbound import services

_MOST_TOLD: Final = 100
_DRY: Final = {"dry_run": True}


@operation("GET", "/messages", "List messages", group="Messages", query=PageQuery, answer=MessagesPage, refuses=(400,))
def list_messages(query: dict[str, Any]) -> dict[str, Any]:
    """The messages that fit the filter, newest first, a page at a time."""
    limit = query.pop("limit")
    found = searching.messages_page(services().store, search_of(query), limit=limit)
    return _page("messages", found)


@operation("GET", "/events", "List events", group="Events", query=PageQuery, answer=EventsPage, refuses=(400,))
def list_events(query: dict[str, Any]) -> dict[str, Any]:
    """The events that fit the filter, newest first, a page at a time."""
    limit = query.pop("limit")
    found = searching.events_page(services().store, search_of(query), limit=limit)
    return _page("events", found)


def search_of(query: Mapping[str, str]) -> Search:
    """The search that a loaded filter means. Raises BadSearch."""
    here = services()
    told = {key.rstrip("_"): value for key, value in query.items()}
    zone = str(here.settings.timezone)
    return read(told, destination=here.destination, now=time.time(), zone=zone, regions=_regions())


def _regions() -> list[str]:
    here = services()
    hooks = [entry.hook.region for entry in here.catalogue.entries().values() if entry.hook]
    named = [here.settings.default_region, *(one.region for one in here.accounts.values()), *hooks]
    return [region for region in named if region]


def _page(name: str, found: Found) -> dict[str, Any]:
    return {
        name: found.rows, "next": None if found.older is None else str(found.older), "total": found.total,
        "more": found.is_more, "complete": not found.too_slow, "searched": found.sentence,
    }  # fmt: skip


@operation("GET", "/events/<identity>", "Tell an event's story", group="Events", answer=StoryAnswer, refuses=(404,))
def show_event(identity: str) -> dict[str, Any]:
    """What came, what was made of it, and how each message stands, why, and what to do. A message's id tells of that
    message alone."""
    here = services()
    try:
        told = story(here.store, identity, resend_after=here.settings.resend_after, most=_MOST_TOLD)
    except FoundNothing:
        raise _nothing() from None
    for message in told["messages"]:
        present = [one for one in message["steps"] if one["step"] == message["status"]]
        message["do"] = present[-1]["do"] if present else ""
    return {"event": told}


@operation("GET", "/events/<identity>/request", "Show the request", group="Events", answer=KeptRequest, refuses=(404,))
def show_request(identity: str) -> dict[str, Any]:
    """The request of an event as it came, its proof overwritten."""
    try:
        kept = request_of(services().store, identity)
    except FoundNothing:
        raise _nothing() from None
    body = kept["body"]
    text, exact = body.decode("utf-8", "replace"), base64.b64encode(body).decode("ascii")
    return {**kept, "headers": [list(pair) for pair in kept["headers"]], "body": text, "body_base64": exact}


def _nothing() -> NotFound:
    return NotFound("No event or message has this id. It may have been deleted after its retention.")


@operation(
    "POST", "/events/<identity>/replay", "Replay an event", group="Events", body=DryRun, answer=ActedAnswer,
    refuses=(404,), example=_DRY,
)  # fmt: skip
def replay_event(identity: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send again what was not delivered, and make what an event with faults did not make. What Picky Assist is known
    to have taken is not sent again; naming an `unknown` message sends it again, though it may have arrived."""
    return _act("replay", "replayed", identity, body)


@operation(
    "POST", "/events/<identity>/cancel", "Cancel messages", group="Events", body=DryRun, answer=ActedAnswer,
    refuses=(404,), example=_DRY,
)  # fmt: skip
def cancel_event(identity: str, body: dict[str, Any]) -> dict[str, Any]:
    """Stop the messages of an event, or one message, that wait: they are never sent."""
    return _act("cancel", "cancelled", identity, body)


@operation(
    "POST", "/events/<identity>/release", "Release messages", group="Events", body=DryRun, answer=ActedAnswer,
    refuses=(404,), example=_DRY,
)  # fmt: skip
def release_event(identity: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send what is held."""
    return _act("release", "released", identity, body)


def _act(name: str, past: str, identity: str, body: dict[str, Any]) -> dict[str, Any]:
    dry_run = body["dry_run"]
    try:
        acted = act_on(services(), name, identity, dry_run=dry_run)
    except FoundNothing:
        raise _nothing() from None
    if acted.messages and not dry_run:
        note(past, identity)
    return {
        "dry_run": dry_run, "messages": acted.messages, "states": acted.states, "made": acted.made,
        "message": acted.sentence,
    }  # fmt: skip
