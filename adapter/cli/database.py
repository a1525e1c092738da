"""What commands that need the database open, and the one sentence that says that it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapter.config import load_settings
from adapter.errors import ConfigurationError
from adapter.services import Services, open_services
from adapter.store.engine import UNAVAILABLE


@contextmanager
def answering() -> Iterator[None]:
    """A database that does not answer becomes a ConfigurationError."""
    try:
        yield
    except UNAVAILABLE as fault:
        raise ConfigurationError(
            ["The database cannot be read or written; if it is new, run: python -m adapter migrate."]
        ) from fault


@contextmanager
def opened() -> Iterator[Services]:
    """What the command works with, closed at the end. Raises ConfigurationError."""
    services = open_services(load_settings())
    try:
        with answering():
            yield services
    finally:
        services.store.close()
