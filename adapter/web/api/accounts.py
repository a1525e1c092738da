"""Accounts over `/api`: whether they can send, pausing them, and asking Picky Assist for the balance."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Iterable
from typing import Any, Final

from adapter.delivery import checking, control
from adapter.delivery.account_view import AccountView, views
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.web.api.frame import NotFound, note, operation
from adapter.web.api.schemas.accounts import AccountAnswer, AccountsAnswer, BalanceAnswer
from adapter.web.api.schemas.hooks import SwitchAnswer
from adapter.web.api.switch import switched
from adapter.web.inbound import services

_SECONDS: Final = 10.0  # a program waits, and a thread of this process with it
_SHOWN: Final = ("name", "url", "application", "encoding", "rate", "batch", "daily_cap", "region")


@operation("GET", "/accounts", "List accounts", group="Accounts", answer=AccountsAnswer)
def list_accounts() -> dict[str, Any]:
    """Every account, and whether it can send."""
    return {"accounts": _rows(services().accounts.values())}


@operation("GET", "/accounts/<name>", "Show an account", group="Accounts", answer=AccountAnswer, refuses=(404,))
def show_account(name: str) -> dict[str, Any]:
    """One account."""
    return {"account": _rows([_account(name)])[0]}


@operation("POST", "/accounts/<name>/pause", "Pause an account", group="Accounts", answer=SwitchAnswer, refuses=(404,))
def pause_account(name: str) -> dict[str, Any]:
    """Push nothing of it until it is resumed. Intake goes on."""
    changed = control.pause(services().store, "account", _account(name).name, now=time.time())
    if changed:
        note("paused the account", name)
    return switched("account", name, changed=changed)


@operation(
    "POST", "/accounts/<name>/resume", "Resume an account", group="Accounts", answer=SwitchAnswer, refuses=(404,)
)
def resume_account(name: str) -> dict[str, Any]:
    """Push again what it has; one that is parked is tried again at once."""
    here = services()
    was_parked = control.is_parked(here.store, _account(name).name, here.destination)
    was_paused, queued = control.resume(here.store, "account", name, here.destination, now=time.time())
    if was_paused or was_parked:
        note("resumed the account", name)
    return switched("account", name, changed=was_paused or was_parked, queued=queued)


@operation(
    "POST", "/accounts/<name>/check-balance", "Check the balance", group="Accounts", answer=BalanceAnswer,
    refuses=(404,),
)  # fmt: skip
def check_balance(name: str) -> dict[str, Any]:
    """Ask Picky Assist for the balance: it costs no message, and proves the token. Takes up to 10 seconds.

    A parked account goes on where the answer shows that it can.
    """
    here, one = services(), _account(name)
    client = Client(timeout=min(_SECONDS, here.settings.picky_timeout))
    outcome, came = checking.check(here.store, client, one, here.destination, now=time.time())
    note("checked the balance", name)
    works = outcome.meaning.state == "accepted"
    return {
        "works": works, "balance": None if came.balance is None else str(came.balance), "queued": came.queued or 0,
        "code": outcome.meaning.code,
        "message": "Picky Assist took the token." if works else outcome.meaning.sentence,
    }  # fmt: skip


def _account(name: str) -> Account:
    found = services().accounts.get(name)
    if found is None:
        raise NotFound("No account has this name. GET /api/accounts lists them.")
    return found


def _rows(accounts: Iterable[Account]) -> list[dict[str, Any]]:
    here, zone = services(), zoneinfo.ZoneInfo(services().settings.timezone)
    waiting = control.waiting(here.store, "account", here.destination)
    shown = views(here.store, accounts, here.destination, now=time.time(), zone=zone)
    return [_row(one, waiting[one.account.name]) for one in shown]


def _row(view: AccountView, waiting: int) -> dict[str, Any]:
    row = view.row
    return {
        **{key: getattr(view.account, key) for key in _SHOWN},
        "state": view.state, "cause": view.cause, "waiting": waiting,
        "parked": row.get("parked"), "parked_at": row.get("parked_at") if row.get("parked") else None,
        "paused": view.paused_at is not None, "calls": view.calls,
        **{key: row.get(key) for key in ("balance", "balance_at", "reported_at")},
    }  # fmt: skip
