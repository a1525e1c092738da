"""kill -9 at every marked line of accept and relay: what is left behind is exactly what the line promises."""

from __future__ import annotations

import functools
import signal
from collections import Counter
from collections.abc import Mapping
from typing import Final

from adapter.faultpoints import POINTS
from tests.chaos.databases import KINDS
from tests.chaos.kills import REPORTS
from tests.chaos.processes import Process, until
from tests.chaos.scenario import Scenario
from tests.chaos.world import World

_TURN: Final = 2  # the second time a process gets to the line, so that something was done before
_BEGUN: Final = frozenset({"relay.begun", "relay.answered", "settle.written"})
"""Lines between the commit of the attempts and the commit of their outcome."""
_BECOMES: Final = {"sending": "unknown", "queued": "accepted", "accepted": "accepted"}
"""What a message is in the end, by what it is when its relay is dead: only what may have arrived is unknown."""


def kill_web(world: World, *, point: str) -> None:
    """Every web process dies at its second event; then a web server comes that lives."""
    world.start_relay()
    web = world.start_web(fault=f"{point}:{_TURN}")
    wave = world.send(40)
    _outlive(world, web, point=point)
    wave.join()
    if point == "accept.committed" and not world.ledger.duplicates:
        world.faults.append(
            "No repeated event was known again, though it was committed before its sender had an answer."
        )


def _outlive(world: World, web: Process, *, point: str) -> None:
    """Once its processes died twice, put a web server that lives in its place."""
    deaths = until(lambda: _deaths(web) >= 2 and _deaths(web), f"web processes killed at {point}", seconds=40)
    web.send(signal.SIGTERM)
    web.wait()
    world.disturbances += deaths
    world.retire(web)
    world.start_web()


def _deaths(web: Process) -> int:
    return sum("was sent SIGKILL" in line for line in tuple(web.output))


def kill_relay(world: World, *, point: str) -> None:
    """The relay dies while events come in; another takes its place."""
    world.start_web()
    relay = world.start_relay(fault=f"{point}:{_TURN}")
    first = world.send(8)
    until(lambda: relay.ended is not None or world.states()["accepted"], "a message that is accepted")
    second = world.send(32, over=0.5)
    code = relay.wait()
    if code != -signal.SIGKILL:
        world.faults.append(f"The relay was to be killed at {point}; it ended with status {code}.")
    world.disturbances += 1
    for wave in (first, second):
        wave.join()
    left = world.statuses()
    _check_left(world, left, point=point)
    world.replace_relay(relay)
    world.send(8)
    world.settle(seconds=40)
    _check_became(world, left)


def kill_web_reported_to(world: World, *, point: str) -> None:
    """Every web process dies when it has stored its second report; then a web server comes that lives."""
    world.start_relay()
    web = world.start_web(fault=f"{point}:{_TURN}")
    wave = world.send(40)
    _outlive(world, web, point=point)
    wave.join()
    world.settle(seconds=40)
    world.until_told()


def kill_clerk(world: World, *, point: str) -> None:
    """The relay dies while it applies a report; another one applies it."""
    world.start_web()
    relay = world.start_relay(fault=f"{point}:{_TURN}")
    wave = world.send(40, over=1.0)
    code = relay.wait()
    if code != -signal.SIGKILL:
        world.faults.append(f"The relay was to be killed at {point}; it ended with status {code}.")
    world.disturbances += 1
    world.replace_relay(relay)
    wave.join()
    world.settle(seconds=40)
    world.until_told()


def _check_left(world: World, left: Mapping[str, str], *, point: str) -> None:
    """A dead relay leaves behind what the marked line says."""
    counts = Counter(left.values())
    begun = {message for message, status in left.items() if status == "sending"}
    taken = begun & {str(one["reference_number"]) for one in world.sandbox.messages()}
    if point in _BEGUN and not begun:
        world.faults.append(f"Killed at {point}, and no message is sending: {dict(counts)}.")
    if point == "relay.begun" and begun and taken == begun:
        world.faults.append("Killed before the call, and the sandbox took every message of it.")
    if point in {"relay.answered", "settle.written"} and not taken:
        world.faults.append("Killed after the answer, and the sandbox took no message of the call.")
    if point not in _BEGUN and point != "relay.settled" and not counts["queued"]:
        world.faults.append(f"Killed at {point}, and no message is queued: {dict(counts)}.")


def _check_became(world: World, left: Mapping[str, str]) -> None:
    now = world.statuses()
    for message, status in left.items():
        if now.get(message) != _BECOMES.get(status):
            world.faults.append(f"Message {message} was {status} when its relay died, and became {now.get(message)}.")


def _scenario(point: str, database: str) -> Scenario:
    act = kill_web if point.startswith("accept.") else kill_relay
    return Scenario(point, database, functools.partial(act, point=point))


_OTHERS: Final = ("callback.", "way.", "notice.", "job.", "save.")
_OF_MESSAGES: Final = tuple(point for point in POINTS if not point.startswith(_OTHERS))
_OF_REPORTS: Final = {"callback.stored": kill_web_reported_to, "callback.written": kill_clerk}
SCENARIOS: Final = (
    *(_scenario(point, database) for point in _OF_MESSAGES for database in KINDS),
    *(
        Scenario(point, database, functools.partial(act, point=point), REPORTS)
        for point, act in _OF_REPORTS.items()
        for database in KINDS
    ),
)
