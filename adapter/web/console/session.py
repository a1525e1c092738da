"""Who has signed in: the session's cookie, how long it lasts, and what it may see."""

from __future__ import annotations

import time
from typing import Final

import sqlalchemy as sa
from flask import session

from adapter.store.tables import AUDIT
from adapter.web.inbound import services

IDLE_SECONDS: Final = 30 * 60.0
"""Without a request for so long a session ends."""


def begin(now: float | None = None) -> None:
    """Sign in: a fresh session, so that one that was planted before is worth nothing."""
    session.clear()
    session["seen"] = time.time() if now is None else now


def end() -> None:
    """Sign out."""
    session.clear()


def is_signed_in(now: float | None = None) -> bool:
    """Whether the request comes from the owner; it keeps the session alive."""
    now = time.time() if now is None else now
    seen = session.get("seen")
    if not isinstance(seen, float) or not 0 <= now - seen < IDLE_SECONDS:
        return False
    session["seen"] = now
    return True


def shows_numbers() -> bool:
    """Whether phone numbers are shown whole until sign-out."""
    return bool(session.get("numbers"))


def note(what: str, about: str = "") -> None:
    """Write down that the owner did something; `about` names what it was done to, never a number or a text."""
    row = {"at": time.time(), "who": "owner", "what": what, "about": about[:200]}
    with services().store.write() as connection:
        connection.execute(sa.insert(AUDIT).values(row))
