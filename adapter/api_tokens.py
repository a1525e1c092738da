"""Tokens of the API: made once, shown once, kept as SHA-256, and revoked rather than deleted."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from typing import Final

import sqlalchemy as sa
import ulid

from adapter.errors import Refusal
from adapter.store.engine import Store
from adapter.store.tables import API_TOKENS

PREFIX: Final = "pa_"
LENGTH: Final = len(PREFIX) + 43
SCOPES: Final = ("read", "write")
MOST: Final = 100
"""Tokens that may be in use at once."""
_LONGEST_NAME: Final = 60
_USED_SECONDS: Final = 60.0


class NotMade(Refusal):
    """A token that cannot be made; the sentence says why."""

    status = 422
    code = "invalid_fields"


@dataclasses.dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its text; times in Unix seconds. `scope`: `read`, or `write`, which reads too."""

    id: str
    name: str
    scope: str
    created_at: float
    used_at: float | None
    revoked_at: float | None

    def may(self, scope: str) -> bool:
        """Whether it opens what needs that scope."""
        return self.scope in {"write", scope}


_COLUMNS: Final = [API_TOKENS.c[field.name] for field in dataclasses.fields(ApiToken)]


def create(store: Store, name: str, scope: str, *, now: float) -> tuple[ApiToken, str]:
    """(row, token): the token's only appearance. Raises NotMade."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise NotMade(
            f"Give the token a name of 1 to {_LONGEST_NAME} characters, such as the program that will use it."
        )
    if scope not in SCOPES:
        raise NotMade("Choose what the token may do: read, or read and write.")
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(str(ulid.ULID()), name, scope, now, None, None)
    with store.write() as connection:
        in_use = sa.select(API_TOKENS.c.name).where(API_TOKENS.c.revoked_at.is_(None))
        names = list(connection.execute(in_use).scalars())
        if name in names:
            raise NotMade(f'A token named "{name}" is in use already; choose another name, or revoke that one first.')
        if len(names) >= MOST:
            raise NotMade(f"{MOST} tokens are in use, which is the most; revoke one first.")
        connection.execute(sa.insert(API_TOKENS).values(**dataclasses.asdict(row), digest=_digest(token)))
    return row, token


def find(store: Store, token: str, *, now: float) -> ApiToken | None:
    """The token, where it is in use. That it was used is written down at most once a minute.

    It is looked up by its digest, so how long that takes says nothing about the tokens there are.
    """
    if len(token) != LENGTH or not token.startswith(PREFIX):
        return None
    mine = (API_TOKENS.c.digest == _digest(token)) & API_TOKENS.c.revoked_at.is_(None)
    with store.read() as connection:
        row = connection.execute(sa.select(*_COLUMNS).where(mine)).first()
    if row is None:
        return None
    found = ApiToken(**row._mapping)
    if found.used_at is not None and now - found.used_at < _USED_SECONDS:
        return found
    with store.write() as connection:
        connection.execute(sa.update(API_TOKENS).where(mine).values(used_at=now))
    return dataclasses.replace(found, used_at=now)


def revoke(store: Store, identity: str, *, now: float) -> ApiToken | None:
    """End a token for ever; None where none in use has that id."""
    if not identity.isalnum():  # PostgreSQL cannot even look for a NUL
        return None
    mine = (API_TOKENS.c.id == identity) & API_TOKENS.c.revoked_at.is_(None)
    with store.write() as connection:
        row = connection.execute(sa.update(API_TOKENS).where(mine).values(revoked_at=now).returning(*_COLUMNS)).first()
    return None if row is None else ApiToken(**row._mapping)


def all_tokens(store: Store) -> list[ApiToken]:
    """Those in use first, then the newest of the revoked."""
    order = (API_TOKENS.c.revoked_at.is_not(None), API_TOKENS.c.id.desc())
    with store.read() as connection:
        return [
            ApiToken(**row._mapping) for row in connection.execute(sa.select(*_COLUMNS).order_by(*order).limit(200))
        ]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
