"""How the accounts stand: whether each can send and why not, how fast it does, with what money, and who reports."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.texts import BY_CODE, CODES
from adapter.picky.account import Account
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, MESSAGES, OPTOUTS, PAUSES, PUSHES, RELAYS, STOPPED, WAITS, status_is

STATES: Final = ("sends", "paused", "parked", "doubt", "refused", "idle")
"""What `AccountView.state` may be."""
MOST_COUNTED: Final = 10_000
_WINDOW: Final = 60.0
_ALIVE: Final = 30.0  # seconds a relay counts as alive after its last sign


@dataclasses.dataclass(frozen=True, slots=True)
class LastPush:
    """The newest push that was answered, or given up."""

    at: float
    code: str
    http_status: int | None
    status: int | None

    @property
    def sentence(self) -> str:
        """What its answer says."""
        return CODES[self.code].cause if self.code in CODES else self.code


@dataclasses.dataclass(frozen=True, slots=True)
class AccountView:
    """One account at a moment. `state` is paused, parked, doubt, refused (by its last check, and no push since was
    taken), idle (no relay is alive) or sends; `row` is its row of `accounts`, `waiting` counts what is due and what is
    parked, to one more than MOST_COUNTED; `calls` are those of the last 60 s."""

    account: Account
    state: str
    paused_at: float | None
    row: Mapping[str, Any]
    waiting: int
    calls: int
    last: LastPush | None
    cap_used: int

    @property
    def cause(self) -> str:
        """Why it cannot send; "" where it can."""
        code = self.row.get("checked") if self.state == "refused" else self.row.get("parked")
        return "" if code is None else CODES[code].cause if code in CODES else str(code)


def views(
    store: Store, accounts: Iterable[Account], destination: str, *, now: float, zone: dt.tzinfo
) -> list[AccountView]:
    """Every account, as it stands at `now`; a day of its cap is one of `zone`."""
    with store.read() as connection:
        rows = {row["name"]: dict(row) for row in connection.execute(_ROWS, {"to": destination}).mappings()}
        is_alive = (connection.execute(_SEEN).scalar() or 0.0) > now - _ALIVE
        paused = {row.name: row.since for row in connection.execute(_PAUSED)}
        found = [
            _view(connection, one, rows.get(one.name, {}), paused.get(one.name), (destination, now, zone))
            for one in accounts
        ]
    return [one if is_alive or one.state != "sends" else dataclasses.replace(one, state="idle") for one in found]


_SEEN: Final = sa.select(sa.func.max(RELAYS.c.seen_at))
_ROWS: Final = sa.select(ACCOUNTS).where(ACCOUNTS.c.destination == sa.bindparam("to"))
_PAUSED: Final = sa.select(PAUSES.c.name, PAUSES.c.since).where(PAUSES.c.kind == "account")


def _view(
    connection: sa.Connection, account: Account, row: Mapping[str, Any], paused_at: float | None,
    around: tuple[str, float, dt.tzinfo],
) -> AccountView:  # fmt: skip
    destination, now, zone = around
    today = dt.datetime.fromtimestamp(now, zone).date().isoformat()
    asked: dict[str, Any] = {"of": account.name, "to": destination, "since": now - _WINDOW}
    last = next((LastPush(*one) for one in connection.execute(_LAST, asked)), None)
    return AccountView(
        account=account,
        state=_state(row, paused_at, last),
        paused_at=paused_at,
        row=row,
        waiting=sum(connection.execute(query, asked).scalar_one() for query in (_DUE, _PARKED)),
        calls=connection.execute(_CALLS, asked).scalar_one(),
        last=last,
        cap_used=row["cap_used"] if row.get("cap_day") == today else 0,
    )


def _state(row: Mapping[str, Any], paused_at: float | None, last: LastPush | None) -> str:
    if paused_at is not None:
        return "paused"
    if row.get("parked") is not None:
        return "parked"
    if row.get("doubt_seconds") and not row["doubt_answered"]:
        return "doubt"
    return "refused" if _is_refused(row, last) else "sends"


def _is_refused(row: Mapping[str, Any], last: LastPush | None) -> bool:
    """Whether the last check says that the account cannot send, and nothing was taken since."""
    checked = BY_CODE.get(row.get("checked") or "")
    if checked is None or checked.state != "parked":
        return False
    return last is None or last.code != "accepted" or last.at < row["checked_at"]


_MINE: Final = (MESSAGES.c.account == sa.bindparam("of")) & (MESSAGES.c.destination == sa.bindparam("to"))


def _counted(where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    some = sa.select(MESSAGES.c.seq).where(where, _MINE).limit(MOST_COUNTED + 1).subquery()
    return sa.select(sa.func.count()).select_from(some)


_DUE: Final = _counted(WAITS)
_PARKED: Final = _counted(STOPPED & status_is("parked"))
_CALLS: Final = sa.select(sa.func.count()).where(
    PUSHES.c.account == sa.bindparam("of"), PUSHES.c.started_at > sa.bindparam("since")
)
_LAST: Final = (
    sa.select(PUSHES.c.finished_at, PUSHES.c.outcome, PUSHES.c.http_status, PUSHES.c.body_status)
    .where(PUSHES.c.account == sa.bindparam("of"), PUSHES.c.outcome.is_not(None), PUSHES.c.finished_at.is_not(None))
    .order_by(PUSHES.c.started_at.desc())
    .limit(1)
)


def opted_out(store: Store, name: str) -> int:
    """How many numbers are on the account's opt-out list."""
    with store.read() as connection:
        query = sa.select(sa.func.count()).where(OPTOUTS.c.account == name)
        return int(connection.execute(query).scalar_one())
