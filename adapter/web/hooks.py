"""`/hooks/<name>`: the line, as a list of steps each of which can end the request in one way."""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from flask import Blueprint, Response, request

from adapter import answers
from adapter.delivery.acceptance import Accepted, accept
from adapter.errors import MethodNotAllowed, Refusal, StoreUnavailable, Unauthenticated
from adapter.intake.sources import Reply
from adapter.line import Taken, require_method, take, wants_dry_run
from adapter.mapping.hook import Hook
from adapter.mapping.schema.hook import METHODS
from adapter.preview import preview, status_of
from adapter.recording import event_row
from adapter.store.engine import UNAVAILABLE
from adapter.web import browser, capturing
from adapter.web.inbound import json_answer, raw_request, request_id, services
from adapter.web.waiting import wait_for_messages

blueprint: Final = Blueprint("hooks", __name__)
_log: Final = structlog.get_logger("hooks")


@blueprint.route("/hooks/<name>", methods=[*METHODS, "OPTIONS"], provide_automatic_options=False)
@blueprint.route("/hooks/<name>/<token>", methods=[*METHODS, "OPTIONS"], provide_automatic_options=False)
def receive(name: str, token: str | None = None) -> Response:  # noqa: ARG001 - a proof, looked for by `take`
    """One event: find the hook, take the request, store what came of it, answer."""
    hook = capturing.hook_for(name)
    if request.method == "OPTIONS":
        return browser.preflight(hook)
    try:
        return _run(hook)
    except Refusal as refusal:
        capturing.note_miss(name, refusal, hook=hook)
        return _refused(hook, refusal)


def _run(hook: Hook) -> Response:
    """The line itself; raises a Refusal where it ends early."""
    here = services()
    if hook.source.handshake is None:
        require_method(hook, request.method)  # before a body is read; a handshake may come with another method
    raw = raw_request()
    taken = take(hook, raw, here.accounts, now=time.time(), public_url=here.settings.public_url or None)
    if wants_dry_run(raw):
        return _dry_run(taken)
    if taken.reply is not None:
        return _replied(taken.reply)
    if isinstance(taken.refusal, Unauthenticated | MethodNotAllowed):  # nobody has proven who sent this
        _log.info("refused", hook=hook.name, code=taken.refusal.code)
        raise taken.refusal
    stored = _store(taken)
    if taken.refusal is not None:
        return _refused(hook, taken.refusal, taken=taken, identity=stored.id)
    return _accepted(taken, _settled(hook, stored))


def _replied(reply: Reply) -> Response:
    """An answer in the sender's own way."""
    return Response(reply.body, 200, content_type=reply.content_type)


def _dry_run(taken: Taken) -> Response:
    here = services()
    body = preview(taken, here.accounts, practice=here.destination == "sandbox", request_id=request_id())
    if taken.outcome == "unauthenticated":
        return json_answer(body | body["answer"], 401)
    return json_answer(body)


def _store(taken: Taken) -> Accepted:
    """Durable when it returns. Raises StoreUnavailable: the sender must come back."""
    try:
        row = event_row(taken, destination=services().destination, request_id=request_id())
        stored = accept(services().store, row, taken.messages)
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", hook=taken.hook.name, fault=type(fault).__name__)
        raise StoreUnavailable(
            "The event could not be stored just now; nothing was sent. Send it again soon."
        ) from fault
    _log.info(
        "event", hook=taken.hook.name, event_id=stored.id, outcome=taken.outcome, messages=stored.messages,
        duplicate=stored.duplicate, skipped=stored.skipped,
        decoded_as=taken.payload.decoded_as if taken.payload else None,
        repairs=sorted({repair.code for repair in taken.repairs}),
    )  # fmt: skip
    return stored


def _settled(hook: Hook, stored: Accepted) -> dict[str, Any]:
    """What the answer says of the messages; with `respond: sent` after a short wait for the relay."""
    told: dict[str, Any] = {
        "id": stored.id,
        "status": stored.status,
        "messages": stored.messages,
        "duplicate": stored.duplicate,
        "skipped": stored.skipped,
    }
    if hook.respond == "sent" and stored.messages:
        rows = wait_for_messages(stored.id)
        if rows and all(row.status not in {"queued", "sending", "retrying"} for row in rows):
            told |= {"status": rows[0].status, "push_id": rows[0].push_id, "msg_id": rows[0].msg_id}
    return told


def _accepted(taken: Taken, told: dict[str, Any]) -> Response:
    if browser.is_person(taken.hook):
        return browser.thanks(taken.hook)
    if taken.hook.source.acknowledge is not None:
        return _replied(taken.hook.source.acknowledge)
    body = answers.success(
        taken, identity=told["id"], status=told["status"], messages=told["messages"],
        duplicate=told["duplicate"], skipped=told["skipped"], practice=services().destination == "sandbox",
    )  # fmt: skip
    extra = {key: told[key] for key in ("push_id", "msg_id") if key in told}
    return browser.shared(taken.hook, json_answer(body | extra))


def _refused(hook: Hook, refusal: Refusal, *, taken: Taken | None = None, identity: str | None = None) -> Response:
    if browser.is_person(hook):
        response = browser.sorry(refusal)
    else:
        received = taken.payload.received_keys if taken and taken.payload else ()
        body = answers.refused(refusal, request_id=request_id(), received_keys=received, identity=identity)
        status = status_of(taken) if taken else refusal.status
        if status == 200 and hook.source.acknowledge is not None:
            return _replied(hook.source.acknowledge)
        response = browser.shared(hook, json_answer(body, status, retry_after=refusal.retry_after))
    if isinstance(refusal, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(hook.methods)
    return response
