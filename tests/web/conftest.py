"""What the tests of the console share; a file with hook files or settings of its own has its own `services`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from adapter.services import Services
from adapter.store.engine import Store
from tests.web.door_console import Clock, browser, console_services, enter


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store) -> Iterator[Services]:
    """What a web process works with, without hooks."""
    opened = console_services(tmp_path / "hooks", database_url)
    yield opened
    opened.store.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Moves the time of this process."""
    return Clock(monkeypatch)


@pytest.fixture
def owner(services: Services, clock: Clock) -> FlaskClient:
    """The browser of the owner, signed in."""
    client = browser(services)
    assert enter(client).status_code == 303
    return client


@pytest.fixture
def here(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    """A store for what is the same on both databases."""
    opened = Store(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'adapter.db')}")
    yield opened
    opened.close()
