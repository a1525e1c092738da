"""The migrations make exactly the tables the code means, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapter.store.engine import Store, database_url
from adapter.store.migrate import NEWEST, alembic_config, is_current, migrate
from adapter.store.tables import METADATA


def test_migrating_twice_does_nothing_more(database_url: str) -> None:
    store = Store(database_url)
    assert not is_current(store)
    assert migrate(store) is True
    assert migrate(store) is False
    assert is_current(store)
    store.close()


def test_the_newest_version_is_the_newest_file() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == NEWEST


def test_the_tables_are_those_of_the_code(store: Store) -> None:
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_sqlite_is_durable_and_lets_readers_read(tmp_path: object) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db")
    with store.read() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2
    store.close()


def test_the_short_postgres_address_is_taken() -> None:
    assert database_url("postgres://u:p@h/db").drivername == "postgresql+psycopg"
