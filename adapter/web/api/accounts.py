"""Accounts over `/api`: whether they can send, pausing them, and asking Picky Assist for the balance."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import control
from adapter.delivery.texts import first_sentence
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.outcome import balance_of
from adapter.store.tables import ACCOUNTS
from adapter.web.api.frame import NotFound, note, operation
from adapter.web.api.schemas.accounts import AccountAnswer, AccountsAnswer, BalanceAnswer
from adapter.web.api.schemas.hooks import SwitchAnswer
from adapter.web.api.waiting import waiting_of
from adapter.web.inbound import services

_SECONDS: Final = 10.0  # a program waits, and a thread of this process with it
_SHOWN: Final = ("name", "url", "application", "encoding", "rate", "batch", "daily_cap", "region")


@operation("GET", "/accounts", "List accounts", group="Accounts", answer=AccountsAnswer)
def list_accounts() -> dict[str, Any]:
    """Every account, and whether it can send."""
    return {"accounts": _rows(services().accounts)}


@operation("GET", "/accounts/<name>", "Show an account", group="Accounts", answer=AccountAnswer, refuses=(404,))
def show_account(name: str) -> dict[str, Any]:
    """One account."""
    return {"account": _rows({name: _account(name)})[0]}


@operation("POST", "/accounts/<name>/pause", "Pause an account", group="Accounts", answer=SwitchAnswer, refuses=(404,))
def pause_account(name: str) -> dict[str, Any]:
    """Push nothing of it until it is resumed. Intake goes on."""
    changed = control.pause(services().store, "account", _account(name).name, now=time.time())
    if changed:
        note("paused the account", name)
    return {"changed": changed, "waiting": waiting_of("account", name), "queued": 0}


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
    waiting = waiting_of("account", name)
    return {"changed": was_paused or was_parked, "waiting": waiting, "queued": queued}


@operation(
    "POST", "/accounts/<name>/check-balance", "Check the balance", group="Accounts", answer=BalanceAnswer,
    refuses=(404,),
)  # fmt: skip
def check_balance(name: str) -> dict[str, Any]:
    """Ask Picky Assist for the balance: it costs no message, and proves the token. Takes up to 10 seconds."""
    timeout = min(_SECONDS, services().settings.picky_timeout)
    outcome = Client(timeout=timeout).check_balance(_account(name))
    note("checked the balance", name)
    balance = balance_of(outcome)
    works = outcome.meaning.state == "accepted"
    return {
        "works": works, "balance": None if balance is None else str(balance), "code": outcome.meaning.code,
        "message": "Picky Assist took the token." if works else outcome.meaning.sentence,
    }  # fmt: skip


def _account(name: str) -> Account:
    found = services().accounts.get(name)
    if found is None:
        raise NotFound("No account has this name. GET /api/accounts lists them.")
    return found


def _rows(accounts: Mapping[str, Account]) -> list[dict[str, Any]]:
    here = services()
    mine = ACCOUNTS.c.name.in_(list(accounts)) & (ACCOUNTS.c.destination == here.destination)
    with here.store.read() as connection:
        states = {row["name"]: dict(row) for row in connection.execute(sa.select(ACCOUNTS).where(mine)).mappings()}
    paused = {name for kind, name, _ in control.paused(here.store) if kind == "account"}
    return [_row(one, states.get(name, {}), is_paused=name in paused) for name, one in accounts.items()]


def _row(account: Account, state: Mapping[str, Any], *, is_paused: bool) -> dict[str, Any]:
    parked = state.get("parked")
    return {
        **{key: getattr(account, key) for key in _SHOWN},
        "state": "paused" if is_paused else "parked" if parked else "sends",
        "cause": first_sentence(parked) if parked else "",
        "parked": parked, "parked_at": state.get("parked_at") if parked else None, "paused": is_paused,
        "waiting": waiting_of("account", account.name),
        "reported_at": state.get("reported_at"),
    }  # fmt: skip
