"""The relay: claims due messages, begins a push, calls Picky Assist, settles what came of it, until told to stop."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import sqlalchemy as sa
import structlog

from adapter.delivery import outbox
from adapter.delivery.outbox import Claimed
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.envelope import build_envelope
from adapter.picky.outcome import Outcome, balance_of
from adapter.stopping import Stop
from adapter.store.engine import BROKEN_ROWS, UNAVAILABLE, Store
from adapter.store.tables import RELAYS

POLL_SECONDS: Final = 0.04
_CHORE_SECONDS: Final = 1.0
_HEARTBEAT_SECONDS: Final = 5.0
_STORE_PAUSE: Final = 2.0
_FORGET_RELAYS: Final = 3600.0
_STOP_SECONDS: Final = 10.0

_log: Final = structlog.get_logger("relay")


class Relay:
    """One relay process. Any number of them may share a database."""

    def __init__(
        self,
        store: Store,
        accounts: Mapping[str, Account],
        destination: str,
        client: Client,
        *,
        concurrency: int = 8,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`destination`: only messages made for it are pushed; `concurrency`: most calls under way at once."""
        self.store = store
        self.accounts = accounts
        self.destination = destination
        self.client = client
        self.id = uuid.uuid4().hex
        self.lease = client.timeout * 1.5 + 5.0  # longer than any call, with time to write down what came of it
        self._now = now
        self._concurrency = concurrency
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="push")
        self._under_way: set[Future[None]] = set()
        self._chores_at = 0.0
        self._heartbeat_at = 0.0
        self._stopping_since: float | None = None

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set; then finish the calls under way and give the rest back."""
        _log.info("relay_started", relay=self.id, destination=self.destination, accounts=sorted(self.accounts))
        ready = False
        while not stop.is_set():
            try:
                if not ready:
                    outbox.know_accounts(self.store, sorted(self.accounts), self.destination)
                    ready = True
                self._chores()
                if not self.step():
                    stop.wait(POLL_SECONDS)
            except UNAVAILABLE as fault:
                _log.warning("store_unavailable", relay=self.id, fault=type(fault).__name__)
                stop.wait(_STORE_PAUSE)
            except Exception:  # noqa: BLE001 - whatever one row holds, the others must go on
                _log.exception("relay_failed", relay=self.id)
                stop.wait(_STORE_PAUSE)
        self._stopping_since = time.monotonic()
        self._pool.shutdown(wait=True)
        self._leave()
        _log.info("relay_stopped", relay=self.id)

    def step(self) -> bool:
        """Hand at most one push of each account to the pool; whether anything was claimed."""
        self._under_way = {call for call in self._under_way if not call.done()}
        claimed_any = False
        for account in self.accounts.values():
            if len(self._under_way) >= self._concurrency:
                return False
            claimed = outbox.claim(
                self.store, account, self.destination, now=self._now(), lease=self.lease, token=uuid.uuid4().hex
            )
            if isinstance(claimed, Claimed):
                self._under_way.add(self._pool.submit(self._deliver, claimed))
                claimed_any = True
        return claimed_any

    def _deliver(self, claimed: Claimed) -> None:
        try:
            self.deliver(claimed)
        except UNAVAILABLE as fault:  # what was begun is given up as unknown when its lease ends, the rest is queued
            _log.warning("store_unavailable", relay=self.id, fault=type(fault).__name__)
        except Exception:  # noqa: BLE001 - one push that fails must not stop the others
            _log.exception("push_failed", relay=self.id)

    def deliver(self, claimed: Claimed) -> None:
        """One push, from the attempt rows to what came of it."""
        push = uuid.uuid4().hex
        body = build_envelope(claimed.account.token, claimed.rows[0].head, [row.item for row in claimed.rows])
        try:
            rows = outbox.begin(self.store, claimed, push=push, now=self._now(), lease=self.lease)
        except UNAVAILABLE:
            outbox.release(self.store, claimed)
            raise
        if not rows:
            return
        if len(rows) < len(claimed.rows):
            body["data"] = [row.item for row in rows]
        started = time.monotonic()
        outcome = self.client.push(claimed.account, body)
        self._settle(claimed, rows, outcome, push)
        _log.info(
            "push", push=push, account=claimed.account.name, messages=len(rows), outcome=outcome.meaning.code,
            http=outcome.http_status, status=outcome.status, seconds=round(time.monotonic() - started, 3),
            event_ids=sorted({row.event_id for row in rows})[:5],
        )  # fmt: skip

    def _settle(self, claimed: Claimed, rows: tuple[sa.Row[Any], ...], outcome: Outcome, push: str) -> None:
        """An answer in hand is worth waiting for the database, however long: without it nobody would know."""
        while True:
            try:
                return outbox.settle(self.store, claimed, rows, outcome, push=push, now=self._now())
            except BROKEN_ROWS:
                raise
            except UNAVAILABLE:
                since = self._stopping_since
                if since is not None and time.monotonic() - since > _STOP_SECONDS:
                    raise
                time.sleep(1.0)

    def _chores(self) -> None:
        clock = time.monotonic()
        if clock < self._chores_at:
            return
        self._chores_at = clock + _CHORE_SECONDS
        if clock >= self._heartbeat_at:
            self._heartbeat_at = clock + _HEARTBEAT_SECONDS
            self._beat()
        if unknown := outbox.give_up_interrupted(self.store, now=self._now()):
            _log.warning("interrupted_pushes", relay=self.id, messages=unknown)
        for name, parked in outbox.accounts_to_probe(self.store, self.destination, now=self._now()).items():
            if name in self.accounts:
                self._pool.submit(self._probe, self.accounts[name], parked)

    def _probe(self, account: Account, parked: str) -> None:
        outcome = self.client.check_balance(account)
        balance = balance_of(outcome)
        if outcome.status != 100 or (parked == "no_balance" and balance is not None and balance <= 0):
            return
        try:
            queued = outbox.resume_account(self.store, account.name, self.destination, now=self._now())
        except UNAVAILABLE:
            return  # the next check comes
        _log.info("account_resumed", account=account.name, messages=queued)

    def _beat(self) -> None:
        now = self._now()
        row = {"host": socket.gethostname(), "pid": os.getpid(), "seen_at": now}
        with self.store.write() as connection:
            mine = RELAYS.c.id == self.id
            if connection.execute(sa.update(RELAYS).where(mine).values(row)).rowcount == 0:
                connection.execute(sa.insert(RELAYS).values(id=self.id, started_at=now, **row))
                connection.execute(sa.delete(RELAYS).where(RELAYS.c.seen_at < now - _FORGET_RELAYS))

    def _leave(self) -> None:
        try:
            with self.store.write() as connection:
                connection.execute(sa.delete(RELAYS).where(RELAYS.c.id == self.id))
        except UNAVAILABLE:
            pass
