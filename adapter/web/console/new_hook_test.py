"""Step 5 of a new hook: a test message to the owner's own number, and what becomes of it."""

from __future__ import annotations

import time
from typing import Any, Final

from flask import Response, request
from ulid import ULID

from adapter import trials
from adapter.delivery.story import FoundNothing, story
from adapter.errors import Refusal
from adapter.intake.sources import SOURCES
from adapter.listening import Listening
from adapter.web.console import live, session
from adapter.web.console.listeners import STEPS, listening_of, newest_of, request_of
from adapter.web.console.shell import console_blueprint, go, page
from adapter.web.inbound import request_id, services

blueprint: Final = console_blueprint("new_hook_test")


@blueprint.get("/setup/new/<identity>/test")
def test(identity: str) -> Response:
    """Step 5: a test message to the owner's own number."""
    return _test_page(listening_of(identity))


@blueprint.post("/setup/new/<identity>/test")
def send(identity: str) -> Response:
    """Send it, once for each time the form was shown."""
    one, here = listening_of(identity), services()
    event, key = request.form.get("request", ""), request.form.get("key", "")[:64]
    try:
        hook = here.catalogue.hook(one.hook)
        number = trials.own_number(request.form.get("number", "")[:60], one.region)
        sent = trials.send_trial(
            here, hook, request_of(one, event), number, key=f"{one.id}:{key}", request_id=request_id(), now=time.time()
        )
    except Refusal as refusal:
        return _test_page(one, wrong=refusal.sentence, status=refusal.status)
    session.note("test message sent", one.hook)
    return go(f"/setup/new/{one.id}/test", request=event, sent=sent)


@blueprint.get("/setup/new/<identity>/sent")
def sent(identity: str) -> Response:
    """What became of the test message, polled."""
    one, event = listening_of(identity), request.args.get("sent", "")
    return live.fragment("console/new_sent.html", one=one, told=_told(event), sent=event)


def _test_page(one: Listening, *, wrong: str = "", status: int = 200) -> Response:
    here = services()
    entry = here.catalogue.entries().get(one.hook)
    event = request.values.get("request", "") or newest_of(one)
    identity = request.args.get("sent", "")
    return page(
        "console/new_test.html", at="hooks", status=status, one=one, wrong=wrong, event=event, key=str(ULID()),
        title=SOURCES[one.source].title, step=5, steps=STEPS, number=request.form.get("number", "")[:60],
        faults=entry.faults if entry else (), there=entry is not None,
        serves=entry is not None and entry.hook is not None,
        sent=identity, told=_told(identity) if identity else None,
    )  # fmt: skip


def _told(event: str) -> dict[str, Any] | None:
    """The test message as far as it got; None where there is none of this id."""
    here = services()
    try:
        told = story(here.store, event, resend_after=here.settings.resend_after, most=1)
    except FoundNothing:
        return None
    return told["messages"][0] if told["trial"] and told["messages"] else None
