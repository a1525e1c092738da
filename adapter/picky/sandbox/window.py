"""The rate limit: so many pushes in any 60 seconds, for each token, counted when they arrive."""

from __future__ import annotations

from collections import deque
from typing import Final

SECONDS: Final = 60.0


class Window:
    """A rolling window for each token; `rate` 0 is no limit. Not thread-safe by itself.

    "Excess requests will be dropped and won't be processed" leaves open whether they count against the next: here
    they do not, so that a client which is too fast still gets `rate` pushes a minute through.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._arrivals: dict[str, deque[float]] = {}

    def admits(self, token: str, now: float) -> bool:
        """Whether a push arriving `now` (seconds) is within the rate; if so it is counted."""
        if self._rate <= 0:
            return True
        arrivals = self._arrivals.setdefault(token, deque())
        while arrivals and arrivals[0] <= now - SECONDS:
            arrivals.popleft()
        if len(arrivals) >= self._rate:
            return False
        arrivals.append(now)
        return True
