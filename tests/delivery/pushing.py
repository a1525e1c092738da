"""One push after the other, as a relay makes them, with the clock passed in; and what a report about them says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from adapter.delivery import gate, outbox, reports, settling
from adapter.delivery.outbox import Claimed
from adapter.delivery.reports import Applied
from adapter.delivery.settling import Policy
from adapter.picky.account import Account
from adapter.picky.outcome import BROKEN_OFF, Outcome, classify
from adapter.store.engine import Store
from adapter.store.tables import MESSAGES
from tests.delivery.messages import account

LOST = Outcome(BROKEN_OFF)


def refused(status: int) -> Outcome:
    """A push that was refused."""
    return classify(200, json.dumps({"status": status, "message": "no"}).encode())


def taken(rows: Sequence[sa.Row[Any]], push_id: str = "7478630", *, named: bool = True) -> Outcome:
    """Status 100; each message is named with its own `msg_id`, or none is."""
    body: dict[str, Any] = {"status": 100, "push_id": push_id, "message": "Success"}
    if named:
        body["data"] = [
            {"msg_id": f"m-{row.number}-{push_id}", "number": row.number, "credit": "0.005"} for row in rows
        ]
    return classify(200, json.dumps(body).encode())


class Pusher:
    """Pushes what is due at `now`, which a test moves."""

    def __init__(self, store: Store, *, now: float = 1_800_000_000.0, policy: Policy | None = None) -> None:
        self.store = store
        self.now = now
        self.policy = policy or Policy()

    def begin(self, of: Account | None = None, *, lease: float = 60.0) -> tuple[Claimed, tuple[sa.Row[Any], ...], str]:
        """Claim what is due and begin its push; a negative `lease` is over as soon as it began."""
        push = str(ULID())
        claimed = outbox.claim(self.store, of or account(), "sandbox", now=self.now, lease=60.0, token=push)
        assert isinstance(claimed, Claimed), claimed
        rows = outbox.begin(self.store, claimed, push=push, now=self.now, lease=lease, zone=self.policy.zone)
        return claimed, rows, push

    def settle(self, begun: tuple[Claimed, tuple[sa.Row[Any], ...], str], outcome: Outcome) -> None:
        """Write down what came of a push that was begun."""
        claimed, rows, push = begun
        settling.settle(self.store, claimed, rows, outcome, push=push, now=self.now, policy=self.policy)

    def push(self, outcome: Outcome | None = None, of: Account | None = None, *, push_id: str = "7478630") -> list[str]:
        """One whole push; the ids of its messages."""
        begun = self.begin(of)
        if begun[1]:
            self.settle(begun, outcome or taken(begun[1], push_id))
        return [row.id for row in begun[1]]

    def trust(self) -> None:
        """The balance was answered after a call that was not."""
        gate.trust_again(self.store, "main", "sandbox")

    def report(self, *rows: dict[str, Any], of: str = "main", via: str = "event") -> Applied:
        """Apply rows of a delivery event."""
        with self.store.write() as connection:
            return reports.apply_rows(
                connection, of, "sandbox", [row_of(**one) for one in rows], received_at=self.now, now=self.now, via=via
            )

    def messages(self) -> list[sa.Row[Any]]:
        """All of them, in the order they were made."""
        with self.store.read() as connection:
            return list(connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq)))

    def statuses(self) -> list[str]:
        """The state of each message."""
        return [row.status for row in self.messages()]


def row_of(status: int, **given: Any) -> dict[str, Any]:
    """A row of a delivery event as it is read."""
    return {
        "push_id": None,
        "msg_id": None,
        "number": None,
        "reference": None,
        "error": None,
        **given,
        "status": status,
    }
