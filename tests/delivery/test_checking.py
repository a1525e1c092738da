"""What a check of an account leaves behind, and when it lets the account go on."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import checking, gate
from adapter.picky.outcome import BROKEN_OFF, Outcome, classify
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS

NOW = 1_800_000_000.0


def answered(status: int, **more: Any) -> Outcome:
    return classify(200, json.dumps({"status": status, "message": "m", **more}).encode())


def noted(store: Store, outcome: Outcome, *, parked: str | None = None, now: float = NOW) -> checking.Came:
    with store.write() as connection:
        gate.make_account(connection, "main", "sandbox")
        connection.execute(sa.update(ACCOUNTS).values(parked=parked))
    return checking.note(store, "main", "sandbox", outcome, parked=parked, now=now)


def row(store: Store) -> sa.Row[Any]:
    columns = (ACCOUNTS.c.checked, ACCOUNTS.c.checked_at, ACCOUNTS.c.balance, ACCOUNTS.c.balance_at, ACCOUNTS.c.parked)
    with store.read() as connection:
        return connection.execute(sa.select(*columns)).one()


def test_the_balance_is_kept_with_its_time_and_outlives_a_check_that_failed(store: Store) -> None:
    assert noted(store, answered(100, balance="12.50")).balance == Decimal("12.50")
    assert tuple(row(store)) == ("accepted", NOW, "12.50", NOW, None)
    came = noted(store, Outcome(BROKEN_OFF), now=NOW + 60)
    assert (came.answered, came.balance) == (False, None)
    assert tuple(row(store)) == ("no_answer", NOW + 60, "12.50", NOW, None)


@pytest.mark.parametrize(
    ("parked", "outcome", "goes_on"),
    [
        ("no_balance", answered(100, balance="0"), False),
        ("no_balance", answered(100, balance="0.01"), True),
        ("no_balance", answered(100), True),
        ("authentication_failed", answered(401), False),
        ("authentication_failed", answered(100, balance="0"), True),
        ("authentication_failed", Outcome(BROKEN_OFF), False),
    ],
)
def test_a_parked_account_goes_on_where_the_cause_is_gone(
    store: Store, parked: str, outcome: Outcome, goes_on: bool
) -> None:
    came = noted(store, outcome, parked=parked)
    assert (came.queued is not None, row(store).parked is None) == (goes_on, goes_on)


@pytest.mark.parametrize("balance", ["NaN", "Infinity", "many", None, [], "1e999999", "1e-999999"])
def test_a_balance_that_is_no_number_is_not_kept(store: Store, balance: Any) -> None:
    noted(store, answered(100, balance=balance))
    assert row(store).balance is None
