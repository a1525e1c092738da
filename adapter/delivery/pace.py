"""The pace of an account, kept in the database and so shared by all relays: spaced calls, with a small burst saved."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from adapter.store.tables import ACCOUNTS

_MOST_BURST: Final = 5
_WINDOW: Final = 60.0
_LONGEST_HOLD: Final = 86_400.0


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
    return min(max(0.0, next_call - (burst - 1) * seconds - clock), _WINDOW)


def pause_of(row: sa.Row[Any], *, rate: int, clock: float, boot: str) -> float:
    """Seconds until the account of this row may start a call."""
    if row.next_call_boot != boot:  # another boot's clock says nothing here
        return 0.0
    held = min(max(0.0, float(row.held_until) - clock), _LONGEST_HOLD)
    return max(held, wait(rate, row.next_call, clock))


def spend(connection: sa.Connection, row: sa.Row[Any], *, rate: int, clock: float, boot: str) -> None:
    """Take one call of the account's pace inside this transaction."""
    last = row.next_call if row.next_call_boot == boot else 0.0
    due = max(last, clock) + (spacing(rate)[0] if rate else 0.0)
    held = row.held_until if row.next_call_boot == boot else 0.0
    connection.execute(sa.update(ACCOUNTS).where(_key(row)).values(next_call=due, held_until=held, next_call_boot=boot))


def hold_back(connection: sa.Connection, row: sa.Row[Any], *, clock: float, boot: str, seconds: float) -> None:
    """Start no call of this account for `seconds` (Picky Assist said too many)."""
    last = row.next_call if row.next_call_boot == boot else 0.0
    held = {"held_until": clock + seconds, "next_call": last, "next_call_boot": boot}
    connection.execute(sa.update(ACCOUNTS).where(_key(row)).values(held))


def _key(row: sa.Row[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(ACCOUNTS.c.name == row.name, ACCOUNTS.c.destination == row.destination)
