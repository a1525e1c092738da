"""The pace of an account, kept in the database and so shared by all relays: spaced calls, with a small burst saved."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from adapter.store.tables import ACCOUNTS

_MOST_BURST: Final = 5
_WINDOW: Final = 60.0


def spacing(rate: int) -> tuple[float, int]:
    """(seconds between calls, calls saved while idle) for `rate` calls a minute.

    With a burst of b and a spacing of 60/(rate - b), no 60 s ever start more than `rate` calls.
    """
    burst = max(1, min(_MOST_BURST, rate // 2))
    return _WINDOW / max(rate - burst, 1) if rate > 1 else _WINDOW, burst


def wait(rate: int, next_call: float, clock: float) -> float:
    """Seconds until a call may start; 0 when it may now. `next_call`: when the spaced call would be due."""
    if rate == 0:
        return 0.0
    seconds, burst = spacing(rate)
    return max(0.0, next_call - (burst - 1) * seconds - clock)


def spend(connection: sa.Connection, account: str, destination: str, *, rate: int, clock: float, boot: str) -> float:
    """Take one call of the account's pace inside this transaction; 0, or the seconds until one is free."""
    key = (ACCOUNTS.c.name == account) & (ACCOUNTS.c.destination == destination)
    row = connection.execute(
        sa.select(ACCOUNTS.c.next_call, ACCOUNTS.c.next_call_boot).where(key).with_for_update()
    ).one()
    next_call = row.next_call if row.next_call_boot == boot else 0.0  # another boot's clock says nothing here
    if (pause := wait(rate, next_call, clock)) > 0:
        return pause
    if rate:
        due = max(next_call, clock) + spacing(rate)[0]
        connection.execute(sa.update(ACCOUNTS).where(key).values(next_call=due, next_call_boot=boot))
    return 0.0


def hold_back(
    connection: sa.Connection, account: str, destination: str, *, rate: int, clock: float, boot: str, seconds: float
) -> None:
    """Start no call of this account for `seconds` (Picky Assist said too many)."""
    spaced, burst = spacing(rate) if rate else (0.0, 1)
    key = (ACCOUNTS.c.name == account) & (ACCOUNTS.c.destination == destination)
    due = clock + seconds + (burst - 1) * spaced
    connection.execute(sa.update(ACCOUNTS).where(key).values(next_call=due, next_call_boot=boot))
