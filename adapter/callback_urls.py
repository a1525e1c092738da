"""The addresses that Picky Assist reports to: one for each account, ending in its secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from adapter.config import Settings
from adapter.picky.account import Account

PATH: Final = "/callbacks/picky/"
_WEBHOOKS: Final = "SANDBOX_WEBHOOKS"  # in the environment, where unlike in a command line no other user reads it


def callback_url(settings: Settings, account: Account) -> str | None:
    """The address to paste in Picky Assist, with the account's present secret; None where it has none."""
    return _address(settings.base_url, account)


def webhooks_for_sandbox(settings: Settings, accounts: Iterable[Account]) -> dict[str, str]:
    """The variable that tells a sandbox on this machine where to report to, past any proxy before the web server."""
    urls = {account.token: _address(settings.local_url, account) for account in accounts}
    return {_WEBHOOKS: json.dumps({token: url for token, url in urls.items() if url is not None})}


def webhooks_in(environ: Mapping[str, str]) -> dict[str, str]:
    """What `webhooks_for_sandbox` told: an address for each token."""
    found: dict[str, str] = json.loads(environ.get(_WEBHOOKS, "{}"))
    return found


def _address(base: str, account: Account) -> str | None:
    return f"{base}{PATH}{account.callback_secrets[0]}" if account.callback_secrets else None
