"""What `check` says of the way back: the address to paste in Picky Assist, and whether anything ever came by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from adapter.accounts import FILE
from adapter.callback_urls import callback_url
from adapter.config import Settings
from adapter.errors import ConfigurationError
from adapter.mapping.hook import Hook
from adapter.picky.account import MAIN, Account

_SHORTEST: Final = 16


def callback_notes(settings: Settings, accounts: Mapping[str, Account]) -> Iterator[str]:
    """Sentences for each account; those about what arrived only where the database can be read."""
    if not settings.public_url and any(account.callback_secrets for account in accounts.values()):
        yield (
            f"PUBLIC_URL is not set, and Picky Assist cannot reach {settings.base_url}: "
            "set it to the address that this adapter has on the internet."
        )
    last = _last_reports(settings)
    for account in accounts.values():
        for sentence in _sentences(settings, account):
            yield f"account {account.name}: {sentence}"
        if account.callback_secrets and last is not None:
            yield f"account {account.name}: {_arrived(last.get(account.name))}"


def blind_deadlines(hooks: Iterable[Hook], accounts: Mapping[str, Account]) -> Iterator[str]:
    """Sentences about hooks that wait for a delivery of which nobody would ever hear."""
    for hook in hooks:
        name = hook.push.account.source if hook.push.account is not None else MAIN
        account = accounts.get(name)
        if any(way.after is not None for way in hook.push.ways) and account and not account.callback_secrets:
            yield (
                f"hook {hook.name}: push.fallback waits until a message is delivered, but nobody tells that of the "
                f"account {name}: without its callback secret every message goes by the other way too."
            )


def _sentences(settings: Settings, account: Account) -> Iterator[str]:
    url = callback_url(settings, account)
    if url is None:
        where = "CALLBACK_SECRET" if account.name == MAIN else f"its callback_secret in {FILE}"
        yield (
            f"Picky Assist cannot report what became of messages: set {where} to a random text of {_SHORTEST} letters "
            "and digits or more; check then shows the address to paste there."
        )
        return
    yield f"paste this address in Picky Assist → Developers → Webhooks, as Event webhook and as Global webhook: {url}"
    if any(len(secret) < _SHORTEST for secret in account.callback_secrets):
        yield f"its callback secret has fewer than {_SHORTEST} characters and may be guessed; make a longer one."


def _arrived(at: float | None) -> str:
    if at is None:
        return "No delivery report has ever arrived."
    return f"The last delivery report arrived {dt.datetime.fromtimestamp(at, dt.UTC):%Y-%m-%d %H:%M} UTC."


def _last_reports(settings: Settings) -> dict[str, float | None] | None:
    """When each account's last report came; None where the database is not there, not current, or does not answer."""
    import sqlalchemy as sa

    from adapter.services import open_store
    from adapter.store.engine import UNAVAILABLE
    from adapter.store.migrate import is_current
    from adapter.store.tables import ACCOUNTS

    if settings.database_url.startswith("sqlite"):
        path = sa.make_url(settings.database_url).database
        if not path or not Path(path).is_file():
            return None  # looking must not make it
    query = sa.select(ACCOUNTS.c.name, ACCOUNTS.c.reported_at).where(ACCOUNTS.c.destination == settings.destination)
    try:
        store = open_store(settings, pool_size=1)
        if not is_current(store):
            return None
        with store.read() as connection:
            return {row.name: row.reported_at for row in connection.execute(query)}
    except (ConfigurationError, *UNAVAILABLE):
        return None
