"""What one process works with: settings, accounts, hooks and the store, made once after the process started."""

from __future__ import annotations

import dataclasses
import functools
import zoneinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from adapter.accounts import load_accounts
from adapter.catalogue import Catalogue
from adapter.config import Settings, load_settings
from adapter.delivery.settling import Policy
from adapter.delivery.stop_words import Words, words_for
from adapter.errors import ConfigurationError
from adapter.mapping.faults import Fault
from adapter.picky.account import Account
from adapter.store.engine import Store

if TYPE_CHECKING:
    from adapter.delivery.relay import Relay

_OWN_CONNECTIONS: Final = 4  # of a relay beside its calls: one claims, one probes, the clerk has one, and one asks


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

    @functools.cached_property
    def words(self) -> Words:
        """The words that opt out and in."""
        settings = self.settings
        return words_for(settings.locale, out=settings.opt_out_words, back=settings.opt_in_words)


def open_store(settings: Settings, *, pool_size: int = 10) -> Store:
    """The store that DATABASE_URL names; raises ConfigurationError."""
    try:
        return Store(settings.database_url, pool_size=pool_size)
    except (ValueError, OSError) as fault:
        raise ConfigurationError([f"DATABASE_URL {fault}."]) from fault


def _log_faults(hook: str, faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        structlog.get_logger("hooks").error("hook_faulty", hook=hook, line=fault.line, fault=fault.sentence)


def open_services(settings: Settings | None = None, *, pool_size: int = 10, store: Store | None = None) -> Services:
    """Everything, from the environment; raises ConfigurationError with what is wrong. `store`: one that is open."""
    settings = settings or load_settings()
    accounts = load_accounts(settings)
    catalogue = Catalogue(Path(settings.templates_dir), settings, accounts=accounts, on_faults=_log_faults)
    return Services(settings, accounts, catalogue, store or open_store(settings, pool_size=pool_size))


def policy_of(settings: Settings) -> Policy:
    """How failures are met."""
    return Policy(
        pause=settings.retry_pause,
        longest=settings.retry_longest,
        retry_for=settings.retry_hours * 3600.0,
        resend_after=settings.resend_after,
        split=settings.picky_split,
        report_after=settings.report_after,
        zone=zoneinfo.ZoneInfo(settings.timezone),
    )


def open_relay(settings: Settings) -> Relay:
    """A relay as the environment says; raises ConfigurationError."""
    from adapter.delivery.clerk import Clerk
    from adapter.delivery.relay import Relay  # the web processes do without what only a relay needs
    from adapter.picky.client import Client

    policy = policy_of(settings)
    store = open_store(settings, pool_size=settings.relay_concurrency + _OWN_CONNECTIONS)
    accounts, client = load_accounts(settings), Client(timeout=settings.picky_timeout)
    clerk = Clerk(store, accounts, settings.destination, client, policy=policy)
    return Relay(
        store,
        accounts,
        settings.destination,
        client,
        policy=policy,
        clerk=clerk,
        retention=settings.retention_days * 86_400.0 or None,
        concurrency=settings.relay_concurrency,
    )
