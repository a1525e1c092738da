"""Signed links to the story of an event, for somebody without an account: what they name, and until when they hold."""

from __future__ import annotations

import hashlib
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

MOST_DAYS: Final = 90
_MOST_SECONDS: Final = MOST_DAYS * 86_400
_LONGEST_TOKEN: Final = 300
_SALT: Final = "adapter.why"


def token(secret_key: str, identity: str, *, until: float) -> str:
    """A token that opens the story of an event or a message until then; it ends with the key that signed it."""
    return str(_signer(secret_key).dumps([identity, int(until)]))


def opened(secret_key: str, text: str, *, now: float) -> str | None:
    """The id that a token names; None for one that is not ours, or over, and without a key."""
    if not secret_key or len(text) > _LONGEST_TOKEN:
        return None
    try:
        identity, until = _signer(secret_key).loads(text, max_age=_MOST_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return str(identity) if now < until <= now + _MOST_SECONDS else None


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})
