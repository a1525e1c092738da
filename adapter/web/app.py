"""The Flask application: blueprints, one error shape, a request id on everything."""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from adapter import answers
from adapter.errors import MethodNotAllowed, Refusal
from adapter.services import Services, open_services
from adapter.web import api, callbacks, console, health, hooks, push, why
from adapter.web.inbound import json_answer, request_id
from adapter.web.waiting import seats_for

_log = structlog.get_logger("web")


class _App(Flask):
    """Flask's own log of a failure names the path, in which a secret may stand."""

    def log_exception(self, exc_info: Any) -> None:
        _log.error("crashed", fault=exc_info[0].__name__ if exc_info[0] else None, exc_info=exc_info)


class _NotFound(Refusal):
    status = 404
    code = "not_found"


class _Broken(Refusal):
    status = 500
    code = "internal"


def build_app(given: Services | None = None) -> Flask:
    """The application over `given`, or over what the environment says; raises ConfigurationError."""
    services = given or open_services()
    app = _App("adapter.web", static_folder="static", static_url_path="/static")
    app.extensions["adapter"] = services
    app.extensions["adapter_seats"] = seats_for(services.settings.web_threads)
    app.config.update(
        MAX_CONTENT_LENGTH=services.settings.max_body_bytes,
        SECRET_KEY=services.settings.secret_key or None,
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would answer a sender with a redirect
    services.catalogue.entries()  # now, so that a later change that does not load has a last good version behind it
    for part in (hooks, push, callbacks, api, why, health):
        app.register_blueprint(part.blueprint)
    console.register(app)
    app.before_request(_follow)
    app.after_request(_finish)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crashed)
    return app


def _follow() -> None:
    g.started = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = request_id()
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _refused(refusal: Refusal) -> Response:
    body = answers.refused(refusal, request_id=request_id())
    return json_answer(body, refusal.status, retry_after=refusal.retry_after)


_NOTHING: Final = "Nothing lives at this address. A hook's address ends in /hooks/ and its name."
_NOTHING_OF: Final = {
    "callbacks": "Nothing lives at this address: Picky Assist's ends in a secret; check shows it whole.",
    "api": "Nothing lives at this address of /api.",
}


def _http_error(fault: HTTPException) -> Response:
    if fault.code == 404 and console.is_meant():
        return console.nothing_here()
    if fault.code == 404:
        return _refused(_NotFound(_NOTHING_OF.get(request.path.split("/")[1], _NOTHING)))
    if fault.code == 405:
        response = _refused(MethodNotAllowed("This address does not take that HTTP method; use POST."))
        response.headers["Allow"] = ", ".join(getattr(fault, "valid_methods", None) or ["POST"])
        return response
    refusal = Refusal(fault.description or "The request could not be read.")
    return json_answer(answers.refused(refusal, request_id=request_id()), fault.code or 400)


def _crashed(fault: Exception) -> Response:
    _log.error("crashed", fault=type(fault).__name__, exc_info=True)
    return _refused(_Broken(f"The adapter failed on this request; tell its owner the request id {request_id()}."))
