"""The addresses that Picky Assist reports to: one for each account, ending in its secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapter.config import Settings
from adapter.picky.account import Account

PATH: Final = "/callbacks/picky/"


def callback_url(settings: Settings, account: Account) -> str | None:
    """The address to paste in Picky Assist, with the account's present secret; None where it has none."""
    return _address(settings.base_url, account)


def local_callback_urls(settings: Settings, accounts: Iterable[Account]) -> dict[str, str]:
    """By the accounts' tokens, the addresses as a sandbox on this machine reaches them, past any proxy before it."""
    urls = {account.token: _address(settings.local_url, account) for account in accounts}
    return {token: url for token, url in urls.items() if url is not None}


def _address(base: str, account: Account) -> str | None:
    return f"{base}{PATH}{account.callback_secrets[0]}" if account.callback_secrets else None
