"""(e) The memory of the processes after many messages went through them, against after a tenth of those."""

from __future__ import annotations

from typing import Final

from bench.leads import lists
from bench.load import post_for
from bench.place import Place
from bench.processes import descendants, resident_bytes
from bench.sandbox import sandbox
from bench.stock import wait_until_settled
from bench.table import Row, Sample

_SIZE: Final = 100  # messages an event
_CONNECTIONS: Final = 8
_PATIENCE: Final = 120.0  # seconds
_MEGABYTE: Final = 2.0**20


def measure(place: Place) -> list[Row]:
    """MB of the larger web process and of the relay; all are at rest while they are measured."""
    few, all_of_them = (1_000, 10_000) if place.quick else (10_000, 100_000)
    requests = lists(all_of_them // _SIZE, size=_SIZE)
    found: list[tuple[float, float]] = []
    with sandbox(place.folder(), rate=0) as box:
        adapter = place.adapter(PICKY_URL=box.push_url, PICKY_RATE="0")
        with adapter.web() as web, adapter.relay() as relay, adapter.store() as store:
            for messages, part in ((few, requests[: few // _SIZE]), (all_of_them, requests[few // _SIZE :])):
                if post_for(_PATIENCE, adapter.port, part, connections=_CONNECTIONS).answered < len(part):
                    raise TimeoutError(f"{messages:,} messages were not accepted in {_PATIENCE:.0f} s")
                wait_until_settled(store, messages, seconds=_PATIENCE)
                worker = max(map(resident_bytes, descendants(web.pid)[1:]))
                found.append((worker / _MEGABYTE, resident_bytes(relay.pid) / _MEGABYTE))
    what, against = f"RSS after {all_of_them:,} messages", f"after {few:,}"
    return [
        Row(f"memory.{name}", f"{what}: {title}, MB", Sample([found[1][at]]), Sample([found[0][at]], against))
        for at, (name, title) in enumerate({"web": "the larger web process", "relay": "the relay"}.items())
    ]
