"""Who has signed in: a cookie with a random token, a row in the database that it opens, and what it may see.

The cookie is `SameSite=Lax`, not `Strict`: a link to a page here, from a mail or a chat with a colleague, shall open
it for who is signed in. No GET changes anything, and each POST needs the session's own CSRF token.
"""

from __future__ import annotations

import secrets
import time
from typing import Final, cast

from flask import Flask, g, request, session
from flask.sessions import SecureCookieSessionInterface

from adapter import audit
from adapter.signing_in import sessions
from adapter.signing_in.sessions import Session
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import services

IDLE_SECONDS: Final = sessions.IDLE_SECONDS
_COOKIE: Final = "session"
_OPENS: Final = "id"


class Cookies(SecureCookieSessionInterface):
    """Over https the cookie's name begins with `__Host-`, which browsers take only with Secure, and only from here."""

    def get_cookie_name(self, app: Flask) -> str:
        return f"__Host-{_COOKIE}" if is_secure() else _COOKIE

    def get_cookie_secure(self, app: Flask) -> bool:
        return is_secure()


def is_secure() -> bool:
    """Whether this browser speaks https with us, as far as can be known. `X-Forwarded-Proto` counts for this only:

    who forges it keeps their own cookie from being sent, and nothing else.
    """
    told = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip().lower()
    return str(services().settings.public_url).startswith("https://") or request.is_secure or told == "https"


def begin(now: float | None = None) -> None:
    """Sign in: a fresh session, so that one that was planted before is worth nothing."""
    if (old := session.get(_OPENS)) is not None:
        sessions.end(services().store, _identity(str(old)))
    session.clear()
    session[_OPENS] = secrets.token_urlsafe(32)
    g.pop("csrf_token", None)
    g.owner = sessions.begin(services().store, _identity(session[_OPENS]), now=time.time() if now is None else now)


def end() -> None:
    """Sign out."""
    if (token := session.get(_OPENS)) is not None:
        sessions.end(services().store, _identity(str(token)))
    session.clear()
    g.owner = None


def end_everywhere() -> int:
    """Sign out in all browsers; how many sessions there were."""
    session.clear()
    g.owner = None
    return sessions.end_all(services().store)


def is_signed_in(now: float | None = None) -> bool:
    """Whether the request comes from the owner; it keeps the session alive, unless a page asked by itself.

    Pages that look for news by themselves send `X-Live: 1`: nobody need sit before them.
    """
    now = time.time() if now is None else now
    found = _owner()
    if found is None or not found.left(now):
        return False
    if request.headers.get("X-Live") != "1" and now - found.seen_at >= sessions.SEEN_SECONDS:
        _see(found, now)
    return True


def extend(now: float | None = None) -> None:
    """Count this request as one of the owner's, also where another has just been written down."""
    if (found := _owner()) is not None:
        _see(found, time.time() if now is None else now)


def seconds_left(now: float | None = None) -> int:
    """Until the session ends without a further request; 0 where nobody is signed in."""
    found = _owner()
    return 0 if found is None else int(found.left(time.time() if now is None else now))


def why_ended(now: float | None = None) -> str:
    """A sentence about the session that this browser had; `` where it had none."""
    now = time.time() if now is None else now
    found = _owner()
    if session.get(_OPENS) is None or (found is not None and found.left(now)):
        return ""
    if found is None:
        return "You were signed out."
    return "You were signed out after 30 min idle." if found.is_idle(now) else "You were signed out after 12 h."


def shows_numbers() -> bool:
    """Whether phone numbers are shown whole until sign-out."""
    found = _owner()
    return found is not None and found.shows_numbers


def show_numbers(*, shows: bool) -> None:
    """Show them whole, or masked again."""
    if (found := _owner()) is not None:
        g.owner = sessions.show_numbers(services().store, found, shows=shows)


def note(what: str, about: str = "") -> None:
    """Write down that the owner did something; `about` names what it was done to, never a number or a text."""
    audit.write(services().store, what, about, now=time.time())


def _owner() -> Session | None:
    """The session that the cookie opens, looked up once a request; one that has ended too."""
    if "owner" not in g:
        g.owner = None  # where the database does not answer, the page that says so is not asked again
        if (token := session.get(_OPENS)) is not None:
            g.owner = sessions.find(services().store, _identity(str(token)))
    return cast("Session | None", g.owner)


def _see(found: Session, now: float) -> None:
    try:
        g.owner = sessions.seen(services().store, found, now=now)
    except UNAVAILABLE:
        return  # a database that can be read but not written shows its pages all the same


def _identity(token: str) -> str:
    settings = services().settings
    return sessions.identity(token, (settings.secret_key, settings.admin_password))
