"""The hooks: their addresses, what came last, whether they work, and what their files held before."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Final

from flask import Response, request

from adapter import hook_files, hook_history, trying_out
from adapter.catalogue import Entry, is_hook_name
from adapter.delivery import control
from adapter.delivery.hiding import hidden
from adapter.delivery.hook_requests import Lately, lately, newest
from adapter.hook_files import HookFile
from adapter.mapping.faults import Fault
from adapter.trying_out import Sampled
from adapter.web.console import session
from adapter.web.console.diffs import Line, differences
from adapter.web.console.shell import Conflict, NotHere, console_blueprint, go, page, within
from adapter.web.inbound import services

blueprint: Final = console_blueprint("setup")
_LISTED: Final = 200  # hooks on the page
_VERSIONS: Final = 12
_MOST_TEXT: Final = 40_000  # characters of a hook's text on its page
_STATES: Final[Mapping[object, tuple[str, str]]] = {
    True: ("moving", "On"),
    False: ("quiet", "Off"),
    "capture": ("quiet", "Only captures"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """A hook as a page tells it: the `family` and `word` of its state, and what came lately."""

    name: str
    address: str
    source: str
    description: str
    family: str
    word: str
    faults: tuple[Fault, ...]
    serves: bool
    paused_since: float | None
    lately: Lately


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A version of a hook's file, and how it differs from the one before."""

    version: hook_history.Version
    lines: list[Line]
    is_present: bool


@blueprint.get("/setup")
def hooks() -> Response:
    """Every hook."""
    entries = services().catalogue.entries()
    paused = _paused()
    views = [_view(entry, paused) for entry in list(entries.values())[:_LISTED]]
    return page("console/hooks.html", at="hooks", views=views, more=max(0, len(entries) - _LISTED))


@blueprint.get("/setup/<name>")
def hook(name: str) -> Response:
    """One hook."""
    return _hook_page(name)


@blueprint.post("/setup/<name>/samples")
def samples(name: str) -> Response:
    """Run the hook's samples."""
    entry = _entry(name)
    if entry.hook is None:
        return _hook_page(name)
    return _hook_page(name, ran=trying_out.run_samples(services(), entry.hook))


@blueprint.get("/setup/<name>/samples")
@blueprint.get("/setup/<name>/undo")
def again(name: str) -> Response:
    """Somebody came back to the address of a form: the page of its hook."""
    return go(f"/setup/{_entry(name).name}")


@blueprint.post("/setup/<name>/pause")
def pause(name: str) -> Response:
    """Send nothing of this hook; what comes is kept."""
    _entry(name)
    if control.pause(services().store, "hook", name, now=time.time()):
        session.note("hook paused", name)
    return go(f"/setup/{name}")


@blueprint.post("/setup/<name>/resume")
def resume(name: str) -> Response:
    """Send again, also where the hook's file is gone."""
    if not is_hook_name(name):
        raise NotHere("No hook can have this name.")
    was, _ = control.resume(services().store, "hook", name, services().destination, now=time.time())
    if was:
        session.note("hook resumed", name)
    return go(within(request.form.get("back", "") or f"/setup/{name}"))


@blueprint.get("/setup/<name>/history")
def history(name: str) -> Response:
    """What the hook's file held, the newest first."""
    file = hook_files.read(services(), name)
    found = hook_history.versions(services().store, name, most=_VERSIONS + 1)
    older = [one.text for one in found[1:]]
    changes = [
        Change(
            one, differences(older[at], one.text, most=60) if at < len(older) else [], one.text == file.text and at == 0
        )
        for at, one in enumerate(found[:_VERSIONS])
    ]
    can_undo = any(one.text != file.text for one in found)
    return page(
        "console/hook_history.html", at="hooks", name=name, file=file, changes=changes, can_undo=can_undo,
        outside=bool(found) and found[0].text != file.text,
    )  # fmt: skip


@blueprint.post("/setup/<name>/undo")
def undo(name: str) -> Response:
    """Put an earlier version back, as a new one."""
    version, based_on = request.form.get("version", ""), request.form.get("based_on", "")
    chosen = int(version) if version.isdecimal() and len(version) < 18 else None
    try:
        hook_files.undo(services(), name, based_on=based_on, now=time.time(), version=chosen)
    except hook_files.Changed as changed:
        raise Conflict(
            "This hook was changed while you looked at its history. Nothing was undone; load the history again."
        ) from changed
    session.note("hook undone", name)
    return go(f"/setup/{name}/history")


def _hook_page(name: str, *, ran: list[Sampled] | None = None) -> Response:
    here, entry = services(), _entry(name)
    loaded = entry.hook
    rows = newest(here.store, name, here.destination, most=10)
    hides = not session.shows_numbers()
    return page(
        "console/hook.html", at="hooks", view=_view(entry, _paused()), file=_file(name), most_text=_MOST_TEXT,
        events=[{**row._mapping, "reason": hidden(row.reason or "") if hides else row.reason} for row in rows],
        samples=[path.stem for path in trying_out.sample_files(here, name)], ran=ran,
        secrets=sorted(set(loaded.secret_names)) if loaded else [], is_open=loaded is not None and not loaded.proofs,
        doubts=loaded.doubts if loaded else (),
        waiting=control.waiting(here.store, "hook", here.destination)[name],
    )  # fmt: skip


def _file(name: str) -> HookFile | None:
    """The hook's file; None where it went away just now."""
    try:
        return hook_files.read(services(), name)
    except hook_files.NoSuchFile:
        return None


def _entry(name: str) -> Entry:
    entry = services().catalogue.entries().get(name)
    if entry is None:
        raise NotHere(f'No hook is named "{name[:63]}".')
    return entry


def _paused() -> Mapping[str, float]:
    return {name: since for kind, name, since in control.paused(services().store) if kind == "hook"}


def _view(entry: Entry, paused: Mapping[str, float]) -> View:
    here, hook = services(), entry.hook
    family, word = _STATES[hook.enabled] if hook else ("badly", "Does not work")
    if hook is not None and entry.faults:
        family, word = "person", "Works, but its file has a fault"
    elif hook is not None and entry.name in paused:
        family, word = "person", "Paused"
    return View(
        name=entry.name,
        address=f"{here.settings.base_url}/hooks/{entry.name}",
        source=hook.source.name if hook else "",
        description=hook.description if hook else "",
        family=family,
        word=word,
        faults=entry.faults,
        serves=hook is not None,
        paused_since=paused.get(entry.name),
        lately=lately(here.store, entry.name, here.destination, now=time.time()),
    )
