"""A check of an account: its balance was asked for, which costs no message and proves the token."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import gate
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.outcome import Outcome, balance_of
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS


@dataclasses.dataclass(frozen=True, slots=True)
class Came:
    """What came of a check: whether Picky Assist answered at all, the balance where it told one, and how many parked
    messages were queued; None where the account was not parked, or still is."""

    answered: bool
    balance: Decimal | None
    queued: int | None = None


def check(store: Store, client: Client, account: Account, destination: str, *, now: float) -> tuple[Outcome, Came]:
    """Ask for the balance now, and keep what came. Takes as long as the client allows."""
    parked = parked_by(store, account.name, destination)
    outcome = client.check_balance(account)
    return outcome, note(store, account.name, destination, outcome, parked=parked, now=now)


def note(store: Store, name: str, destination: str, outcome: Outcome, *, parked: str | None, now: float) -> Came:
    """Keep what a check said, and let the account send again where that shows that it can.

    `parked` is why it was parked before the check, None where it was not.
    """
    balance = _told(outcome)
    _keep(store, name, destination, outcome, balance=balance, now=now)
    came = Came(outcome.status is not None, balance)
    if parked is None:
        if came.answered:
            gate.trust_again(store, name, destination)
        return came
    if outcome.status != 100 or (parked == "no_balance" and balance is not None and balance <= 0):
        return came
    return dataclasses.replace(came, queued=gate.unpark(store, name, destination, now=now))


def _keep(store: Store, name: str, destination: str, outcome: Outcome, *, balance: Decimal | None, now: float) -> None:
    told: dict[str, Any] = {"checked_at": now, "checked": outcome.meaning.code}
    if outcome.status == 100 and balance is not None:
        told |= {"balance": format(balance, "f"), "balance_at": now}
    mine = (ACCOUNTS.c.name == name) & (ACCOUNTS.c.destination == destination)
    with store.write() as connection:
        gate.make_account(connection, name, destination)
        connection.execute(sa.update(ACCOUNTS).where(mine).values(told))


_MOST_PLACES: Final = 18  # before and behind the point


def _told(outcome: Outcome) -> Decimal | None:
    """The balance, where it is a number that money may be."""
    balance = balance_of(outcome)
    if balance is None or not balance.is_finite():
        return None
    exponent = balance.as_tuple().exponent
    is_money = balance.adjusted() < _MOST_PLACES and isinstance(exponent, int) and exponent > -_MOST_PLACES
    return balance if is_money else None


def parked_by(store: Store, name: str, destination: str) -> str | None:
    """Why the account is parked; None where it is not."""
    mine = (ACCOUNTS.c.name == name) & (ACCOUNTS.c.destination == destination)
    with store.read() as connection:
        found: str | None = connection.execute(sa.select(ACCOUNTS.c.parked).where(mine)).scalar()
    return found
