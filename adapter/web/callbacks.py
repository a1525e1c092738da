"""`/callbacks/picky/<secret>`: what Picky Assist reports is stored before it is answered; a relay applies it."""

from __future__ import annotations

import hmac
import time
from typing import Final

import structlog
from flask import Blueprint, Response, request

from adapter import answers
from adapter.callback_urls import PATH
from adapter.delivery.callbacks import keep
from adapter.errors import MethodNotAllowed, StoreUnavailable, Unauthenticated, Undecodable
from adapter.mapping.schema.hook import METHODS
from adapter.picky.account import Account
from adapter.picky.reports import Callback, NotACallback, read_callback
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import json_answer, raw_request, request_id, services

blueprint: Final = Blueprint("callbacks", __name__)
_log: Final = structlog.get_logger("callbacks")


@blueprint.route(f"{PATH}<secret>", methods=[*METHODS, "OPTIONS"], provide_automatic_options=False)
def receive(secret: str) -> Response:
    """One report: find the account by the secret, read, store, answer.

    The answer is an empty object: one without `message-out` replies nothing, one that is no JSON counts as an error.
    """
    if request.method != "POST":
        return _only_posts()
    account = _account(secret)
    callback = _read(account)
    _store(account, callback)
    return json_answer({})


def _only_posts() -> Response:
    refusal = MethodNotAllowed(
        "This address is for Picky Assist, which posts its reports here: paste it there under Developers, Webhooks."
    )
    response = json_answer(answers.refused(refusal, request_id=request_id()), refusal.status)
    response.headers["Allow"] = "POST"
    return response


def _account(secret: str) -> Account:
    """The account whose secret came; every secret is compared, in constant time. Raises Unauthenticated."""
    given = secret.encode("utf-8", "replace")
    pairs = [(account, one) for account in services().accounts.values() for one in account.callback_secrets]
    found = [account for account, one in pairs if hmac.compare_digest(given, one.encode())]
    if not found:
        _log.info("refused", code=Unauthenticated.code)
        raise Unauthenticated(
            "This address does not end in a callback secret of this adapter; "
            "python -m adapter check shows its owner the right one."
        )
    return found[0]


def _read(account: Account) -> Callback:
    raw = raw_request()
    try:
        return read_callback(raw.body, raw.content_type)
    except NotACallback as fault:
        _log.warning("callback_unreadable", account=account.name, size=len(raw.body))
        raise Undecodable(str(fault)) from None


def _store(account: Account, callback: Callback) -> None:
    """Durable when it returns. Raises StoreUnavailable: Picky Assist comes again where its retries are switched on."""
    here = services()
    try:
        keep(here.store, account.name, here.destination, callback, words=here.words, now=time.time())
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", account=account.name, fault=type(fault).__name__)
        raise StoreUnavailable("The report could not be stored just now; post it again soon.") from fault
    _log.info("callback", account=account.name, kind=callback.kind, rows=len(callback.rows), skipped=callback.skipped)
