"""Sessions of the console: rows that end by themselves, by a click, or with the secrets they were made under."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from typing import Final

import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.tables import SESSIONS

IDLE_SECONDS: Final = 30 * 60.0
"""Without a request for so long a session ends."""
LONGEST_SECONDS: Final = 12 * 3_600.0
"""After so long a session ends in any case."""
SEEN_SECONDS: Final = 60.0
"""A request is written down at most so often."""
_KEPT_SECONDS: Final = 2 * LONGEST_SECONDS  # so long it can be said why a session ended
_SKEW_SECONDS: Final = 300.0  # clocks of several hosts differ; one that was set back by more ends the session


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """One browser that signed in, in Unix seconds."""

    id: str
    started_at: float
    seen_at: float
    shows_numbers: bool

    def left(self, now: float) -> float:
        """Seconds until it ends without a further request; 0 where it has ended."""
        if self.seen_at - now > _SKEW_SECONDS:
            return 0.0
        return max(0.0, min(self.seen_at + IDLE_SECONDS, self.started_at + LONGEST_SECONDS) - now)

    def is_idle(self, now: float) -> bool:
        """Whether it ended because nothing was asked for."""
        return now - self.seen_at >= IDLE_SECONDS


def identity(token: str, secrets: tuple[str, ...]) -> str:
    """The row's id: a digest of the browser's token (256 random bits) and of the secrets in force.

    So whoever reads the table learns neither, and a changed secret ends every session.
    """
    return hmac.new(token.encode(), "\0".join(secrets).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def begin(store: Store, session: str, *, now: float) -> Session:
    """A new session; rows that ended long ago are removed."""
    made = Session(session, now, now, shows_numbers=False)
    with store.write() as connection:
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.started_at < now - _KEPT_SECONDS))
        connection.execute(sa.insert(SESSIONS).values(dataclasses.asdict(made)))
    return made


def find(store: Store, session: str) -> Session | None:
    """The session of that id, also one that has ended but is not forgotten yet."""
    with store.read() as connection:
        row = connection.execute(sa.select(SESSIONS).where(SESSIONS.c.id == session)).first()
    return None if row is None else Session(**row._mapping)


def seen(store: Store, session: Session, *, now: float) -> Session:
    """Write down that a request came; the session as it is now."""
    with store.write() as connection:
        connection.execute(sa.update(SESSIONS).where(SESSIONS.c.id == session.id).values(seen_at=now))
    return dataclasses.replace(session, seen_at=now)


def show_numbers(store: Store, session: Session, *, shows: bool) -> Session:
    """Show phone numbers whole, or masked again."""
    with store.write() as connection:
        connection.execute(sa.update(SESSIONS).where(SESSIONS.c.id == session.id).values(shows_numbers=shows))
    return dataclasses.replace(session, shows_numbers=shows)


def end(store: Store, session: str) -> None:
    """End one."""
    with store.write() as connection:
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.id == session))


def end_all(store: Store) -> int:
    """End every session, in all browsers; how many."""
    with store.write() as connection:
        return connection.execute(sa.delete(SESSIONS)).rowcount
