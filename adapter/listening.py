"""Hooks that are being made: for a while an address without a hook file keeps what comes to it, and sends nothing.

The secret of such an address is derived from SECRET_KEY, so it stands nowhere until the hook is saved.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from ulid import ULID

from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, LISTENINGS, NEAR_MISSES

SECONDS: Final = 3600.0
MOST_MISSES: Final = 50
_MOST_LISTENING: Final = 20
_FORGOTTEN: Final = 7 * 86_400.0
_TEXT: Final = """source: {source}
enabled: capture
auth: [{{token: "${{HOOK_SECRET}}"}}]
fields: {{phone: {{type: phone}}}}
push: {{to: "{{{{ phone }}}}", message: captured}}
"""
_ALIKE: Final = 0.6


@dataclasses.dataclass(frozen=True, slots=True)
class Listening:
    """A hook that is being made; times are Unix seconds. `draft` is its text as far as it was edited."""

    id: str
    hook: str
    source: str
    region: str
    created_at: float
    until: float
    draft: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Miss:
    """A request that came and was not taken."""

    at: float
    hook: str
    method: str
    sentence: str


def begin(store: Store, *, hook: str, source: str, region: str, now: float) -> str:
    """Listen for a new hook's first request; the id of the listening. What is long over is forgotten."""
    identity = str(ULID())
    row = {"id": identity, "hook": hook, "source": source, "region": region, "created_at": now, "until": now + SECONDS}
    with store.write() as connection:
        connection.execute(sa.delete(LISTENINGS).where(LISTENINGS.c.until < now - _FORGOTTEN))
        connection.execute(sa.insert(LISTENINGS).values(row))
    return identity


def find(store: Store, identity: str) -> Listening | None:
    """The listening of that id, also when its time is over."""
    if not identity.isalnum():  # PostgreSQL cannot even look for a NUL
        return None
    return next(iter(_found(store, LISTENINGS.c.id == identity)), None)


def active(store: Store, *, now: float) -> list[Listening]:
    """Those whose time is not over, the newest first."""
    return _found(store, LISTENINGS.c.until > now)


def _found(store: Store, condition: sa.ColumnElement[bool]) -> list[Listening]:
    query = sa.select(LISTENINGS).where(condition).order_by(LISTENINGS.c.created_at.desc()).limit(_MOST_LISTENING)
    with store.read() as connection:
        return [Listening(**row) for row in connection.execute(query).mappings()]


def change(store: Store, identity: str, **values: Any) -> None:
    """Set `until` or `draft`."""
    with store.write() as connection:
        connection.execute(sa.update(LISTENINGS).where(LISTENINGS.c.id == identity).values(**values))


def secret_of(key: str, identity: str) -> str:
    """The secret of the address: 32 characters, the same in every process, and none without SECRET_KEY."""
    return hmac.new(key.encode(), f"listening:{identity}".encode(), hashlib.sha256).hexdigest()[:32]


def capturing_hook(one: Listening, secret: str) -> Hook:
    """The hook that keeps what comes and sends nothing."""
    surroundings = Surroundings(environ={"HOOK_SECRET": secret})
    return load_hook(one.hook, _TEXT.format(source=one.source), surroundings)


def came(store: Store, one: Listening, *, most: int = 20) -> Sequence[sa.Row[Any]]:
    """What came to the address since, the newest first: id, received_at, method, source, status, reason, decoded_as,
    body."""
    columns = ("id", "received_at", "method", "source", "status", "reason", "decoded_as", "body")
    query = sa.select(*[EVENTS.c[name] for name in columns]).where(
        EVENTS.c.hook == one.hook, EVENTS.c.received_at >= one.created_at, EVENTS.c.trial.is_(sa.false())
    )
    with store.read() as connection:
        return connection.execute(query.order_by(EVENTS.c.seq.desc()).limit(most)).all()


def resembles(asked: str, one: Listening) -> bool:
    """Whether who asked for the hook `asked` may have meant this one."""
    return asked == one.hook or difflib.SequenceMatcher(None, _bare(asked), _bare(one.hook)).ratio() >= _ALIKE


def _bare(name: str) -> str:
    return "".join(sign for sign in name[:63].lower() if sign.isalnum())


def note_miss(store: Store, miss: Miss) -> None:
    """Write a miss down; only the newest are kept."""
    with store.write() as connection:
        row = sa.insert(NEAR_MISSES).values(dataclasses.asdict(miss)).returning(NEAR_MISSES.c.seq)
        newest = connection.execute(row).scalar_one()
        connection.execute(sa.delete(NEAR_MISSES).where(NEAR_MISSES.c.seq <= newest - MOST_MISSES))


def misses(store: Store, one: Listening, *, most: int = 10) -> list[Miss]:
    """What was meant for this hook, perhaps, and not taken: the newest first."""
    query = sa.select(NEAR_MISSES).where(NEAR_MISSES.c.at >= one.created_at).order_by(NEAR_MISSES.c.seq.desc())
    with store.read() as connection:
        rows = connection.execute(query.limit(MOST_MISSES)).all()
    found = [Miss(row.at, row.hook, row.method, row.sentence) for row in rows]
    return [miss for miss in found if resembles(miss.hook, one)][:most]
