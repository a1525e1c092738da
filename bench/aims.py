"""What each row should come to, by the row's key; a row without an aim is there to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

AIMS: Final[Mapping[str, str]] = {
    "accept.rate": "ratio ≥ 0.37",
    "accept.p99": "≤ 18",
    "drain.batch.rate": "≥ 5,600",
    "drain.relays.rate": "ratio 2",
    "burst.arrived": "all",
    "burst.dropped": "0",
    "growth.accept": "ratio 1",
    "growth.idle": "ratio 1",
    "growth.claim": "ratio 1",
    "growth.begin": "ratio 1",
    "growth.settle": "ratio 1",
    "memory.web": "ratio 1",
    "memory.relay": "ratio 1",
}
