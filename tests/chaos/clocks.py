"""The wall clock jumps by an hour under load: leases and pace do not follow it, nothing waits for an hour."""

from __future__ import annotations

import functools
from typing import Final

from adapter.picky.sandbox import Rule
from tests.chaos.databases import KINDS
from tests.chaos.processes import Missed, kill, until
from tests.chaos.scenario import Scenario
from tests.chaos.world import World

_HOUR: Final = 3600.0
_TAKEN: Final = {"accepted", "delivered"}
"""After an hour that nobody lived through it is asked what became of what was accepted, and the sandbox says so."""


def jump(world: World, *, seconds: float) -> None:
    """The clock jumps to and fro while events come in and pushes are under way; none of them is given up for it."""
    _start(world, latency=1.4)
    wave = world.send(60, over=4.0)
    for offset in (seconds, 0.0, seconds):
        world.until_state("sending")
        world.set_clock(offset)
        world.disturbances += 1
        _watch(world, seconds=1.3)  # chores run once a second
    wave.join()
    world.settle(seconds=20)
    _require(world, _TAKEN)


def jump_while_retrying(world: World, *, seconds: float) -> None:
    """The clock jumps while messages wait for their next try, which is seconds away."""
    _start(world, latency=0.0)
    world.sandbox.behave(always=Rule(status=101))
    world.send(20).join()
    world.until_state("retrying", count=20)
    world.set_clock(seconds)
    world.disturbances += 1
    world.sandbox.behave(always=None)
    world.settle(seconds=30)
    _require(world, _TAKEN)


def jump_after_kill(world: World, *, seconds: float) -> None:
    """The clock jumps while a dead relay's leases run: they end when they would have ended."""
    _start(world, latency=1.0)
    world.send(20).join()
    world.until_state("sending")
    (relay,) = world.relays
    world.disturbances += kill(relay.pid) + 1
    relay.wait()
    world.set_clock(seconds)
    world.retire(relay)
    world.start_relay(clock=True)
    world.settle(seconds=25)
    _require(world, _TAKEN | {"unknown"})


def _start(world: World, *, latency: float) -> None:
    world.start_relay(clock=True)
    world.start_web(clock=True)
    world.until_relays()
    world.sandbox.behave(always=Rule(latency=latency))


def _watch(world: World, *, seconds: float) -> None:
    try:
        until(lambda: world.states()["unknown"], "a message given up", seconds=seconds)
    except Missed:
        return
    world.faults.append("The clock jumped, and messages were given up while their push was under way.")


def _require(world: World, states: set[str]) -> None:
    if found := set(world.states()) - states:
        world.faults.append(f"After the clock jumped there are messages that are {', '.join(sorted(found))}.")


def _scenarios() -> tuple[Scenario, ...]:
    rows = (
        ("clock-forward", jump, _HOUR),
        ("clock-back", jump, -_HOUR),
        ("clock-forward-retrying", jump_while_retrying, _HOUR),
        ("clock-back-retrying", jump_while_retrying, -_HOUR),
        ("clock-back-killed", jump_after_kill, -_HOUR),
    )
    settings = {"PICKY_TIMEOUT": "4"}
    return tuple(
        Scenario(name, database, functools.partial(act, seconds=seconds), settings=settings, patience=20)
        for name, act, seconds in rows
        for database in KINDS
    )


SCENARIOS: Final = _scenarios()
