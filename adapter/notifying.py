"""Tells whoever asked for it what became of messages, in a thread beside the relay, which never waits for it."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

import structlog

from adapter.catalogue import posting_rules
from adapter.config import Settings
from adapter.delivery import noticing
from adapter.delivery.noticing import Lane, Notice, Tried
from adapter.delivery.settling import Policy
from adapter.errors import FaultyHook, Refusal, UnknownHook
from adapter.faultpoints import reach
from adapter.mapping.hook import Hook
from adapter.mapping.notify import Notify
from adapter.notice_body import BodyFault, FieldReader, Told, body_of
from adapter.notices import signing
from adapter.notices.client import Poster
from adapter.picky.outcome import retry_seconds
from adapter.services import Services, open_services, policy_of
from adapter.stopping import Stop
from adapter.store.engine import UNAVAILABLE, Store

MOST_POSTS: Final = 4  # under way at once
MOST_OF_ONE: Final = 2  # of them to one host: one that hangs must not keep the others from being told
_LOOK_SECONDS: Final = 0.5
_STORE_PAUSE: Final = 2.0
_FAULTY_PAUSE: Final = 60.0
_LONGEST_QUIET: Final = 300.0
_FIRST_SILENCE: Final = 5.0
LEASE_SECONDS: Final = 60.0  # far beyond the longest post, with time to make its body and write down what came of it
_GONE: Final = "Its hook is gone."
_FORGOTTEN: Final = "Its event is forgotten."

_log: Final = structlog.get_logger("notices")


class Notifier:
    """Posts the notices of one destination. Any number of them may share a database."""

    def __init__(
        self,
        services: Services,
        poster: Poster,
        *,
        policy: Policy,
        lease: float = LEASE_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._services = services
        self._store = services.store
        self._poster = poster
        self._policy = policy
        self._lease = lease
        self._now = now
        self._reader = FieldReader(services.accounts)
        self._pool = ThreadPoolExecutor(MOST_POSTS, thread_name_prefix="notice")
        self._under_way: dict[Future[None], str] = {}
        self._silent: dict[str, float] = {}  # hosts that gave no answer, and the seconds of their latest pause
        self._quiet: dict[str, float] = {}  # hosts that asked for a pause, and its end by the monotonic clock

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set; then finish the posts under way."""
        while not stop.is_set():
            try:
                self.step()
                self._rest(stop)
            except UNAVAILABLE as fault:
                _log.warning("store_unavailable", fault=type(fault).__name__)
                stop.wait(_STORE_PAUSE)
            except Exception:  # noqa: BLE001 - whatever one notice holds, the others must go on
                _log.exception("notifier_failed")
                stop.wait(_STORE_PAUSE)
        self._pool.shutdown(wait=True)

    def step(self) -> None:
        """Hand what is due to the pool, as far as there is room in it."""
        self._under_way = {post: host for post, host in self._under_way.items() if not post.done()}
        now, destination = self._now(), self._services.destination
        if not noticing.is_waiting(self._store, destination, now=now):
            return
        if count := noticing.give_back(self._store, destination, now=now, policy=self._policy):
            _log.warning("interrupted_notices", notices=count)
        self._sort(now)
        while len(self._under_way) < MOST_POSTS:
            notice = noticing.claim(
                self._store, destination, now=now, lease=self._lease, token=uuid.uuid4().hex, busy=self._busy()
            )
            if notice is None:
                return
            reach("notice.claimed")
            entry = self._entry(notice)
            self._under_way[self._pool.submit(self._deliver, notice)] = entry.host if entry else ""

    def finish(self) -> None:
        """Wait for the posts under way."""
        wait(self._under_way)

    def _rest(self, stop: Stop) -> None:
        if self._under_way:
            wait(self._under_way, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
        else:
            stop.wait(_LOOK_SECONDS)

    def _sort(self, now: float) -> None:
        """Find out which entries of today's hooks want what is new."""
        wanted: dict[tuple[noticing.Wish, ...], list[int]] = {}
        later: list[int] = []
        for row in noticing.unsorted(self._store, self._services.destination, now=now):
            try:
                entries = self._services.catalogue.hook(row.hook).notify
            except FaultyHook:
                later.append(row.seq)
                continue
            except UnknownHook:
                entries = ()
            wishes = tuple((at, _target(at, entries)) for at, one in enumerate(entries) if row.state in one.on)
            wanted.setdefault(wishes, []).append(row.seq)
        if wanted:
            noticing.sort(self._store, wanted, now=now)
        if later:
            noticing.postpone(self._store, later, until=now + _FAULTY_PAUSE)

    def _busy(self) -> set[Lane]:
        """The entries of hooks whose host has enough to do, or asked for a pause."""
        clock = time.monotonic()
        full = {host for host, posts in Counter(self._under_way.values()).items() if posts >= MOST_OF_ONE}
        full |= {host for host, until in list(self._quiet.items()) if until > clock}  # the pool's threads write to it
        if not full:
            return set()
        hooks = [entry.hook for entry in self._services.catalogue.entries().values() if entry.hook is not None]
        return {(hook.name, at) for hook in hooks for at, one in enumerate(hook.notify) if one.host in full}

    def _entry(self, notice: Notice) -> Notify | None:
        """The entry of today's hook that wants the notice; None where there is none."""
        try:
            hook = self._services.catalogue.hook(notice.hook)
        except Refusal:
            return None
        return _wanting(hook, notice)

    def _deliver(self, notice: Notice) -> None:
        try:
            self.deliver(notice)
        except UNAVAILABLE as fault:  # its lease ends, and it is posted again
            _log.warning("store_unavailable", fault=type(fault).__name__)
        except Exception:  # noqa: BLE001 - one notice that fails must not stop the others
            _log.exception("notice_failed", message=notice.message_id, notice=notice.seq)

    def deliver(self, notice: Notice) -> None:
        """One notice, from its body to what came of the post."""
        rows = noticing.told_of(self._store, notice)
        if rows is None:
            noticing.cancel(self._store, notice, _FORGOTTEN, now=self._now())
            return
        try:
            hook = self._services.catalogue.hook(notice.hook)
        except UnknownHook:
            noticing.cancel(self._store, notice, _GONE, now=self._now())
            return
        except FaultyHook as fault:
            self._settle(notice, Tried(fault=fault.sentence))
            return
        entry = _wanting(hook, notice)
        if entry is None:
            noticing.cancel(self._store, notice, noticing.NOBODY, now=self._now())
            return
        tried = self._posted(hook, entry, Told(notice, *rows))
        reach("notice.posted")
        self._settle(notice, tried, host=entry.host)

    def _posted(self, hook: Hook, entry: Notify, told: Told) -> Tried:
        try:
            body, content_type = body_of(entry, hook, told, self._reader)
        except BodyFault as fault:
            return Tried(fault=str(fault), final=True)
        identity = told.notice.identity
        signed = signing.headers(entry.secret, identity=identity, timestamp=int(self._now()), body=body)
        answer = self._poster.post(entry.url, body, {"Content-Type": content_type, **signed})
        pause = retry_seconds(answer.retry_after)
        self._quieten(entry.host, pause, is_silent=answer.http_status is None and answer.fault is not None)
        return Tried(answer.http_status, answer.fault, answer.final, pause)

    def _quieten(self, host: str, pause: float, *, is_silent: bool) -> None:
        """Leave a host alone for as long as it asks for, or ever longer while it gives no answer: what waits for it
        must not fill the posts of all others."""
        before = self._silent.pop(host, _FIRST_SILENCE / 2)
        silent = min(2 * before, _LONGEST_QUIET) if is_silent else 0.0
        if is_silent:
            self._silent[host] = silent
        if pause or silent:
            self._quiet[host] = time.monotonic() + min(max(pause, silent), _LONGEST_QUIET)

    def _settle(self, notice: Notice, tried: Tried, *, host: str = "") -> None:
        status = noticing.settle(self._store, notice, tried, now=self._now(), policy=self._policy)
        _log.info(
            "notice", notice=notice.seq, message=notice.message_id, state=notice.state, host=host,
            http=tried.http_status, status=status,
        )  # fmt: skip


def _target(place: int, entries: Sequence[Notify]) -> str:
    """Tells an entry from others, without telling its address: a digest of that, and of how many entries there are."""
    digest = hashlib.sha256(entries[place].url.encode()).hexdigest()[:16]
    return f"{digest}/{len(entries)}"


def _wanting(hook: Hook, notice: Notice) -> Notify | None:
    """The entry that the notice was made for, wherever it stands now; where it is not found, its address was mended in
    its place, or it was taken out of the list."""
    digest, _, count = notice.target.partition("/")
    same = [at for at in range(len(hook.notify)) if _target(at, hook.notify).partition("/")[0] == digest]
    if not same and count == str(len(hook.notify)):
        same = [notice.entry]
    entry = hook.notify[notice.entry if notice.entry in same else same[0]] if same else None
    return entry if entry is not None and notice.state in entry.on else None


def open_notifier(settings: Settings, store: Store) -> Notifier:
    """A notifier as the environment says, on the relay's connections; raises ConfigurationError."""
    services = open_services(settings, store=store)
    return Notifier(services, Poster(posting_rules(settings)), policy=policy_of(settings))


@contextmanager
def beside(notifier: Notifier, stop: Stop) -> Iterator[None]:
    """The notifier works in a thread of its own meanwhile; at the end it stops, and its posts are finished."""
    thread = threading.Thread(target=notifier.run, args=(stop,), name="notices", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
