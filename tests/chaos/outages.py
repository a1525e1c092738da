"""The database goes away under load: PostgreSQL is crashed or restarted, SQLite's disk is full."""

from __future__ import annotations

import functools
import resource
import time
from collections.abc import Iterable
from typing import Final

from adapter.picky.sandbox import Rule
from tests.chaos.scenario import Scenario
from tests.chaos.world import World


def restart_postgres(world: World, *, mode: str, events: int = 100) -> None:
    """PostgreSQL goes and comes back while events come in; no process of the adapter may end over it."""
    assert world.server is not None
    world.start_web()
    for _ in range(2):
        world.start_relay()
    world.until_relays()
    world.sandbox.behave(always=Rule(latency=0.4))
    wave = world.send(events, over=4.0)
    for _ in range(2):
        time.sleep(world.random.uniform(0.6, 1.2))
        world.server.stop(mode)
        world.disturbances += 1
        time.sleep(0.5)
        world.server.start()
    wave.join()
    world.settle(seconds=60)
    _require_answers(world)


def fill_disk(world: World, *, events: int = 100) -> None:
    """No process can write to a file any more while events come in, and then it can again."""
    world.start_web()
    world.start_relay()
    world.until_relays()
    world.sandbox.behave(always=Rule(latency=0.4))
    wave = world.send(events, over=4.0)
    world.until_state("accepted")
    for _ in range(2):
        time.sleep(world.random.uniform(0.2, 0.6))
        pids = _processes(world)
        _limit_files(pids, size=0)
        world.disturbances += 1
        time.sleep(2.0)
        _limit_files(pids, size=None)
    wave.join()
    world.settle(seconds=40)
    if not world.ledger.statuses[503]:
        world.faults.append("No event was answered 503 while the disk was full.")
    _require_answers(world)


def _require_answers(world: World) -> None:
    """Every push was answered, and an answer is kept until it can be written down."""
    taken = {str(one["reference_number"]) for one in world.sandbox.messages()}
    unknown = [message for message, status in world.statuses().items() if status == "unknown" and message in taken]
    if unknown:
        world.faults.append(f"{len(unknown)} messages are unknown, though their push was answered.")


def _processes(world: World) -> list[int]:
    web = [world.web.pid, *world.web.children()] if world.web else []
    return [*web, *(relay.pid for relay in world.relays)]


def _limit_files(pids: Iterable[int], *, size: int | None) -> None:
    """A file may not be written beyond `size` bytes; Python ignores SIGXFSZ, so a write fails with EFBIG."""
    for pid in pids:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


SCENARIOS: Final = (
    Scenario(
        "postgres-crash",
        "postgres",
        functools.partial(restart_postgres, mode="immediate"),
        own_server=True,
        patience=60,
    ),
    Scenario(
        "postgres-restart", "postgres", functools.partial(restart_postgres, mode="fast"), own_server=True, patience=60
    ),
    Scenario("disk-full", "sqlite", fill_disk),
)
