"""Where a run takes place: a folder that goes away, databases of both kinds, and how much is measured."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.migrate import migrate
from bench.postgres import Postgres, postgres
from bench.processes import Adapter


class Place:
    """A context manager: what was started or made in it ends with it. `quick`: less of everything."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self.quick = quick
        self.rounds = 2 if quick else 3
        self._folder = folder
        self._numbers: Iterator[int] = itertools.count(1)
        self._stack = ExitStack()

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def folder(self) -> Path:
        """A new one."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    @cached_property
    def postgres(self) -> Postgres | None:
        """The server, started when first asked for; None where it is not installed."""
        return self._stack.enter_context(postgres(self.folder()))

    @property
    def started_postgres(self) -> Postgres | None:
        """The server, where it was asked for before."""
        started: Postgres | None = self.__dict__.get("postgres")
        return started

    def kinds(self) -> tuple[str, ...]:
        """The kinds of database at hand."""
        return ("SQLite", "PostgreSQL") if self.postgres else ("SQLite",)

    def database(self, kind: str) -> str:
        """The address of a new database with its tables."""
        if kind == "SQLite":
            url = f"sqlite:///{self.folder() / 'adapter.db'}"
        elif self.postgres is not None:
            url = self.postgres.url(self.postgres.database())
        else:
            raise ValueError(f"there is no {kind} here")
        store = Store(url)
        migrate(store)
        store.close()
        return url

    def copy(self, url: str) -> str:
        """The address of a copy of a database that nobody has open."""
        database = sa.make_url(url).database or ""
        if self.postgres is not None and not url.startswith("sqlite"):
            return self.postgres.url(self.postgres.database(database))
        shutil.copy(database, folder := self.folder())
        return f"sqlite:///{folder / Path(database).name}"

    def adapter(self, database_url: str = "", **settings: str) -> Adapter:
        """An adapter on that database, else on a new SQLite; nothing runs yet."""
        return Adapter.prepare(self.folder(), database_url or self.database("SQLite"), **settings)
