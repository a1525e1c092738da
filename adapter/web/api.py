"""`/api`: what a program may do with the token of API_TOKEN. So far the opt-out lists."""

from __future__ import annotations

import io
import itertools
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import marshmallow as ma
import structlog
from flask import Blueprint, Response, request
from marshmallow import fields

from adapter import optout_lists
from adapter.delivery import optouts
from adapter.errors import InvalidFields, Refusal, StoreUnavailable, Unauthenticated, Undecodable, messages_in
from adapter.intake.auth.compare import same
from adapter.line import too_large
from adapter.optout_lists import NotTaken, Reading, Taken
from adapter.picky.account import MAIN
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import json_answer, raw_request, services
from adapter.written import inline

blueprint: Final = Blueprint("api", __name__, url_prefix="/api")
_log: Final = structlog.get_logger("api")
_LIMIT: Final = 100
_MOST_LIMIT: Final = 1_000
_MOST_BODY: Final = 10_000  # of one number as JSON


class UnknownAccount(Refusal):
    """The address names an account that does not exist."""

    status = 404
    code = "unknown_account"


class NoCsv(Refusal):
    """The body is something else than the lines of a CSV file."""

    status = 415
    code = "unsupported_media_type"


@blueprint.before_request
def _authenticate() -> None:
    """Every address here asks for the token before anything is read; without a token set all of them are closed."""
    token = services().settings.api_token
    if not token:
        raise Unauthenticated("The API is closed: set API_TOKEN to a long random text and start the adapter again.")
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if not same(given.strip(), token) or kind.casefold() != "bearer":
        raise Unauthenticated("The token is missing or wrong; send it in a header: Authorization: Bearer <API_TOKEN>.")


@blueprint.after_request
def _challenge(response: Response) -> Response:
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@contextmanager
def _stored() -> Iterator[None]:
    """A database that does not answer is a reason to come back."""
    try:
        yield
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", fault=type(fault).__name__)
        raise StoreUnavailable("The database does not answer just now; send the request again soon.") from fault


@blueprint.get("/optouts")
def show() -> Response:
    """A page of the lists, by account and number."""
    account, limit, after = _account_asked(), _limit(), _after()
    if account is not None and after[0] not in {"", account}:
        raise _invalid("after", "is of another account; leave it away to begin anew.")
    with _stored():
        rows = optouts.page(services().store, account, after=after, limit=limit + 1)
    shown = [optout_lists.as_json(row) for row in rows[:limit]]
    following = f"{shown[-1]['account']}/{shown[-1]['number']}" if len(rows) > limit else None
    return json_answer({"ok": True, "optouts": shown, "next": following})


@blueprint.post("/optouts")
def add() -> Response:
    """Put a number on a list; what waits for it is cancelled."""
    told = _loaded(raw_request().body)
    account = _account(told.get("account") or MAIN)
    number = _number(told["number"])
    with _stored():
        put = optout_lists.put_one(services().store, account, number, now=time.time())
    _log.info("opted_out", account=account, added=put.added, cancelled=put.cancelled)
    return json_answer({"ok": True, "added": put.added == 1, "cancelled": put.cancelled})


@blueprint.delete("/optouts/<account>/<number>")
def remove(account: str, number: str) -> Response:
    """Take a number off a list."""
    try:
        optout_lists.require_account(account, services().accounts)
    except NotTaken as fault:
        raise UnknownAccount(str(fault)) from None
    try:
        with _stored():
            was = optout_lists.remove_one(services().store, account, number)
    except NotTaken as fault:
        raise _invalid("number", str(fault)) from None
    _log.info("opted_in", account=account, removed=was)
    return json_answer({"ok": True, "removed": was})


@blueprint.post("/optouts/import")
def import_list() -> Response:
    """Put every number of a CSV file on its list; lines that cannot be read are told and left out."""
    account = _account_asked() or MAIN
    raw = raw_request()
    if (request.mimetype or "").startswith(("multipart/", "application/json")):
        raise NoCsv(
            "Send the CSV file itself as the body, with Content-Type: text/csv (curl: --data-binary @file.csv)."
        )
    reading = Reading(_account(account), services().accounts, time.time())
    taken = Taken()
    try:
        with _stored():
            for taken in optout_lists.import_csv(services().store, io.BytesIO(raw.body), reading):  # noqa: B007 - the last one counts
                pass
    except NotTaken as fault:
        raise Undecodable(str(fault)) from None
    _log.info("opt_outs_imported", added=taken.added, known=taken.known, faults=taken.faulty, cancelled=taken.cancelled)
    faults = [{"line": fault.line, "error": fault.sentence} for fault in taken.faults]
    told = {"ok": True, "added": taken.added, "known": taken.known, "cancelled": taken.cancelled, "faults": faults}
    more = taken.faulty - len(faults)
    return json_answer(told | ({"more_faults": more} if more else {}))


@blueprint.get("/optouts/export")
def export_list() -> Response:
    """The lists as CSV, a page of them at a time."""
    rows = optouts.numbers(services().store, _account_asked())
    with _stored():
        first = list(itertools.islice(rows, 1))
    lines = optout_lists.export_csv(itertools.chain(first, rows))
    response = Response(lines, 200, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="optouts.csv"'
    return response


class _Body(ma.Schema):
    error_messages = {"unknown": "is not known here", "type": "must be an object"}  # noqa: RUF012 - marshmallow's name

    number = fields.Raw(required=True, error_messages={"required": "is missing", "null": "is missing"})
    account = fields.String(error_messages={"invalid": "must be text", "null": "must be text"})


def _loaded(body: bytes) -> dict[str, Any]:
    if len(body) > _MOST_BODY:
        raise too_large(_MOST_BODY)
    try:
        found: dict[str, Any] = _Body().load(json.loads(body))
    except ma.ValidationError as fault:
        told = {inline(key, 60): texts for key, texts in messages_in(fault).items()}
        sentence = "; ".join(f"{key}: {' '.join(map(str, texts))}" for key, texts in itertools.islice(told.items(), 5))
        raise InvalidFields(f"{sentence[:300]}. Send number, and account where it is not main.", fields=told) from None
    except (ValueError, RecursionError):
        raise Undecodable('The body is not JSON; send an object such as {"number": "919876543210"}.') from None
    return found


def _invalid(key: str, sentence: str) -> InvalidFields:
    return InvalidFields(f"{key}: {sentence}", fields={key: [sentence]})


def _number(value: Any) -> str:
    try:
        return optout_lists.number_of(value)
    except NotTaken as fault:
        raise _invalid("number", str(fault)) from None


def _account(name: str) -> str:
    try:
        return optout_lists.require_account(name, services().accounts)
    except NotTaken as fault:
        raise _invalid("account", str(fault)) from None


def _account_asked() -> str | None:
    name = request.args.get("account")
    return None if not name else _account(name)


def _limit() -> int:
    text = request.args.get("limit", str(_LIMIT))
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= _MOST_LIMIT:
        raise _invalid("limit", f"must be a whole number from 1 to {_MOST_LIMIT:,}.")
    return int(text)


def _after() -> tuple[str, str]:
    """The account and number that a page ended with."""
    text = request.args.get("after", "")
    found = re.fullmatch(r"([a-z0-9_-]{1,63})/([0-9]{1,20})", text)
    if text and not found:
        raise _invalid("after", "must be what the page before gave as next.")
    return (found[1], found[2]) if found else ("", "")
