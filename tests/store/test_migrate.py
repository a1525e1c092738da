"""The migrations make exactly the tables the code means, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapter.delivery.outbox import Claimed, claim
from adapter.picky.account import Account
from adapter.store.engine import Store, database_url
from adapter.store.migrate import NEWEST, alembic_config, is_current, migrate
from adapter.store.tables import MESSAGES, METADATA


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


def test_rows_of_the_first_version_are_kept(database_url: str) -> None:
    """A queue that waits while the adapter is brought up to date is sent after it."""
    store = Store(database_url)
    config = alembic_config()
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text(
            "INSERT INTO messages (id, event_id, hook, account, destination, number, reference, head, head_digest, item,"
            " created_at, status, changed_at, due_at, alone, attempts) VALUES"
            " ('e-1', 'e', 'h', 'main', 'sandbox', '919876543210', 'e-1', '{}', 'd', '{}', 1, 'queued', 1, 0, false, 0),"
            " ('e-2', 'e', 'h', 'main', 'sandbox', '919876543211', 'e-2', '{}', 'd', '{}', 1, 'retrying', 1, 5, true, 1)"
        ))  # fmt: skip
        connection.execute(sa.text("INSERT INTO accounts (name, destination, next_call) VALUES ('main', 'sandbox', 7)"))
    assert migrate(store) is True
    with store.read() as connection:
        rows = connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq)).all()
    assert [(row.id, row.split, row.resend, row.spaced) for row in rows] == [
        ("e-1", None, False, False), ("e-2", "e-2", False, False),
    ]  # fmt: skip
    account = Account("main", "http://127.0.0.1:1/push", "t", rate=0)
    claimed = claim(store, account, "sandbox", now=1e9, lease=60, token="t")
    assert isinstance(claimed, Claimed)
    assert [row.id for row in claimed.rows] == ["e-1"]
    store.close()
