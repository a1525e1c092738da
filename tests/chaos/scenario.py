"""A scenario is a name, a database and what is done to a world; playing it gives a row of the table."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.chaos.books import Audit, Books, audit
from tests.chaos.databases import Databases, Postgres
from tests.chaos.world import World


@dataclasses.dataclass(frozen=True, slots=True)
class Scenario:
    """`act` disturbs a fresh world; afterwards everything must settle within `patience` seconds.

    `own_server`: it needs a PostgreSQL server that nobody else uses. `is_busy`: it keeps a processor busy all the time.
    """

    name: str
    database: str
    act: Callable[[World], None]
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    patience: float = 40.0
    own_server: bool = False
    is_busy: bool = False

    @property
    def title(self) -> str:
        """Name and database, which no two share."""
        return f"{self.name}-{self.database}"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """What came of a scenario; `output` is what the processes said, kept where anything is wrong."""

    scenario: Scenario
    answered: int
    disturbances: int
    audit: Audit
    faults: tuple[str, ...]
    seconds: float
    output: str

    @property
    def is_good(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.faults and not self.audit.faults


def play_all(scenarios: Iterable[Scenario], databases: Databases, *, jobs: int, seed: int) -> Iterator[Row]:
    """The rows as they come, of so many scenarios at a time; of the busy ones half as many, before the others."""
    listed = list(scenarios)
    for is_busy, most in ((True, max(1, jobs // 2)), (False, jobs)):
        with ThreadPoolExecutor(most, thread_name_prefix="scenario") as pool:
            playing = [pool.submit(play, one, databases, seed=seed) for one in listed if one.is_busy is is_busy]
            yield from (done.result() for done in as_completed(playing))


def play(scenario: Scenario, databases: Databases, *, seed: int) -> Row:
    """Run a scenario from an empty database to the audit of its books. Never raises for what goes wrong in it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scenario-", dir=databases.directory) as name:
        directory = Path(name)
        server = Postgres(directory / "postgres") if scenario.own_server else None
        try:
            url = _database_url(scenario, databases, directory, server)
            chance = f"{seed} {scenario.title}"
            world = World(directory, url, seed=chance, settings=scenario.settings, server=server)
            try:
                books = _played(scenario, world)
                return _row(scenario, world, books, seconds=time.monotonic() - started)
            finally:
                world.close()
        finally:
            if server is not None:
                server.close()


def _database_url(scenario: Scenario, databases: Databases, directory: Path, server: Postgres | None) -> str:
    if scenario.database == "sqlite":
        return databases.sqlite(directory)
    return server.database() if server is not None else databases.postgres()


def _played(scenario: Scenario, world: World) -> Books:
    try:
        scenario.act(world)
        world.settle(seconds=scenario.patience)
        world.stop()
    except Exception as fault:  # noqa: BLE001 - whatever breaks a scenario, its row fails and the others are played
        world.faults.append(f"{type(fault).__name__}: {fault}")
    try:
        return world.books()
    except Exception as fault:  # noqa: BLE001 - so does a database that cannot be read any more
        world.faults.append(f"The books cannot be read: {type(fault).__name__}: {fault}")
        return Books(dict(world.ledger.answered), (), (), ())


def _row(scenario: Scenario, world: World, books: Books, *, seconds: float) -> Row:
    audited, faults = audit(books), list(world.all_faults())
    if not books.answered:
        faults.append("No event was answered 200: nothing was tried.")
    if not world.disturbances:
        faults.append("Nothing was disturbed: nothing was tried.")
    output = world.output() if faults or audited.faults else ""
    return Row(scenario, len(books.answered), world.disturbances, audited, tuple(faults), seconds, output)
