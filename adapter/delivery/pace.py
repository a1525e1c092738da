"""The pace of an account: spaced calls with a small burst saved, and the pause between media of a handset.

It is kept in the database, by the clock of leases, and so shared by all relays.
"""

from __future__ import annotations

from typing import Final

_MOST_BURST: Final = 5
_WINDOW: Final = 60.0
LONGEST_HOLD: Final = 86_400.0
MEDIA_SECONDS: Final = 5.0
"""Phone and web automation need that long between two calls with media (Picky Assist's page on media)."""


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


def after_call(rate: int, next_call: float, clock: float) -> float:
    """`next_call` once one more call starts at `clock`."""
    return max(next_call, clock) + (spacing(rate)[0] if rate else 0.0)
