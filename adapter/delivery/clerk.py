"""The clerk of a relay, in a thread beside its calls: applies what Picky Assist posted, asks where it stays silent,
takes other ways after a deadline, and ends what is too late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import sqlalchemy as sa
import structlog

from adapter.delivery import asking, reports, tallies, ways
from adapter.delivery.gate import make_account
from adapter.delivery.in_order import in_order
from adapter.delivery.settling import Policy
from adapter.faultpoints import reach
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.reports import read_report
from adapter.store.engine import BROKEN_ROWS, UNAVAILABLE, Store
from adapter.store.tables import ACCOUNTS, CALLBACKS, EXPIRES, MESSAGES

_LOOK_SECONDS: Final = 0.2
_STORE_PAUSE: Final = 2.0
_FOLD_SECONDS: Final = 1.0
_EXPIRED_CHUNK: Final = 500
AGAIN: Final = (1.0, 2.0, 5.0, 15.0, 60.0, 600.0, 3600.0)
"""Seconds after which a row is looked up again that fits no message yet: its push may not have been answered."""

_log: Final = structlog.get_logger("clerk")


class Clerk:
    """One thread; any number of relays may have one. Each of its steps is one transaction."""

    def __init__(
        self, store: Store, accounts: Mapping[str, Account], destination: str, client: Client,
        *, policy: Policy, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._store = store
        self._accounts = accounts
        self._destination = destination
        self._client = client
        self._policy = policy
        self._now = now
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="ask")
        self._asking: Future[None] | None = None
        self._fold_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clerk", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self) -> None:
        """Finish the step under way and the question that was asked."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._asker.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if not self.step():
                    self._stop.wait(_LOOK_SECONDS)
            except UNAVAILABLE as fault:
                _log.warning("store_unavailable", fault=type(fault).__name__)
                self._stop.wait(_STORE_PAUSE)
            except Exception:  # noqa: BLE001 - whatever one row holds, the others must go on
                _log.exception("clerk_failed")
                self._stop.wait(_STORE_PAUSE)

    def step(self) -> int:
        """Do a little of everything there is to do; 0 where there was nothing."""
        now = self._now()
        done = apply_callbacks(self._store, now=now, ask_after=self._policy.report_after)
        done += expire(self._store, now=now)
        done += ways.overdue(self._store, now=now)
        self._ask(now)
        self._fold()
        return done

    def _fold(self) -> None:
        """Now and then, all that came together meanwhile: each one at once would cost as much as it saves."""
        if time.monotonic() >= self._fold_at:
            tallies.fold(self._store)
            self._fold_at = time.monotonic() + _FOLD_SECONDS

    def _ask(self, now: float) -> None:
        if not self._policy.report_after or (self._asking is not None and not self._asking.done()):
            return
        for account in self._accounts.values():
            push_id = asking.take_question(
                self._store, account, self._destination, now=now, every=self._policy.report_after
            )
            if push_id is not None:
                self._asking = self._asker.submit(self._asked, account, push_id)
                return

    def _asked(self, account: Account, push_id: str) -> None:
        """One question; an answer that is lost is asked for again later."""
        try:
            rows = read_report(self._client.delivery_report(account, push_id))
            _log.info("report_asked", account=account.name, rows=len(rows))
            for start in range(0, len(rows), reports.MOST_ROWS):
                some, now = rows[start : start + reports.MOST_ROWS], self._now()
                with self._store.write() as connection:
                    reports.apply_rows(
                        connection, account.name, self._destination, some, received_at=now, now=now, via="asked"
                    )
        except UNAVAILABLE as fault:
            _log.warning("store_unavailable", fault=type(fault).__name__)
        except Exception:  # noqa: BLE001 - an odd answer must not end the asking
            _log.exception("ask_failed", account=account.name)


def apply_callbacks(store: Store, *, now: float, ask_after: float = 0.0) -> int:
    """Apply the oldest reports that are due, MOST_ROWS of them in one transaction; 0 where there are none.

    `ask_after`: seconds until a push that got no answer, and is reported on, is asked for.
    """
    is_due = CALLBACKS.c.due_at <= now
    oldest = sa.select(CALLBACKS).where(is_due).order_by(CALLBACKS.c.due_at, CALLBACKS.c.seq).limit(1)
    with store.read() as connection:
        if connection.execute(sa.select(CALLBACKS.c.seq).where(is_due).limit(1)).first() is None:
            return 0
    row = None
    try:
        with store.write() as connection:
            row = connection.execute(oldest.with_for_update(skip_locked=True)).first()
            if row is None:
                return 0
            _apply(connection, row, now, ask_after)
            reach("callback.written")
    except Exception as fault:
        if row is None or (isinstance(fault, UNAVAILABLE) and not isinstance(fault, BROKEN_ROWS)):
            raise
        _log.exception("callback_failed", callback=row.seq)  # it must not stand before the others for ever
        with store.write() as connection:
            _later(connection, row, row.rows, now)
            connection.execute(sa.delete(CALLBACKS).where(CALLBACKS.c.seq == row.seq))
    return 1


def _apply(connection: sa.Connection, row: sa.Row[Any], now: float, ask_after: float) -> None:
    """The first rows of it; the account's row before any message, as everywhere, so that nobody waits in a circle."""
    rows, rest = row.rows[: reports.MOST_ROWS], row.rows[reports.MOST_ROWS :]
    is_new = row.tries == 0
    came = {"reported_at": row.received_at} if is_new else {}
    _tell_account(connection, row, reports=ACCOUNTS.c.reports + (len(rows) if is_new else 0), **came)
    applied = reports.apply_rows(
        connection, row.account, row.destination, rows, received_at=row.received_at, now=now,
        ask_after=ask_after,
    )  # fmt: skip
    _later(connection, row, applied.left, now)
    mine = CALLBACKS.c.seq == row.seq
    connection.execute(sa.update(CALLBACKS).where(mine).values(rows=rest) if rest else sa.delete(CALLBACKS).where(mine))
    _log.info(
        "reports", account=row.account, rows=len(rows), known=applied.known, left=len(applied.left),
        tries=row.tries, states=applied.states,
    )  # fmt: skip


def _tell_account(connection: sa.Connection, row: sa.Row[Any], **changes: Any) -> None:
    mine = (ACCOUNTS.c.name == row.account) & (ACCOUNTS.c.destination == row.destination)
    if not connection.execute(sa.update(ACCOUNTS).where(mine).values(changes)).rowcount:
        make_account(connection, row.account, row.destination)
        connection.execute(sa.update(ACCOUNTS).where(mine).values(changes))


def _later(connection: sa.Connection, row: sa.Row[Any], left: Sequence[Any], now: float) -> None:
    """Keep rows for another look; those looked up often enough are strangers, and counted."""
    if not left:
        return
    if row.tries >= len(AGAIN):
        _tell_account(connection, row, strangers=ACCOUNTS.c.strangers + len(left))
        return
    again = {"rows": list(left), "tries": row.tries + 1, "due_at": now + AGAIN[row.tries]}
    same = {name: row._mapping[name] for name in ("account", "destination", "received_at")}
    connection.execute(sa.insert(CALLBACKS).values(**same, **again))


def expire(store: Store, *, now: float) -> int:
    """Cancel what waits and is too late; how many messages."""
    late = EXPIRES & (MESSAGES.c.expires_at <= now)
    with store.read() as connection:
        if connection.execute(sa.select(MESSAGES.c.seq).where(late).limit(1)).first() is None:
            return 0
    too_late = {
        "status": "cancelled", "error": "expired", "due_at": 0.0, "lease_token": None, "deadline_at": None,
        "changed_at": now,
    }  # fmt: skip
    with store.write() as connection:
        some = in_order(late, most=_EXPIRED_CHUNK, skip_locked=True)
        changed = sa.update(MESSAGES).where(some).values(too_late).returning(MESSAGES.c.seq)
        return len(connection.execute(changed).all())
