"""The opt-out lists over `/api`: a page of them, one number, and CSV in and out."""

from __future__ import annotations

import io
import itertools
import re
import time
from collections.abc import Mapping
from typing import Any, Final

import structlog
from flask import Response, request

from adapter import optout_lists
from adapter.delivery import optouts
from adapter.errors import Refusal, Undecodable
from adapter.optout_lists import NotTaken, Reading, Taken
from adapter.picky.account import MAIN
from adapter.web.api.frame import invalid, note, operation
from adapter.web.api.schemas.optouts import (
    AccountQuery,
    OptoutAdded,
    OptoutBody,
    OptoutRemoved,
    OptoutsImported,
    OptoutsPage,
    OptoutsQuery,
)
from adapter.web.inbound import raw_request, services

_log: Final = structlog.get_logger("api")
_LIMIT: Final = 100
_MOST_LIMIT: Final = 1_000


class UnknownAccount(Refusal):
    """The address names an account that does not exist."""

    status = 404
    code = "unknown_account"


class NoCsv(Refusal):
    """The body is something else than the lines of a CSV file."""

    status = 415
    code = "unsupported_media_type"


@operation("GET", "/optouts", "List opt-outs", group="Opt-outs", query=OptoutsQuery, answer=OptoutsPage)
def list_optouts(query: dict[str, Any]) -> dict[str, Any]:
    """A page of the lists, by account and number."""
    account, limit, after = _asked(query), _limit(query), _after(query)
    if account is not None and after[0] not in {"", account}:
        raise invalid("after", "is of another account; leave it away to begin anew.")
    rows = optouts.page(services().store, account, after=after, limit=limit + 1)
    shown = [optout_lists.as_json(row) for row in rows[:limit]]
    following = f"{shown[-1]['account']}/{shown[-1]['number']}" if len(rows) > limit else None
    return {"optouts": shown, "next": following}


@operation(
    "POST",
    "/optouts",
    "Add an opt-out",
    group="Opt-outs",
    body=OptoutBody,
    answer=OptoutAdded,
    example={"number": "919876543210", "account": "main"},
)
def add_optout(body: dict[str, Any]) -> dict[str, Any]:
    """Put a number on a list; what waits for it is cancelled."""
    account = _account(body.get("account") or MAIN)
    number = _number(body["number"])
    put = optout_lists.put_one(services().store, account, number, now=time.time())
    note("added an opt-out", account)
    _log.info("opted_out", account=account, added=put.added, cancelled=put.cancelled)
    return {"added": put.added == 1, "cancelled": put.cancelled}


@operation(
    "DELETE",
    "/optouts/<account>/<number>",
    "Remove an opt-out",
    group="Opt-outs",
    answer=OptoutRemoved,
    refuses=(404, 422),
)
def remove_optout(account: str, number: str) -> dict[str, Any]:
    """Take a number off a list."""
    try:
        optout_lists.require_account(account, services().accounts)
    except NotTaken as fault:
        raise UnknownAccount(str(fault)) from None
    try:
        was = optout_lists.remove_one(services().store, account, number)
    except NotTaken as fault:
        raise invalid("number", str(fault)) from None
    _log.info("opted_in", account=account, removed=was)
    note("removed an opt-out", account)
    return {"removed": was}


@operation(
    "POST",
    "/optouts/import",
    "Import opt-outs",
    group="Opt-outs",
    query=AccountQuery,
    answer=OptoutsImported,
    refuses=(400, 413, 415),
    raw_body="text/csv",
)
def import_optouts(query: dict[str, Any]) -> dict[str, Any]:
    """Put every number of a CSV file on its list; lines that cannot be read are told and left out."""
    account = _asked(query) or MAIN
    raw = raw_request()
    if (request.mimetype or "").startswith(("multipart/", "application/json")):
        raise NoCsv(
            "Send the CSV file itself as the body, with Content-Type: text/csv (curl: --data-binary @file.csv)."
        )
    reading = Reading(_account(account), services().accounts, time.time())
    taken = Taken()
    try:
        for taken in optout_lists.import_csv(services().store, io.BytesIO(raw.body), reading):  # noqa: B007 - the last one counts
            pass
    except NotTaken as fault:
        raise Undecodable(str(fault)) from None
    _log.info("opt_outs_imported", added=taken.added, known=taken.known, faults=taken.faulty, cancelled=taken.cancelled)
    faults = [{"line": fault.line, "error": fault.sentence} for fault in taken.faults]
    note("imported opt-outs", account)
    told = {"added": taken.added, "known": taken.known, "cancelled": taken.cancelled, "faults": faults}
    more = taken.faulty - len(faults)
    return told | ({"more_faults": more} if more else {})


@operation("GET", "/optouts/export", "Export opt-outs", group="Opt-outs", query=AccountQuery, raw_answer="text/csv")
def export_optouts(query: dict[str, Any]) -> Response:
    """The lists as CSV, a page of them at a time."""
    rows = optouts.numbers(services().store, _asked(query))
    first = list(itertools.islice(rows, 1))
    lines = optout_lists.export_csv(itertools.chain(first, rows))
    response = Response(lines, 200, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="optouts.csv"'
    return response


def _number(value: Any) -> str:
    try:
        return optout_lists.number_of(value)
    except NotTaken as fault:
        raise invalid("number", str(fault)) from None


def _account(name: str) -> str:
    try:
        return optout_lists.require_account(name, services().accounts)
    except NotTaken as fault:
        raise invalid("account", str(fault)) from None


def _asked(query: Mapping[str, str]) -> str | None:
    name = query.get("account")
    return None if not name else _account(name)


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(_LIMIT))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= _MOST_LIMIT:
        raise invalid("limit", f"must be a whole number from 1 to {_MOST_LIMIT:,}.")
    return int(text)


def _after(query: Mapping[str, str]) -> tuple[str, str]:
    """The account and number that a page ended with."""
    text = query.get("after", "")
    found = re.fullmatch(r"([a-z0-9_-]{1,63})/([0-9]{1,20})", text)
    if text and not found:
        raise invalid("after", "must be what the page before gave as next.")
    return (found[1], found[2]) if found else ("", "")
