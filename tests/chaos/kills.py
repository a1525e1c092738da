"""kill -9 of web processes and relays at random under load, the sandbox well-behaved or not."""

from __future__ import annotations

import functools
import random
import time
from typing import Final

from adapter.picky.sandbox import Rule
from tests.chaos.processes import kill
from tests.chaos.scenario import Scenario
from tests.chaos.senders import Wave
from tests.chaos.world import World

REPORTS: Final = {"CALLBACK_SECRET": "chaos-callback-secret"}
_PAUSES: Final = (0.3, 0.8)
_RULES: Final = (
    (12, Rule()),
    (2, Rule(reset="after")),
    (2, Rule(reset="before")),
    (2, Rule(http=500, take=True)),
    (1, Rule(http=500)),
    (3, Rule(status=406)),
    (3, Rule(latency=0.7)),
    (1, Rule(hang=True)),
)
"""How often each kind of push is met. Status 406 takes nothing: of several messages each is sent again alone."""


def kill_at_random(world: World, *, relays: int, events: int, seconds: float) -> None:
    """Kill one process after the other while events come in; gunicorn replaces its workers, we the relays."""
    world.start_web()
    for _ in range(relays):
        world.start_relay()
    world.until_relays()
    _kill_while(world, world.send(events, over=seconds), at_most=1.5 * seconds)


def misbehave_and_kill(world: World, *, relays: int, events: int, seconds: float) -> None:
    """The same under a sandbox that resets, refuses, delays and hangs, as long as there are kills."""
    world.sandbox.behave(next=_rules(world.random, 2 * events))
    kill_at_random(world, relays=relays, events=events, seconds=seconds)
    world.sandbox.behave(next=None)


def reports_and_kills(world: World, *, relays: int, events: int, seconds: float) -> None:
    """The same while the sandbox loses answers and reports, late, doubled and in any order, what became of messages."""
    world.sandbox.behave(next=[rule for _ in range(events) for rule in (Rule(), Rule(), Rule(reset="after"))])
    kill_at_random(world, relays=relays, events=events, seconds=seconds)
    world.sandbox.behave(next=None)
    world.settle(seconds=60.0)
    world.until_told()


def _rules(chance: random.Random, count: int) -> list[Rule]:
    weights, rules = zip(*_RULES, strict=True)
    return chance.choices(rules, weights, k=count)


def _kill_while(world: World, wave: Wave, *, at_most: float) -> None:
    deadline = time.monotonic() + at_most
    while not wave.is_over and time.monotonic() < deadline:
        time.sleep(world.random.uniform(*_PAUSES))
        _kill_one(world)
    for relay in tuple(world.relays):
        if relay.ended is not None:
            world.replace_relay(relay)


def _kill_one(world: World) -> None:
    workers = world.web.children() if world.web else []
    place = world.random.randrange(len(workers) + len(world.relays))
    if place < len(workers):
        world.disturbances += kill(workers[place])
        return
    relay = world.relays[place - len(workers)]
    world.disturbances += kill(relay.pid)
    relay.wait()
    world.replace_relay(relay)


def scenarios(*, short: bool) -> tuple[Scenario, ...]:
    """SQLite with one relay, PostgreSQL with two."""
    size = {"events": 50, "seconds": 3.0} if short else {"events": 200, "seconds": 14.0}
    return tuple(
        Scenario(
            name, database, functools.partial(act, relays=relays, **size), settings, patience=60.0, is_busy=not short
        )
        for name, act, settings in (
            ("random-kills", kill_at_random, {}),
            ("misbehaviour", misbehave_and_kill, {}),
            ("reports", reports_and_kills, REPORTS),
        )
        for database, relays in (("sqlite", 1), ("postgres", 2))
    )
