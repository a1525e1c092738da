"""Failed tries to sign in, counted in the database for all web processes: each bucket fills, waits, and forgets.

Whose failures are they? Of the *peer's* address, the one that the connection comes from; of IPv6 the /64, which is
what one customer gets. `X-Forwarded-For` is never asked: a client can send that header itself, and whether a proxy
replaces, extends or passes it on is not to be known here. So nobody escapes the limit by it, nor fills the bucket of
somebody else. The price: behind a proxy all strangers share one bucket. What that could do to the owner is met
otherwise: a browser that signed in before has a bucket of its own, and whoever has a shell makes a one-time link
(`adapter.signing_in.one_time`). Also waits are bounded, no try during a wait prolongs it, and failures are forgotten.

A try is counted before the password is looked at, so that many at once are not more than the limit allows.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.store.engine import Store
from adapter.store.tables import SIGN_IN_TRIES

FORGET_SECONDS: Final = 3_600.0
"""So long after the last failure of a bucket all of them are forgotten."""
_MOST_DOUBLED: Final = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Brake:
    """How many failures are free, and how long one waits after them: from `first` seconds, doubled, up to `longest`."""

    free: int
    first: float
    longest: float

    def wait(self, failures: int) -> float:
        """Seconds from the last of so many failures until the next try."""
        if failures < self.free:
            return 0.0
        return float(min(self.longest, self.first * 2 ** min(failures - self.free, _MOST_DOUBLED)))


OF_ONE: Final = Brake(5, 30, 900)
"""Of an address, or of a browser that is known."""
OF_ALL: Final = Brake(50, 1, 60)
"""Of all who are not known, together: guessing from many addresses becomes slow, the owner waits a minute at most."""
ALL: Final = "all"


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """A try that is counted now, or, where `wait` seconds are left, that was not allowed in `bucket`."""

    bucket: str
    wait: float
    failures: int


def buckets_of(address: str | None, browser: str | None) -> tuple[str, ...]:
    """Where a try counts: `browser` is the id of one that signed in before, `address` the peer's."""
    return (f"browser {browser}",) if browser else (f"address {_network(address)}", ALL)


def _network(address: str | None) -> str:
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:  # a unix socket has none
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def take(store: Store, buckets: Sequence[str], *, now: float) -> Taken:
    """Count a try as failed in each bucket, unless one of them has to wait: then none counts."""
    insert = sqlite.insert if store.is_sqlite else postgresql.insert
    with store.write() as connection:
        connection.execute(sa.delete(SIGN_IN_TRIES).where(SIGN_IN_TRIES.c.last_at <= now - FORGET_SECONDS))
        taken = []
        for bucket in sorted(buckets):  # everybody in the same order, so that nobody waits in a circle
            new = insert(SIGN_IN_TRIES).values(address=bucket, failures=0, last_at=now)
            connection.execute(new.on_conflict_do_nothing())
            mine = sa.select(SIGN_IN_TRIES).where(SIGN_IN_TRIES.c.address == bucket)
            row = connection.execute(mine.with_for_update()).one()
            taken.append(Taken(bucket, _left(bucket, row.failures, row.last_at, now), row.failures + 1))
        longest = max(taken, key=lambda one: (one.wait, one.bucket != ALL))
        if not longest.wait:
            all_of_them = SIGN_IN_TRIES.c.address.in_(buckets)
            counted = {"failures": SIGN_IN_TRIES.c.failures + 1, "last_at": now}
            connection.execute(sa.update(SIGN_IN_TRIES).where(all_of_them).values(counted))
    return longest


def _left(bucket: str, failures: int, last_at: float, now: float) -> float:
    wait = (OF_ALL if bucket == ALL else OF_ONE).wait(failures)
    return min(wait, max(0.0, last_at + wait - now))  # also where the clock was set back


def forgive(store: Store, buckets: Sequence[str]) -> None:
    """The try was right: the bucket is emptied, and what all share loses only this one."""
    with store.write() as connection:
        own = [bucket for bucket in buckets if bucket != ALL]
        connection.execute(sa.delete(SIGN_IN_TRIES).where(SIGN_IN_TRIES.c.address.in_(own)))
        if ALL in buckets:
            shared = (SIGN_IN_TRIES.c.address == ALL) & (SIGN_IN_TRIES.c.failures > 0)
            connection.execute(sa.update(SIGN_IN_TRIES).where(shared).values(failures=SIGN_IN_TRIES.c.failures - 1))
