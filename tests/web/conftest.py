"""What the tests of the console share; a file with hook files or settings of its own has its own `services`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket

from adapter.services import Services
from adapter.signing_in import password
from adapter.store.engine import Store
from tests.web.door_console import Clock, browser, console_services, enter


class _Compiled(jinja2.BytecodeCache):
    """Templates compiled once for the many apps of a run."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(autouse=True, scope="package")
def compiled_templates() -> Iterator[None]:
    Flask.jinja_options["bytecode_cache"] = _Compiled()
    yield
    del Flask.jinja_options["bytecode_cache"]


@pytest.fixture(autouse=True)
def cheap_password(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hash that takes no time; `tests/signing_in` tries the real one."""
    monkeypatch.setattr(password, "_METHOD", "scrypt:256:8:1")
    password._hashed.cache_clear()
    yield
    password._hashed.cache_clear()


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
