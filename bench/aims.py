"""What each row should come to, by the row's key; a row without an aim is there to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

AIMS: Final[Mapping[str, str]] = {
    "accept.rate": "ratio ≥ 0.5",
    "accept.p99": "≤ 25",
    "drain.batch.rate": "≥ 5,000",
    "drain.relays.2.rate": "ratio ≥ 1.8",
    "burst.arrived": "all",
    "burst.dropped": "0",
    "latency.p50": "≤ 15",
    "latency.p99": "≤ 50",
    "growth.accept": "ratio ≤ 1.2",
    "growth.idle": "ratio ≤ 1.2",
    "growth.claim": "ratio ≤ 1.2",
    "growth.begin": "ratio ≤ 1.2",
    "growth.settle": "ratio ≤ 1.2",
    "memory.web": "≤ 90",
    "memory.relay": "≤ 90",
    "console.overview": "≤ 150",
    "console.counting": "ratio ≤ 1.2",
}
