"""Who has signed in: the session's cookie, how long it lasts, and what it may see."""

from __future__ import annotations

import time
from typing import Final

from flask import session

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
