"""An account's opt-out list: who wants nothing from it; numbers put on it and taken off, and files in and out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from adapter import optout_lists
from adapter.delivery import optouts
from adapter.delivery.account_view import opted_out
from adapter.optout_lists import NotTaken, Reading, Taken
from adapter.picky.account import Account
from adapter.web.console import session
from adapter.web.console.shell import Conflict, NotHere, console_blueprint, go, page
from adapter.web.inbound import services

blueprint: Final = console_blueprint("optouts")
SHOWN: Final = 100
_MOST_FAULTS: Final = 20
_DONE: Final[Mapping[str, str]] = {
    "added": "The number is on the list now. What waited for it was cancelled.",
    "known": "The number was on the list already.",
    "removed": "The number is off the list. What was cancelled stays cancelled.",
    "absent": "The number was not on the list. Nothing was changed.",
}


@blueprint.get("/accounts/<name>/optouts")
def listed(name: str) -> Response:
    """The list, as far as a page holds it."""
    return _page(_account(name))


@blueprint.post("/accounts/<name>/optouts/add")
def add(name: str) -> Response:
    """Put a number on the list."""
    one, text = _account(name), request.form.get("number", "")
    try:
        number = optout_lists.number_of(text, region=_region(one))
    except NotTaken as fault:
        return _page(one, add_fault=str(fault), status=422)
    put = optout_lists.put_one(services().store, name, number, now=time.time())
    session.note("number opted out", name)
    return _done(name, "added" if put.added else "known")


@blueprint.post("/accounts/<name>/optouts/remove")
def remove(name: str) -> Response:
    """Take a number off the list."""
    one, text = _account(name), request.form.get("number", "")
    try:
        was = optout_lists.remove_one(services().store, name, text, region=_region(one))
    except NotTaken as fault:
        return _page(one, remove_fault=str(fault), status=422)
    session.note("number opted in", name)
    return _done(name, "removed" if was else "absent")


@blueprint.post("/accounts/<name>/optouts/import")
def import_list(name: str) -> Response:
    """Put every number of a CSV file on the list; lines that cannot be read are told and left out."""
    one, file = _account(name), request.files.get("file")
    if file is None or not file.filename:
        return _page(one, import_fault="Choose a file first. Nothing was imported.", status=422)
    reading, taken = Reading(name, {name: one}, time.time(), _region(one)), Taken()
    try:
        for taken in optout_lists.import_csv(services().store, file.stream, reading):  # type: ignore[arg-type]  # noqa: B007 - the last one counts
            pass
    except NotTaken as fault:
        return _page(one, import_fault=str(fault), taken=taken, status=422)
    session.note("opt-outs imported", name)
    return _page(one, taken=taken)


@blueprint.post("/accounts/<name>/optouts/download")
def download(name: str) -> Response:
    """The whole list as CSV; its numbers are whole, so they must be shown in this session."""
    _account(name)
    if not session.shows_numbers():
        raise Conflict("The list holds whole numbers. Choose Show numbers first, then download it.")
    session.note("opt-outs downloaded", name)
    rows = optouts.numbers(services().store, name)
    response = Response(optout_lists.export_csv(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="optouts-{name}.csv"'
    return response


def _account(name: str) -> Account:
    if (found := services().accounts.get(name)) is None:
        raise NotHere("No account has this name. The accounts stand in the environment and in accounts.yaml.")
    return found


def _region(one: Account) -> str | None:
    """The country that numbers without a code are read in."""
    return one.region or services().settings.default_region or None


def _done(name: str, done: str) -> Response:
    return go(f"/accounts/{name}/optouts", done=done)


def _page(one: Account, *, status: int = 200, **more: Any) -> Response:
    store = services().store
    rows, total = optouts.page(store, one.name, limit=SHOWN), opted_out(store, one.name)
    return page(
        "console/optouts.html", at="accounts", status=status, name=one.name, rows=rows, total=total,
        done=_DONE.get(request.args.get("done", ""), ""), region=_region(one), most_faults=_MOST_FAULTS,
        **more,
    )  # fmt: skip
