"""Bringing a database to the present tables, any number of times, from any number of processes at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from adapter.store.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST: Final = "0004"  # the newest file in migrations/versions
_FOLDER: Final = Path(__file__).with_name("migrations")
_LOCK: Final = 7_425_539_260  # any number that nobody else uses for an advisory lock in this database


def alembic_config() -> Config:
    """Alembic's configuration; there is no ini file."""
    from alembic.config import Config  # alembic is slow to import, and only a migration needs it

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def migrate(store: Store) -> bool:
    """Upgrade to the newest version; True when anything was to be done."""
    if is_current(store):
        return False
    from alembic import command

    config = alembic_config()
    with store.write() as connection:  # SQLite: the write lock; PostgreSQL: the advisory lock lets one do it
        if not store.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def is_current(store: Store) -> bool:
    """Whether the database has the newest tables."""
    with store.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == NEWEST
