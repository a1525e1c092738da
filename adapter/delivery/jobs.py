"""Bulk jobs: one action on all that a search found when it was counted, in small transactions, stopped and continued.

A chunk and the job's place in its rows are one transaction: a process that dies leaves the job at a whole step. A lease
keeps other processes away from it for some seconds; whoever looks at a job whose lease is over may work on it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from ulid import ULID

from adapter.delivery.job_plans import BULKS, Bulk, Plan
from adapter.delivery.search import Search, read
from adapter.delivery.searching import LONG, Reader
from adapter.delivery.wakeup import ring
from adapter.faultpoints import reach
from adapter.store.engine import Store
from adapter.store.limited import limited
from adapter.store.tables import EVENTS, JOBS, MESSAGES

CHUNK: Final = 100
LEASE_SECONDS: Final = 15.0
MOST_FAULTS: Final = 50
SHOWN: Final = 50
_WINDOW: Final = 20_000

Remake = Callable[[str], tuple[int, str]]
"""Makes an event again: how many messages it made, and a sentence where it made none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """A row of `jobs`. `counts`: `done`, `left` (they had changed meanwhile), for events also `messages` and `nothing`.

    `faults`: the first events that made nothing, each `[id, sentence]`.
    """

    id: str
    destination: str
    action: str
    search: dict[str, Any]
    newest: int
    total: int
    created_at: float
    status: str
    at_seq: int
    looked: int
    counts: dict[str, int]
    faults: list[list[str]]
    finished_at: float | None
    lease_token: str | None
    lease_until: float | None

    @property
    def bulk(self) -> Bulk:
        """Its action."""
        return BULKS[self.action]

    def sought(self) -> Search:
        """Its search, as it was frozen."""
        told = self.search
        query = {key: str(value) for key, value in told["query"].items()}
        found = read(query, destination=self.destination, now=self.created_at, regions=told["regions"])
        return dataclasses.replace(found, newest=self.newest)


def new_id() -> str:
    """An id for `create`: with the same one, a form that is sent twice makes one job."""
    return str(ULID())


def create(store: Store, bulk: Bulk, search: Search, counted: Plan, *, unknown: bool, now: float, identity: str) -> str:
    """Begin a job over what was counted; the id. It runs once somebody works on it."""
    frozen = search.frozen(counted.newest)
    row = {
        "id": identity, "destination": search.destination, "action": bulk.name, "newest": counted.newest,
        "search": {
            "query": frozen.as_query(), "regions": list(search.regions), "scans": counted.scans, "unknown": unknown,
        },
        "total": counted.doable, "created_at": now, "status": "running", "counts": {}, "faults": [],
    }  # fmt: skip
    insert: Any = sqlite.insert if store.is_sqlite else postgresql.insert
    with store.write() as connection:
        connection.execute(insert(JOBS).values(row).on_conflict_do_nothing())
    return identity


def find(store: Store, identity: str) -> Job | None:
    """A job; None where there is none of that id."""
    if not identity.isalnum():  # PostgreSQL cannot even look for a NUL
        return None
    with store.read() as connection:
        return _find(connection, identity)


def _find(connection: sa.Connection, identity: str, *, lock: bool = False) -> Job | None:
    query = sa.select(JOBS).where(JOBS.c.id == identity)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else Job(**row)


def newest_jobs(store: Store, destination: str, *, limit: int = SHOWN) -> list[Job]:
    """The last jobs, newest first."""
    query = sa.select(JOBS).where(JOBS.c.destination == destination).order_by(JOBS.c.id.desc()).limit(limit)
    with store.read() as connection:
        return [Job(**row) for row in connection.execute(query).mappings()]


def stop(store: Store, identity: str) -> bool:
    """Let a job do nothing more, from its next chunk on; False where it does not run."""
    return _move(store, identity, "running", "stopped")


def go_on(store: Store, identity: str) -> bool:
    """Let a job that was stopped run again; False where it was not."""
    return _move(store, identity, "stopped", "running")


def _move(store: Store, identity: str, here: str, there: str) -> bool:
    mine = (JOBS.c.id == identity) & (JOBS.c.status == here)
    with store.write() as connection:
        changed = sa.update(JOBS).where(mine).values(status=there, lease_token=None, lease_until=None)
        return connection.execute(changed).rowcount > 0


def is_idle(store: Store, job: Job) -> bool:
    """Whether a job should run and nobody works on it."""
    with store.read() as connection:
        clock, _ = store.lease_clock(connection)
    return job.status == "running" and not _is_held(job, clock)


def _is_held(job: Job, clock: float) -> bool:
    """Whether somebody's lease is good. One further ahead than a lease lasts is of an earlier boot's clock."""
    return job.lease_until is not None and clock < job.lease_until <= clock + LEASE_SECONDS


def claim(store: Store, identity: str, token: str) -> bool:
    """Take a job that nobody works on; False where somebody does, or it does not run."""
    with store.write() as connection:
        job = _find(connection, identity, lock=True)
        clock, _ = store.lease_clock(connection)
        if job is None or job.status != "running" or (job.lease_token != token and _is_held(job, clock)):
            return False
        _change(connection, job, lease_token=token, lease_until=clock + LEASE_SECONDS)
    return True


def work(store: Store, identity: str, *, token: str, now: Callable[[], float], remake: Remake) -> None:
    """Work on a job until it is done, stopped or taken by somebody else; returns at once where somebody works on it."""
    if claim(store, identity, token):
        while step(store, identity, token=token, now=now(), remake=remake):
            pass


def step(store: Store, identity: str, *, token: str, now: float, remake: Remake) -> bool:
    """One chunk of a job that was claimed; whether there may be more."""
    job = find(store, identity)
    if job is None or not _is_mine(job, token):
        return False
    if job.bulk.action is None:
        return _remake_one(store, job, token=token, now=now, remake=remake)
    seqs, reached = _next(store, job, CHUNK)
    return _change_chunk(store, job, seqs, reached, token=token, now=now)


def _is_mine(job: Job, token: str) -> bool:
    return job.status == "running" and job.lease_token == token


def _next(store: Store, job: Job, limit: int) -> tuple[list[int], int]:
    """The next rows that the action is for, oldest first, and how far was looked. No lock is held meanwhile."""
    sought, scans = job.bulk.sought, bool(job.search["scans"])
    reader = Reader(store, sought, job.sought(), limit)
    seq = sought.table.c.seq
    place = [seq > job.at_seq, job.bulk.eligible(job.destination, unknown=bool(job.search["unknown"]))]
    end = min(job.at_seq + _WINDOW, job.newest) if scans else job.newest
    with limited(store, LONG) as reading:
        seqs = reader.fitting(reading, [*place, seq <= end], limit, newest=False, scans=scans)
    return seqs, seqs[-1] if len(seqs) == limit else end


def _change_chunk(store: Store, job: Job, seqs: list[int], reached: int, *, token: str, now: float) -> bool:
    """Change these messages and note it on the job, in one transaction; what changed meanwhile is left alone."""
    action = job.bulk.action
    assert action is not None  # noqa: S101 - a job of messages
    eligible = job.bulk.eligible(job.destination, unknown=bool(job.search["unknown"]))
    with store.write() as connection:
        held = _held(connection, store, job, token)
        if held is None:
            return False
        chosen = sa.select(MESSAGES.c.seq).where(MESSAGES.c.seq.in_(seqs), eligible)
        able = list(connection.execute(chosen.order_by(MESSAGES.c.seq).with_for_update()).scalars())
        done = 0
        if able:
            change = sa.update(MESSAGES).where(MESSAGES.c.seq.in_(able), eligible)
            done = connection.execute(change.values(action.values(now))).rowcount
            ring(connection)
        added = {"done": done, "left": len(seqs) - done}
        more = _note(connection, store, held, reached, looked=len(seqs), added=added, now=now)
        reach("job.written")
    reach("job.committed")
    return more


def _held(connection: sa.Connection, store: Store, job: Job, token: str) -> Job | None:
    """The job, locked, where it is still this worker's and at the same place; else None."""
    found = _find(connection, job.id, lock=True)
    clock, _ = store.lease_clock(connection)
    if found is None or not _is_mine(found, token) or found.at_seq != job.at_seq or not _is_held(found, clock):
        return None
    return found


def _note(
    connection: sa.Connection,
    store: Store,
    job: Job,
    reached: int,
    *,
    looked: int,
    added: Mapping[str, int],
    now: float,
    faults: Sequence[list[str]] = (),
) -> bool:
    """Write down a step; whether there is more to do. The lease is good for the next one."""
    counts = {key: job.counts.get(key, 0) + added.get(key, 0) for key in {*job.counts, *added} - {_BUSY}}
    is_done = reached >= job.newest
    clock, _ = store.lease_clock(connection)
    _change(
        connection, job, at_seq=reached, looked=job.looked + looked, counts=counts,
        faults=[*job.faults, *faults][:MOST_FAULTS], lease_until=None if is_done else clock + LEASE_SECONDS,
        status="done" if is_done else "running", finished_at=now if is_done else None,
    )  # fmt: skip
    return not is_done


def _change(connection: sa.Connection, job: Job, **values: Any) -> None:
    connection.execute(sa.update(JOBS).where(JOBS.c.id == job.id).values(values))


_BUSY: Final = "busy"  # among the counts: the `seq` of the event that is being made


def _remake_one(store: Store, job: Job, *, token: str, now: float, remake: Remake) -> bool:
    """Make one event again. It is written down before, so that whoever takes over knows whether it was made."""
    if _BUSY in job.counts:
        return _finish(store, job, job.counts[_BUSY], token=token, now=now, remake=remake)
    seqs, reached = _next(store, job, 1)
    with store.write() as connection:
        held = _held(connection, store, job, token)
        if held is None:
            return False
        if not seqs:
            return _note(connection, store, held, reached, looked=0, added={}, now=now)
        clock, _ = store.lease_clock(connection)
        _change(connection, held, counts={**held.counts, _BUSY: seqs[0]}, lease_until=clock + LEASE_SECONDS)
    busy = dataclasses.replace(job, counts={**job.counts, _BUSY: seqs[0]})
    return _finish(store, busy, seqs[0], token=token, now=now, remake=remake)


def _finish(store: Store, job: Job, seq: int, *, token: str, now: float, remake: Remake) -> bool:
    with store.read() as connection:
        event = connection.execute(sa.select(EVENTS).where(EVENTS.c.seq == seq)).first()
    if event is None:
        made, sentence = 0, ""
    elif event.status == "rejected":
        made, sentence = remake(event.id)
        reach("job.remade")
    else:
        made, sentence = event.messages, event.reason or ""
    added = {"done": int(made > 0), "messages": made, "nothing": int(made == 0)}
    faults = [[event.id, sentence]] if event is not None and not made else []
    with store.write() as connection:
        held = _held(connection, store, job, token)
        if held is None:
            return False
        return _note(connection, store, held, seq, looked=1, added=added, now=now, faults=faults)
