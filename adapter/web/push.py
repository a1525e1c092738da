"""The drop-in endpoint: what posts to Picky Assist's push API may post here instead, and only changes its host name."""

from __future__ import annotations

import dataclasses
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import marshmallow as ma
import sqlalchemy as sa
import structlog
from flask import Blueprint, Response
from ulid import ULID

from adapter.delivery import outbox
from adapter.delivery.acceptance import Accepted, accept
from adapter.delivery.batch import Outgoing, shared_media
from adapter.errors import TooLarge, messages_in
from adapter.intake.request import RawRequest
from adapter.line import wants_dry_run
from adapter.mapping.dedupe import header_key
from adapter.picky.account import MAIN, Account
from adapter.picky.envelope import EnvelopeSchema
from adapter.picky.normal_post import NotAPush, read_push
from adapter.picky.outcome import SENTENCES, STATUSES
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import json_answer, raw_request, request_id, services
from adapter.web.waiting import wait_for_messages

blueprint: Final = Blueprint("push", __name__)
NAME: Final = "/api/v2/push"  # stands where a hook's name stands; no hook can be called so
_log: Final = structlog.get_logger("push")


@dataclasses.dataclass(frozen=True, slots=True)
class _Refused(Exception):
    """An answer in the push API's words: its body status, and an honest HTTP status."""

    http: int
    status: int
    sentence: str


@blueprint.post("/api/v2/push")
@blueprint.post("/app/api/v2/push")
def receive() -> Response:
    """One push: read it, find its account by the token, check every recipient, store, answer."""
    account = None
    try:
        raw = raw_request()
        envelope = _read(raw)
        account = _account(envelope)
        messages = _messages(envelope, account)
    except TooLarge as fault:
        return _answer(_Refused(413, 410, fault.sentence))
    except _Refused as refused:
        if account is not None:
            _keep(raw, account, envelope, refused)
        return _answer(refused)
    try:
        stored = _store(raw, account, envelope, messages)
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", hook=NAME, fault=type(fault).__name__)
        return _answer(
            _Refused(503, 101, "Service unavailable: the push could not be stored just now; send it again soon.")
        )
    return _told(stored)


def _read(raw: RawRequest) -> dict[str, Any]:
    if wants_dry_run(raw):
        raise _Refused(422, 410, "Invalid request: dry_run belongs to hooks; nothing of this push was taken.")
    try:
        return read_push(raw.body, raw.content_type, raw.query)
    except NotAPush as fault:
        raise _Refused(400, 410, f"Invalid request: {fault}") from None


def _account(envelope: Mapping[str, Any]) -> Account:
    """The account whose token came, or the main one for a token of PUSH_TOKENS; all are compared, in constant time."""
    here = services()
    token = envelope.get("token")
    given = token.strip().encode() if isinstance(token, str) else b""
    own = [account for account in here.accounts.values() if _same(given, account.token) and not account.has_stand_in]
    listed = [one for one in here.settings.push_tokens if _same(given, one)]
    if here.settings.push_tokens:
        own = own if listed else []
    if not given or not (own or listed):
        raise _Refused(401, 401, "Authentication failed: the token is not one this adapter accepts.")
    return own[0] if own else here.accounts[MAIN]


def _same(given: bytes, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given, expected.encode())


def _messages(envelope: Mapping[str, Any], account: Account) -> list[Outgoing]:
    """One message for each recipient; all or none."""
    if "group_id" in envelope:
        raise _Refused(
            422, 410, "Invalid request: group_id is not supported here; send groups to Picky Assist directly."
        )
    try:
        push: dict[str, Any] = EnvelopeSchema().load(envelope)
    except ma.ValidationError as fault:
        raise _refusal(messages_in(fault), envelope) from None
    items = push.pop("data")
    push.pop("token")
    head = {key: value for key, value in push.items() if value not in (None, "")}
    priority = 1 if head.get("priority") == "1" else 0
    return [_outgoing(account, head, item, priority) for item in items]


def _outgoing(account: Account, head: dict[str, Any], item: dict[str, Any], priority: int) -> Outgoing:
    own_head, own_item = shared_media(head, item)
    return Outgoing(account.name, str(item.get("number") or item.get("messenger_id")), own_head, own_item, priority)


def _refusal(faults: Mapping[str, Any], envelope: Mapping[str, Any]) -> _Refused:
    data = envelope.get("data")
    if data in ([], None):
        return _Refused(422, 402, "Empty number list: data must hold at least one recipient.")
    rows = faults.get("data")
    if isinstance(rows, Mapping) and all(isinstance(row, int) for row in rows):
        row = min(rows)
        key, text = _first(rows[row])
        status = {"number": 406, "messenger_id": 406, "message": 407}.get(key, 410)
        if key == "message" and "characters" in text:
            status = 410
        return _Refused(422, status, f"{_TITLES[status]}: data[{row}].{key} {text} Nothing of this push was taken.")
    key, text = _first(faults)
    return _Refused(422, 410, f"Invalid request: {key} {text}")


_TITLES: Final = {406: "Invalid mobile number", 407: "Message cannot be empty", 410: "Invalid request"}


def _first(faults: Any) -> tuple[str, str]:
    """The first key at fault and its sentence."""
    if isinstance(faults, Mapping):
        key, inner = next(iter(faults.items()))
        _, text = _first(inner)
        return str(key), text
    return "", str(faults[0] if isinstance(faults, list) and faults else faults)


def _store(raw: RawRequest, account: Account, envelope: Mapping[str, Any], messages: Sequence[Outgoing]) -> Accepted:
    event = _event(raw, account, envelope, "queued", None)
    keys = tuple((f"{account.name}:{key.digest}", key.within) for key in header_key(raw))
    stored = accept(services().store, event, [dataclasses.replace(one, keys=keys) for one in messages])
    _log.info("event", hook=NAME, event_id=stored.id, messages=stored.messages, duplicate=stored.duplicate)
    return stored


def _keep(raw: RawRequest, account: Account, envelope: Mapping[str, Any], refused: _Refused) -> None:
    """A rejected but authentic push is kept; that it cannot be is no reason for another answer."""
    try:
        accept(services().store, _event(raw, account, envelope, "rejected", refused.sentence))
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", hook=NAME, fault=type(fault).__name__)


def _event(
    raw: RawRequest, account: Account, envelope: Mapping[str, Any], status: str, reason: str | None
) -> dict[str, Any]:
    """The row of `events`; the body is kept as JSON whose token is overwritten, whatever encoding it came in."""
    kept = json.dumps({**envelope, "token": "***"}, ensure_ascii=False, default=str)
    headers = [[name, "***" if name.lower() in {"authorization", "cookie"} else value] for name, value in raw.headers]
    return {
        "id": str(ULID()), "hook": NAME, "source": "push_api", "destination": services().destination,
        "received_at": time.time(), "request_id": request_id(), "method": raw.method, "path": raw.path, "query": "",
        "headers": headers, "body": kept.encode(), "status": status, "reason": reason, "decoded_as": "json",
        "because": f"it was posted as a push for the account {account.name}", "fields": {}, "errors": {}, "repairs": [],
        "warnings": [],
    }  # fmt: skip


def _told(stored: Accepted) -> Response:
    """The real answer when Picky Assist gave it in time, else `100` with our own ids."""
    rows = wait_for_messages(stored.id)
    if rows and all(row.status == "accepted" for row in rows):
        push_id = rows[0].push_id or f"a-{stored.id}"
        return json_answer(
            {"status": 100, "push_id": push_id, "message": "Success", "data": [_row(row) for row in rows]}
        )
    if rows and all(row.status == "failed" for row in rows):
        status = _body_status(rows[0])
        return _answer(_Refused(422, status, SENTENCES.get(rows[0].error, "Picky Assist refused the push.")))
    return json_answer({
        "status": 100, "push_id": f"a-{stored.id}",
        "message": "Success: queued by the adapter, Picky Assist has not answered yet.",
        "data": [_row(row) for row in rows or _rows_of(stored.id)],
    })  # fmt: skip


def _row(row: sa.Row[Any]) -> dict[str, str]:
    return {"msg_id": row.msg_id or f"a-{row.id}", "number": row.number, "credit": row.credit or "0"}


def _rows_of(event: str) -> Sequence[sa.Row[Any]]:
    try:
        return outbox.messages_of(services().store, event)
    except UNAVAILABLE:
        return []


def _body_status(row: sa.Row[Any]) -> int:
    return next((status for status, meaning in STATUSES.items() if meaning.code == row.error), 410)


def _answer(refused: _Refused) -> Response:
    body = {"status": refused.status, "message": refused.sentence, "request_id": request_id()}
    return json_answer(body, refused.http, retry_after=10 if refused.http == 503 else None)
