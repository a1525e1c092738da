"""`/why/<token>`: what became of an event, for whoever was given the link; without numbers, texts and the request."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from adapter import answers, links
from adapter.delivery.story import MOST_TOLD, FoundNothing, story
from adapter.delivery.story_lines import moment, summary
from adapter.errors import Refusal, StoreUnavailable
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import json_answer, request_id, services

blueprint: Final = Blueprint("why", __name__)
_POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
    "X-Robots-Tag": "noindex",
}


class _Over(Refusal):
    status = 404
    code = "not_found"


@blueprint.get("/why/<token>")
def tell(token: str) -> Response:
    """The redacted story of the event or message that the token names, as a page or as JSON."""
    try:
        told = _told(token)
    except Refusal as refusal:
        return _refused(refusal)
    if _wants_json():
        return json_answer(told)
    zone = services().settings.timezone
    page = render_template("why.html", told=told, summary=summary(told), zone=zone, moment=moment, iso=_iso)
    return Response(page, 200, mimetype="text/html")


@blueprint.after_request
def guard(response: Response) -> Response:
    """The link is a secret, and what it shows is for nobody else."""
    response.headers.update(_HEADERS)
    return response


def _told(token: str) -> dict[str, Any]:
    """Raises Refusal; a forged link, one that is over, and a story that was deleted look alike."""
    here, now = services(), time.time()
    identity = links.opened(here.settings.secret_key, token, now=now)
    try:
        if identity is not None:
            after = here.settings.resend_after
            return story(here.store, identity, now=now, resend_after=after, most=MOST_TOLD, hidden=True)
    except FoundNothing:
        pass
    except UNAVAILABLE as fault:
        raise StoreUnavailable("The database does not answer just now; load this page again in a minute.") from fault
    raise _Over("This link does not hold, or not any more; ask who sent it for a new one.")


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _refused(refusal: Refusal) -> Response:
    if _wants_json():
        body = answers.refused(refusal, request_id=request_id())
        return json_answer(body, refusal.status, retry_after=refusal.retry_after)
    page = render_template("why.html", told=None, sentence=refusal.sentence)
    response = Response(page, refusal.status, mimetype="text/html")
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _iso(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="seconds")
