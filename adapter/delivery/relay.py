"""The relay: claims due messages, begins a push, calls Picky Assist, settles what came of it, until told to stop."""

from __future__ import annotations

import math
import os
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
import structlog

from adapter.delivery import checking, due, gate, outbox, settling
from adapter.delivery.outbox import Claimed
from adapter.delivery.retention import Sweeper
from adapter.delivery.settling import Policy
from adapter.delivery.wakeup import bell_for
from adapter.faultpoints import reach
from adapter.picky.account import Account
from adapter.picky.client import Client
from adapter.picky.envelope import build_envelope
from adapter.picky.outcome import Outcome
from adapter.stopping import Stop
from adapter.store.engine import BROKEN_ROWS, UNAVAILABLE, Store
from adapter.store.tables import RELAYS

if TYPE_CHECKING:
    from adapter.delivery.clerk import Clerk

_CHORE_SECONDS: Final = 1.0
_HEARTBEAT_SECONDS: Final = 5.0
_STORE_PAUSE: Final = 2.0
_FORGET_RELAYS: Final = 3600.0
_STOP_SECONDS: Final = 10.0
_CALL_SECONDS: Final = 0.05  # a call that ends may let another one begin
_CLOCK_JUMP: Final = 30.0

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
        policy: Policy = settling.DEFAULT,
        retention: float | None = None,
        concurrency: int = 8,
        clerk: Clerk | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`destination`: only messages made for it are pushed; `retention`: seconds what is finished is kept, None for
        ever; `concurrency`: most calls under way at once; `clerk`: what works beside it."""
        self.store = store
        self.accounts = accounts
        self.destination = destination
        self.client = client
        self.policy = policy
        self.id = uuid.uuid4().hex
        self.lease = client.timeout * 1.5 + 5.0  # longer than any call, with time to write down what came of it
        self._now = now
        self._clerk = clerk
        self._concurrency = concurrency
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="push")
        self._probes = ThreadPoolExecutor(1, thread_name_prefix="probe")
        self._under_way: dict[Future[None], str] = {}
        # One account whose calls hang must not keep the others from calling.
        self._most_of_one = concurrency if len(accounts) < 2 else max(1, concurrency // 2)
        self._bell = bell_for(store)
        self._sweeper = Sweeper(store, retention)
        self._chores_at = 0.0
        self._clock_offset = -math.inf
        self._heartbeat_at = 0.0
        self._stopping_since: float | None = None

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set; then finish the calls under way and give the rest back."""
        _log.info("relay_started", relay=self.id, destination=self.destination, accounts=sorted(self.accounts))
        if self._clerk is not None:
            self._clerk.start()
        while not stop.is_set():
            try:
                self._chores()
                self._rest(self.step(), stop)
            except UNAVAILABLE as fault:
                _log.warning("store_unavailable", relay=self.id, fault=type(fault).__name__)
                stop.wait(_STORE_PAUSE)
            except Exception:  # noqa: BLE001 - whatever one row holds, the others must go on
                _log.exception("relay_failed", relay=self.id)
                stop.wait(_STORE_PAUSE)
        self._stopping_since = time.monotonic()
        for pool in (self._pool, self._probes):
            pool.shutdown(wait=True)
        if self._clerk is not None:
            self._clerk.close()
        self._bell.close()
        self._leave()
        _log.info("relay_stopped", relay=self.id)

    def step(self) -> float | None:
        """Hand at most one push of each account to the pool.

        Returns the seconds until the next step makes sense, None when only news of the queue can change anything.
        """
        self._under_way = {call: name for call, name in self._under_way.items() if not call.done()}
        pauses: list[float] = []
        calls = Counter(self._under_way.values())
        for account in sorted(self.accounts.values(), key=lambda one: calls[one.name]):
            if len(self._under_way) >= self._concurrency or calls[account.name] >= self._most_of_one:
                continue
            claimed = outbox.claim(
                self.store, account, self.destination, now=self._now(), lease=self.lease, token=uuid.uuid4().hex
            )
            if isinstance(claimed, Claimed):
                reach("relay.claimed")
                self._under_way[self._pool.submit(self._deliver, claimed)] = account.name
                pauses.append(0.0)
            elif claimed is not None:
                pauses.append(claimed)
        return min(pauses, default=None)

    def _rest(self, pause: float | None, stop: Stop) -> None:
        """Wait for a call to end where all are under way, else for the pace or for news, whichever comes first."""
        if pause == 0:
            return
        longest = min(_CHORE_SECONDS if pause is None else pause, _CHORE_SECONDS)
        if len(self._under_way) >= self._concurrency:
            wait(self._under_way, timeout=_CALL_SECONDS, return_when=FIRST_COMPLETED)
        elif pause is None or len(self.accounts) > 1:
            self._bell.wait(min(longest, _CALL_SECONDS) if self._under_way else longest, stop)
        else:
            stop.wait(longest)

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
        body = build_envelope(claimed.account.token, claimed.head, [row.item for row in claimed.rows])
        reach("relay.prepared")
        if self._stopping_since is not None:  # only calls that were begun are finished
            outbox.release(self.store, claimed)
            return
        try:
            rows = outbox.begin(
                self.store, claimed, push=push, now=self._now(), lease=self.lease, zone=self.policy.zone
            )
        except UNAVAILABLE:
            outbox.release(self.store, claimed)
            raise
        if len(rows) < len(claimed.rows):
            with suppress(*UNAVAILABLE):  # else their lease ends by itself; the others are begun and must be called for
                outbox.release(self.store, claimed)
            body["data"] = [row.item for row in rows]
        if not rows:
            return
        reach("relay.begun")
        started = time.monotonic()
        outcome = self.client.push(claimed.account, body)
        reach("relay.answered")
        states = self._settle(claimed, rows, outcome, push)
        reach("relay.settled")
        self._tell(claimed, rows, outcome, push, states, seconds=time.monotonic() - started)

    def _tell(
        self, claimed: Claimed, rows: tuple[sa.Row[Any], ...], outcome: Outcome, push: str, states: dict[str, int],
        *, seconds: float,
    ) -> None:  # fmt: skip
        _log.info(
            "push", push=push, account=claimed.account.name, messages=len(rows), outcome=outcome.meaning.code,
            http=outcome.http_status, status=outcome.status, seconds=round(seconds, 3), states=states,
            event_ids=sorted({row.event_id for row in rows})[:5],
        )  # fmt: skip
        unnamed = len(rows) - len({row.number for row in outcome.rows} & {row.number for row in rows})
        if outcome.meaning.state == "accepted" and unnamed:
            _log.warning("answer_without_rows", push=push, account=claimed.account.name, messages=unnamed)

    def _settle(self, claimed: Claimed, rows: tuple[sa.Row[Any], ...], outcome: Outcome, push: str) -> dict[str, int]:
        """An answer in hand is worth waiting for the database, however long: without it nobody would know."""
        while True:
            try:
                return settling.settle(
                    self.store, claimed, rows, outcome, push=push, now=self._now(), policy=self.policy
                )
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
        self._watch_clock()
        if unknown := outbox.give_up_interrupted(self.store, now=self._now(), resend_after=self.policy.resend_after):
            _log.warning("interrupted_pushes", relay=self.id, messages=unknown)
        probes = gate.accounts_to_probe(self.store, sorted(self.accounts), self.destination, now=self._now())
        for name, parked in probes.items():
            self._probes.submit(self._probe, self.accounts[name], parked)
        self._sweeper.sweep(now=self._now())

    def _watch_clock(self) -> None:
        """Pauses are kept by the wall clock, which outlives a restart; one that was set back would make them longer."""
        offset = self._now() - time.monotonic()
        if abs(offset - self._clock_offset) > _CLOCK_JUMP:
            with self.store.write() as connection:
                if mended := due.mend_due_times(connection, self._now()):
                    _log.warning("clock_set_back", relay=self.id, messages=mended)
        self._clock_offset = offset

    def _probe(self, account: Account, parked: str | None) -> None:
        outcome = self.client.check_balance(account)
        try:
            came = checking.note(self.store, account.name, self.destination, outcome, parked=parked, now=self._now())
        except UNAVAILABLE:
            return  # the next check comes
        if came.queued is not None:
            _log.info("account_resumed", account=account.name, messages=came.queued)
        elif parked is None and came.answered:
            _log.info("account_answers", account=account.name)

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
