"""A shop's last thirty days: messages in every state, of three hooks, made by the database from one real message.

Unlike `bench.fill` they did not all end well, so that the pages of the console have something to look for.
"""

from __future__ import annotations

import time
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.acceptance import accept
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, ATTEMPTS, EVENTS, MESSAGES, PUSHES, RELAYS
from bench.stock import ACCOUNT, DESTINATION, event_row, outgoing

SPAN: Final = 30 * 86_400.0
_A_PUSH: Final = 10  # messages
_HOOKS: Final = ("won_deal", "form", "lead")
_THOUSANDTHS: Final = (
    (900, "delivered", None), (960, "read", None), (980, "accepted", None), (988, "failed", "invalid_number"),
    (991, "failed", "window_closed"), (993, "refunded", "refunded"), (994, "dead", "not_connected"),
    (996, "unknown", "no_answer"), (997, "held", None), (998, "cancelled", None), (1_000, "parked", "no_balance"),
)  # fmt: skip
_REJECTED: Final = 250  # of so many events one is rejected


def filled(store: Store, messages: int = 1_000_000) -> None:
    """Fill an empty store; the newest of the messages is of now, a few of those of the last hour are still queued."""
    now = time.time()
    with store.write() as connection:
        connection.execute(sa.insert(ACCOUNTS).values(name=ACCOUNT, destination=DESTINATION))
        connection.execute(sa.insert(RELAYS).values(id="bench", host="h", pid=1, started_at=now, seen_at=now + 86_400))
    accept(store, event_row(), [outgoing(0)])
    with store.write() as connection:
        connection.execute(sa.insert(PUSHES), _first_push(now))
        connection.execute(sa.insert(ATTEMPTS), {"push": "first", "message_id": "first", "started_at": now})
        for table, columns, where in _copies(now, messages):
            _copy(connection, table, columns, where, messages)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA optimize" if store.is_sqlite else "VACUUM ANALYZE")


def _first_push(now: float) -> dict[str, Any]:
    return {
        "id": "first", "account": ACCOUNT, "url": "", "encoding": "json", "head": {}, "messages": 1, "started_at": now,
        "finished_at": now, "outcome": "accepted",
    }  # fmt: skip


def _copy(connection: sa.Connection, table: sa.Table, columns: Any, where: Any, count: int) -> None:
    """Insert so many copies of the table's first row; `columns` and `where` are made from their number."""
    numbers = sa.select(sa.literal(1, sa.BigInteger).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < count))
    changed = {name: _clause(value) for name, value in columns(numbers.c.n).items()}
    names = [column.name for column in table.columns if column.name != "seq"]
    first = sa.select(table).limit(1).subquery()
    rows = sa.select(*(changed.get(name, first.c[name]) for name in names))
    rows = rows.select_from(sa.join(numbers, first, sa.true())).where(where(numbers.c.n))
    connection.execute(sa.insert(table).from_select(names, rows))


def _copies(now: float, count: int) -> list[tuple[sa.Table, Any, Any]]:
    def at(n: Any) -> Any:
        return now - SPAN + n * sa.literal(SPAN / count)

    def event(n: Any) -> Any:
        return _text("01K000000000000", n)

    def push(n: Any) -> Any:
        return _text("push", n - n % _A_PUSH)

    def hook(n: Any) -> Any:
        return sa.case(*((n % 7 >= least, name) for least, name in ((3, _HOOKS[0]), (1, _HOOKS[1]))), else_=_HOOKS[2])

    def made(n: Any) -> Any:
        return n % _REJECTED != 0

    def events(n: Any) -> dict[str, Any]:
        why = sa.literal({"phone": ["Missing data for required field."]}, sa.JSON)
        return {
            "id": event(n), "hook": hook(n), "received_at": at(n), "errors": sa.case((made(n), sa.null()), else_=why),
            "status": sa.case((made(n), "queued"), else_="rejected"),
            "reason": sa.case((made(n), sa.null()), else_="The field phone is missing."),
        }  # fmt: skip

    def messages(n: Any) -> dict[str, Any]:
        part = (n * 7_919) % 1_000
        parts = [(part < below, status, error) for below, status, error in _THOUSANDTHS]
        queued = n > count - 20
        return {
            "id": event(n) + "-1", "event_id": event(n), "hook": hook(n), "created_at": at(n), "changed_at": at(n),
            "reference": event(n) + "-1", "number": _text("9", n % 250_000), "push": push(n), "attempts": 1,
            "push_id": _text("", n - n % _A_PUSH), "msg_id": _text("", n), "due_at": 0.0, "credit": "0.005",
            "status": sa.case((queued, "queued"), *((found, status) for found, status, _ in parts)),
            "error": sa.case((queued, sa.null()), *((found, error or sa.null()) for found, _, error in parts)),
        }  # fmt: skip

    def pushes(n: Any) -> dict[str, Any]:
        return {"id": push(n), "started_at": at(n), "finished_at": at(n), "push_id": _text("", n), "messages": _A_PUSH}

    def attempts(n: Any) -> dict[str, Any]:
        return {
            "push": push(n), "message_id": event(n) + "-1", "started_at": at(n), "finished_at": at(n),
            "outcome": "accepted", "push_id": _text("", n - n % _A_PUSH), "msg_id": _text("", n),
        }  # fmt: skip

    return [
        (EVENTS, events, lambda _: sa.true()),
        (MESSAGES, messages, made),
        (PUSHES, pushes, lambda n: n % _A_PUSH == 0),
        (ATTEMPTS, attempts, made),
    ]


def _clause(value: Any) -> Any:
    return value if isinstance(value, sa.ColumnElement) else sa.literal(value)


def _text(prefix: str, number: Any) -> Any:
    """The prefix and the number, all of one length."""
    return sa.literal(prefix, sa.Text) + sa.cast(number + 10_000_000_000, sa.Text)
