"""What all pages share: who may see them, the frame they stand in, their headers, and how things are written."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Blueprint, Flask, Response, redirect, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from adapter.errors import Refusal
from adapter.store.engine import UNAVAILABLE
from adapter.web.console import kept, session, written
from adapter.web.inbound import request_id, services

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_log: Final = structlog.get_logger("console")
_csrf: Final = CSRFProtect()


class NotHere(Refusal):
    """Nothing stands at this address of the console, or what stood there is gone."""

    status = 404
    code = "not_found"


class Conflict(Refusal):
    """Somebody else changed it meanwhile; nothing was changed now."""

    status = 409
    code = "conflict"


def prepare(app: Flask) -> None:
    """Set up the session's cookie and the protection of forms."""
    app.session_interface = session.Cookies()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False,  # nginx passes on its own name for ours unless told
    )  # fmt: skip
    _csrf.init_app(app)
    written.prepare(app.jinja_env)


def console_blueprint(name: str, *, public: bool = False) -> Blueprint:
    """A blueprint for pages of the signed-in owner; `public` ones are open, and still have the console's headers."""
    blueprint = Blueprint(f"console_{name}", __name__)
    blueprint.before_request(_require_same_site)
    if not public:
        blueprint.before_request(_require_owner)
    blueprint.after_request(_headers)
    blueprint.register_error_handler(Refusal, _refused)
    blueprint.register_error_handler(CSRFError, _forged)
    blueprint.register_error_handler(HTTPException, _http_error)
    for kind in UNAVAILABLE:
        blueprint.register_error_handler(kind, _no_database)
    return blueprint


def is_open() -> bool:
    """Whether the console can be signed in to: both secrets are set."""
    settings = services().settings
    return bool(settings.admin_password and settings.secret_key)


def _require_owner() -> Response | None:
    """Closed by default: without both secrets nobody is let in, and every change needs the session's own token."""
    changes = request.method not in _LOOKS
    if not is_open() or not session.is_signed_in():
        return (_kept_form() if changes else None) or go("/sign-in", next=_asked_for())
    if changes:
        require_token()
    return None


_LOOKS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def require_token() -> None:
    """Raises CSRFError where the request changes something, and does not carry the session's own token."""
    _csrf.protect()


def _require_same_site() -> None:
    """Browsers say whether a page of another site sent a form; what they say nobody's script can change."""
    if request.method not in _LOOKS and request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise CSRFError("The form was sent from another site.")


def _asked_for() -> str:
    """The page to go to after signing in: a form's own is only there to be posted to."""
    if request.method not in _LOOKS:
        try:
            return within(urlsplit(request.referrer or "/").path)
        except ValueError:  # a stranger may write anything there
            return "/"
    return request.full_path if request.query_string else request.path


def _kept_form() -> Response | None:
    """The sign-in page with what the owner had typed, where it was sent from a page of a session that has ended."""
    why = session.why_ended() if is_open() else ""
    if not why or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate" or request.path == "/session":
        return None
    try:
        require_token()
    except CSRFError:
        return None
    packed = kept.pack(request, why, services().settings.secret_key)
    return page("console/sign_in.html", status=401, open=True, next=_asked_for(), fault="", kept=packed, why=why)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Robots-Tag", "noindex")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    return response


def page(template: str, *, at: str = "", status: int = 200, **context: Any) -> Response:
    """A page in its frame; `at` is the entry of the navigation that it belongs to."""
    return Response(render_template(template, **frame(at), **context), status, mimetype="text/html")


def frame(at: str = "") -> dict[str, Any]:
    """What the frame of a page shows, and what every page may ask for."""
    here = services()
    return {
        "at": at,
        "practice": here.destination == "sandbox",
        "signed_in": is_open() and session.is_signed_in(),
        "theme": theme(),
        "zone": zone(),
        "local_zone": str(here.settings.timezone),
        "now": time.time(),
        "shows_numbers": session.shows_numbers(),
        "session_left": session.seconds_left(),
        "writable": here.settings.templates_writable,
    }


def go(path: str, **query: str) -> Response:
    """On to another page of the console, by GET."""
    response = redirect(f"{path}?{urlencode(query)}" if query else path, 303)
    assert isinstance(response, Response)  # noqa: S101 - flask's redirect makes flask's Response
    return response


def within(path: str) -> str:
    """The path, where it is one of this console; else the overview's."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not any(ord(sign) < 33 for sign in path)
    return path if inside else "/"


def theme() -> str:
    """`light` or `dark` where the owner chose one, else ``."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in {"light", "dark"} else ""


def zone() -> str:
    """The time zone that times are shown in: TIMEZONE, or UTC where the owner switched to it."""
    return "UTC" if request.cookies.get("utc") == "1" else str(services().settings.timezone)


def nothing_here() -> Response:
    """The page for an address without one."""
    try:
        return _headers(_refused(NotHere("No page of the console has this address.")))
    except UNAVAILABLE as fault:
        return _headers(_no_database(fault))


def _refused(refusal: Refusal) -> Response:
    response = page("console/problem.html", status=refusal.status,
                    title=_TITLES.get(refusal.status, "That did not work."), sentence=refusal.sentence)  # fmt: skip
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


_TITLES: Final = {404: "Nothing is here.", 409: "It was changed meanwhile."}


def _forged(_fault: CSRFError) -> Response:
    return page(
        "console/problem.html", status=400, title="Nothing was changed.",
        sentence="The form was not sent from this console, or its page is older than your sign-in. "
        "Go back, reload the page, and send it again.",
    )  # fmt: skip


def _http_error(fault: HTTPException) -> Response:
    if fault.code == 404:
        return nothing_here()
    sentence = fault.description or "The request could not be read."
    return page("console/problem.html", status=fault.code or 400, title="That did not work.", sentence=sentence)


def _no_database(fault: Exception) -> Response:
    _log.error("store_unavailable", fault=type(fault).__name__)
    return page(
        "console/problem.html", status=503, title="The database does not answer.",
        sentence="Senders are told to come back later, and nothing is lost. Load this page again in a moment. "
        f"For its owner's log: request id {request_id()}.",
    )  # fmt: skip
