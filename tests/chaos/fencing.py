"""A relay that is frozen for longer than its lease, and one that is told to stop in the middle of a call."""

from __future__ import annotations

import functools
import signal
from typing import Final

from adapter.picky.sandbox import Rule
from tests.chaos.databases import KINDS
from tests.chaos.processes import until
from tests.chaos.scenario import Scenario
from tests.chaos.world import World

_TAKEN_OVER: Final = {
    "claim.written": "accepted",
    "relay.claimed": "accepted",
    "relay.prepared": "accepted",
    "begin.written": "accepted",
    "relay.begun": "unknown",
    "relay.answered": "unknown",
    "settle.written": "unknown",
}
"""What the second relay makes of the messages that the first one holds, by where that one is frozen."""
_IN_TRANSACTION: Final = frozenset({"claim.written", "begin.written", "settle.written"})
"""Frozen there a relay keeps locks: in SQLite the only one there is, which its own host could end; in PostgreSQL rows."""
_LEASE_AND_MORE: Final = 25.0


def freeze(world: World, *, point: str) -> None:
    """Freeze a relay, let another take over, wake the first one: whatever it does then, nothing is sent twice."""
    world.start_web()
    frozen = world.start_relay(fault=f"{point}:1:STOP")
    first = world.send(20, over=0.3)
    until(lambda: frozen.is_frozen, f"a relay frozen at {point}")
    world.disturbances += 1
    first.join()
    held = {message for message, status in world.statuses().items() if status in {"queued", "sending"}}
    world.start_relay()
    until(lambda: not _moving(world), "the other relay taking over", seconds=_LEASE_AND_MORE)
    made = {status for message, status in world.statuses().items() if message in held}
    if _TAKEN_OVER[point] not in made or made - {"accepted", "unknown"}:
        world.faults.append(f"The other relay made {sorted(made)} of what the frozen one held.")
    frozen.send(signal.SIGCONT)
    if _TAKEN_OVER[point] == "unknown":
        until(lambda: set(world.states()) == {"accepted"}, "the late answer making its messages accepted")
    world.send(4).join()
    world.settle(seconds=20)
    if world.states()["accepted"] != 24:
        world.faults.append(f"Every push was answered in the end, and the messages are {dict(world.states())}.")


def _moving(world: World) -> int:
    states = world.states()
    return states["queued"] + states["sending"] + states["retrying"]


def terminate_in_call(world: World) -> None:
    """SIGTERM during slow calls: they are finished and settled; what was not begun is free at once."""
    world.start_web()
    world.sandbox.behave(always=Rule(latency=2.0))
    world.send(30).join()
    relay = world.start_relay()
    until(lambda: world.sandbox.counters()["requests"], "a call under way")
    relay.send(signal.SIGTERM)
    world.disturbances += 1
    code = relay.wait()
    left = world.states()
    if code != 0:
        world.faults.append(f"The relay ended with status {code} after SIGTERM.")
    if set(left) - {"accepted", "queued"} or not left["accepted"]:
        world.faults.append(f"The stopped relay left messages {dict(left)}.")
    if left["accepted"] != len(world.sandbox.messages()):
        world.faults.append("The stopped relay did not write down every answer of its calls.")
    world.sandbox.behave(always=None)
    world.replace_relay(relay)
    world.settle(seconds=5.0)  # less than a lease: nothing waits for one
    if set(world.states()) != {"accepted"}:
        world.faults.append(f"After another relay came the messages are {dict(world.states())}.")


SCENARIOS: Final = (
    *(
        Scenario(f"frozen:{point}", database, functools.partial(freeze, point=point))
        for point in _TAKEN_OVER
        for database in (("postgres",) if point in _IN_TRANSACTION else KINDS)
    ),
    *(
        Scenario("sigterm", database, terminate_in_call, settings={"PICKY_TIMEOUT": "5", "PICKY_BATCH": "2"})
        for database in KINDS
    ),
)
