"""Bringing a database to the present tables, any number of times, from any number of processes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from adapter.store.engine import Store

_FOLDER: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 7_425_539_260  # any number that nobody else uses for an advisory lock in this database


def alembic_config() -> Config:
    """Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def migrate(store: Store) -> bool:
    """Upgrade to the newest version; True when anything was to be done."""
    if is_current(store):
        return False
    config = alembic_config()
    with store.write() as connection:  # SQLite: the write lock; PostgreSQL: the advisory lock lets one do it
        if not store.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def is_current(store: Store) -> bool:
    """Whether the database has the newest tables."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with store.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
