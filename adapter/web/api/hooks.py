"""Hooks over `/api`: whether they work, what one would make of a request, and pausing them."""

from __future__ import annotations

import time
from typing import Any, Final

from adapter import trying_out
from adapter.catalogue import Entry
from adapter.delivery import control
from adapter.delivery.hook_requests import newest
from adapter.delivery.story import FoundNothing
from adapter.errors import Undecodable
from adapter.intake.request import RawRequest, read_http_file
from adapter.web.api.frame import NotFound, note, operation
from adapter.web.api.schemas.hooks import HookAnswer, HooksAnswer, PreviewAnswer, PreviewBody, SwitchAnswer
from adapter.web.api.switch import switched
from adapter.web.inbound import services

_MOST_REQUEST: Final = 2_097_152  # bytes of JSON that holds a request
_STATES: Final = {True: "on", False: "off", "capture": "captures"}
_EXAMPLE: Final = {"request": "POST /hooks/form HTTP/1.1\nContent-Type: application/json\n\n{}", "check_auth": False}


@operation("GET", "/hooks", "List hooks", group="Hooks", answer=HooksAnswer)
def list_hooks() -> dict[str, Any]:
    """Every hook: its state, its address, the faults of its file, and when its last event came."""
    paused = _paused()
    return {"hooks": [_row(entry, paused) for entry in services().catalogue.entries().values()]}


@operation("GET", "/hooks/<name>", "Show a hook", group="Hooks", answer=HookAnswer, refuses=(404,))
def show_hook(name: str) -> dict[str, Any]:
    """One hook."""
    return {"hook": _row(_entry(name), _paused())}


@operation(
    "POST", "/hooks/<name>/preview", "Preview a request", group="Hooks", body=PreviewBody, answer=PreviewAnswer,
    refuses=(404,), example=_EXAMPLE, most=_MOST_REQUEST,
)  # fmt: skip
def preview_request(name: str, body: dict[str, Any]) -> dict[str, Any]:
    """What would come of a request, made by the code that really sends. Stores and sends nothing."""
    here, hook = services(), services().catalogue.hook(_entry(name).name)
    stored = "event" in body
    request = _stored(body["event"]) if stored else _typed(body["request"])
    check_auth = body["check_auth"] and not stored
    shown = trying_out.previewed(hook, request, here.settings, here.accounts, now=time.time(), check_auth=check_auth)
    return {"preview": shown}


def _stored(identity: str) -> RawRequest:
    try:
        return trying_out.stored(services(), identity)
    except FoundNothing:
        raise NotFound("No event has this id. It may have been deleted after its retention.") from None


def _typed(text: str) -> RawRequest:
    try:
        return read_http_file(text.encode("utf-8", "replace"))
    except ValueError as fault:
        raise Undecodable(f"The request cannot be read: {fault}.") from None


@operation("POST", "/hooks/<name>/pause", "Pause a hook", group="Hooks", answer=SwitchAnswer, refuses=(404,))
def pause_hook(name: str) -> dict[str, Any]:
    """Push nothing of it until it is resumed. Intake goes on."""
    changed = control.pause(services().store, "hook", _entry(name).name, now=time.time())
    if changed:
        note("paused the hook", name)
    return switched("hook", name, changed=changed)


@operation("POST", "/hooks/<name>/resume", "Resume a hook", group="Hooks", answer=SwitchAnswer, refuses=(404,))
def resume_hook(name: str) -> dict[str, Any]:
    """Push again what it has."""
    here = services()
    changed, _ = control.resume(here.store, "hook", _entry(name).name, here.destination, now=time.time())
    if changed:
        note("resumed the hook", name)
    return switched("hook", name, changed=changed)


def _entry(name: str) -> Entry:
    entry = services().catalogue.entries().get(name)
    if entry is None:
        raise NotFound("No hook has this name. GET /api/hooks lists them.")
    return entry


def _paused() -> set[str]:
    return {name for kind, name, _ in control.paused(services().store) if kind == "hook"}


def _row(entry: Entry, paused: set[str]) -> dict[str, Any]:
    here, hook = services(), entry.hook
    last = newest(here.store, entry.name, here.destination, most=1)
    state = "faulty" if entry.faults or hook is None else _STATES[hook.enabled]
    is_paused = entry.name in paused
    return {
        "name": entry.name, "state": "paused" if is_paused and state == "on" else state, "serves": hook is not None,
        "url": f"{here.settings.base_url}/hooks/{entry.name}", "source": hook.source.name if hook else None,
        "description": hook.description if hook else "", "faults": entry.faults, "paused": is_paused,
        "last_event_at": last[0].received_at if last else None,
    }  # fmt: skip
