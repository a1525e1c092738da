"""Settings: what is set, from where, and what each is for; the API's tokens; what was done; how this browser looks.

Settings are changed where they are set, in `.env` or on the hosting platform: a click could not outlive a restart.
"""

from __future__ import annotations

import time
from typing import Final

from flask import Response, request

from adapter import api_tokens, audit
from adapter.set_values import shown
from adapter.signing_in.sessions import IDLE_SECONDS, LONGEST_SECONDS
from adapter.web.console import session
from adapter.web.console.shell import NotHere, console_blueprint, go, page, within
from adapter.web.inbound import services

blueprint: Final = console_blueprint("settings")
_YEAR: Final = 365 * 86_400
_LOOKS: Final = ("theme", "utc", "keys")


@blueprint.get("/settings")
def settings() -> Response:
    """What is set, and how this browser shows the console."""
    return page(
        "console/settings.html", at="settings", part="settings", rows=shown(services().settings),
        keys=request.cookies.get("keys") != "0", local=services().settings.timezone,
        idle=IDLE_SECONDS, longest=LONGEST_SECONDS,
    )  # fmt: skip


@blueprint.post("/look")
def look() -> Response:
    """Keep how this browser wants to see the console: light or dark, local time or UTC, with keys or without."""
    response = go(within(request.form.get("back", "/")))
    for name in _LOOKS:
        if name in request.form:
            response.set_cookie(
                name, request.form[name][:10], max_age=_YEAR, samesite="Lax", httponly=True, secure=session.is_secure()
            )
    return response


@blueprint.post("/numbers")
def numbers() -> Response:
    """Show phone numbers whole until sign-out, or mask them again."""
    shows = request.form.get("show") == "1"
    if shows != session.shows_numbers():
        session.note("phone numbers shown" if shows else "phone numbers hidden")
        session.show_numbers(shows=shows)
    return go(within(request.form.get("back", "/")))


@blueprint.post("/sign-out/everywhere")
def sign_out_everywhere() -> Response:
    """End every session, in all browsers."""
    session.note("signed out in all browsers")
    session.end_everywhere()
    return go("/sign-in")


@blueprint.get("/session")
def left() -> Response:
    """Whole seconds until the session ends, for the page that warns of it."""
    return Response(str(session.seconds_left()), mimetype="text/plain")


@blueprint.post("/session")
def stay() -> Response:
    """Stay signed in; the seconds left from now on."""
    session.extend()
    return Response(str(session.seconds_left()), mimetype="text/plain")


@blueprint.get("/settings/tokens")
def tokens() -> Response:
    """The tokens there are."""
    return _tokens()


@blueprint.post("/settings/tokens")
def make_token() -> Response:
    """Make a token, and show it this once: in the answer, whose address can be reloaded without it."""
    form = {"name": request.form.get("name", ""), "scope": request.form.get("scope", "")}
    try:
        row, token = api_tokens.create(services().store, **form, now=time.time())
    except api_tokens.NotMade as fault:
        return _tokens(status=fault.status, fault=fault.sentence, **form)
    session.note("API token made", row.name)
    return page("console/token.html", at="settings", part="tokens", row=row, token=token)


@blueprint.post("/settings/tokens/<identity>/revoke")
def revoke_token(identity: str) -> Response:
    """End a token for ever."""
    row = api_tokens.revoke(services().store, identity, now=time.time())
    if row is None:
        raise NotHere("No token in use has this id; it may have been revoked already.")
    session.note("API token revoked", row.name)
    return go("/settings/tokens")


@blueprint.get("/settings/audit")
def log() -> Response:
    """What was done, newest first."""
    before = request.args.get("before", "")
    here = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    entries = audit.page(services().store, before=here, limit=audit.PAGE + 1)
    older = entries[audit.PAGE - 1].seq if len(entries) > audit.PAGE else None
    return page(
        "console/audit.html", at="settings", part="audit", entries=entries[: audit.PAGE], older=older,
        first=here is None,
    )  # fmt: skip


def _tokens(*, status: int = 200, fault: str = "", name: str = "", scope: str = "read") -> Response:
    here = services()
    return page(
        "console/tokens.html", at="settings", part="tokens", status=status, tokens=api_tokens.all_tokens(here.store),
        from_environment=bool(here.settings.api_token), fault=fault, name=name, scope=scope,
    )  # fmt: skip
