"""What one process works with: settings, accounts, hooks and the store, made once after the process started."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import structlog

from adapter.accounts import load_accounts
from adapter.catalogue import Catalogue
from adapter.config import Settings, load_settings
from adapter.errors import ConfigurationError
from adapter.mapping.faults import Fault
from adapter.picky.account import Account
from adapter.store.engine import Store


@dataclasses.dataclass(frozen=True)
class Services:
    """The parts a process shares between its threads."""

    settings: Settings
    accounts: dict[str, Account]
    catalogue: Catalogue
    store: Store

    @property
    def destination(self) -> str:
        """`sandbox` or `live`."""
        return self.settings.destination


def open_store(settings: Settings, *, pool_size: int = 10) -> Store:
    """The store that DATABASE_URL names; raises ConfigurationError."""
    try:
        return Store(settings.database_url, pool_size=pool_size)
    except (ValueError, OSError) as fault:
        raise ConfigurationError([f"DATABASE_URL {fault}."]) from fault


def _log_faults(hook: str, faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        structlog.get_logger("hooks").error("hook_faulty", hook=hook, line=fault.line, fault=fault.sentence)


def open_services(settings: Settings | None = None, *, pool_size: int = 10) -> Services:
    """Everything, from the environment; raises ConfigurationError with what is wrong."""
    settings = settings or load_settings()
    accounts = load_accounts(settings)
    catalogue = Catalogue(Path(settings.templates_dir), settings, accounts=accounts, on_faults=_log_faults)
    return Services(settings, accounts, catalogue, open_store(settings, pool_size=pool_size))
