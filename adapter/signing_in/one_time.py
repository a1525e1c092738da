"""One-time links: whoever has a shell of the server signs a browser in, also when strangers exhaust every try."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import sqlalchemy as sa
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.dialects import postgresql, sqlite

from adapter.signing_in.tries import FORGET_SECONDS
from adapter.store.engine import Store
from adapter.store.tables import SIGN_IN_TRIES

VALID_SECONDS: Final = 600.0
assert VALID_SECONDS < FORGET_SECONDS  # noqa: S101 - a link that was used must be over before that is forgotten
_LONGEST_TOKEN: Final = 300
_SALT: Final = "adapter.sign-in"


def token(secret_key: str, *, now: float) -> str:
    """A token that signs in once, until VALID_SECONDS from now."""
    return str(_signer(secret_key).dumps([secrets.token_urlsafe(16), int(now + VALID_SECONDS)]))


def holds(secret_key: str, text: str, *, now: float) -> bool:
    """Whether it is ours and its time is not over; it may have been used."""
    return _opened(secret_key, text, now) is not None


def use(store: Store, secret_key: str, text: str, *, now: float) -> bool:
    """Use it up; False where it does not hold, or somebody was earlier."""
    nonce = _opened(secret_key, text, now)
    if nonce is None:
        return False
    insert = sqlite.insert if store.is_sqlite else postgresql.insert
    used = insert(SIGN_IN_TRIES).values(address=_bucket(nonce), failures=0, last_at=now).on_conflict_do_nothing()
    with store.write() as connection:
        return connection.execute(used.returning(SIGN_IN_TRIES.c.address)).first() is not None


def was_used(store: Store, secret_key: str, text: str, *, now: float) -> bool:
    """Whether somebody used it."""
    mine = sa.select(SIGN_IN_TRIES.c.address).where(SIGN_IN_TRIES.c.address == _bucket(_opened(secret_key, text, now)))
    with store.read() as connection:
        return connection.execute(mine).first() is not None


def _opened(secret_key: str, text: str, now: float) -> str | None:
    if not secret_key or len(text) > _LONGEST_TOKEN:
        return None
    try:
        nonce, until = _signer(secret_key).loads(text)
    except (BadData, ValueError, TypeError):
        return None
    return str(nonce) if now < until <= now + VALID_SECONDS + 1 else None


def _bucket(nonce: str | None) -> str:
    return f"link {nonce}"


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})
