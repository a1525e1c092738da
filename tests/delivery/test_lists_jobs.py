"""Bulk jobs: what was counted is done once, in whole steps, whoever works on it and wherever it is stopped or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from adapter.delivery import jobs
from adapter.delivery.acceptance import accept
from adapter.delivery.job_plans import BULKS, effort, plan
from adapter.delivery.jobs import Job
from adapter.delivery.searching import read
from adapter.store.engine import Store
from tests.delivery.messages import account, event, outgoing
from tests.delivery.pushing import LOST, Pusher, refused
from tests.running import ROOT

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 10)


def no_remake(identity: str) -> tuple[int, str]:
    raise AssertionError(identity)


def failed(store: Store, count: int = 35) -> Pusher:
    """So many messages that failed, one after the other."""
    accept(store, event(received_at=NOW), [outgoing(at) for at in range(count)])
    with store.write() as connection:
        connection.execute(sa.text("UPDATE messages SET status = 'failed', error = 'invalid_number'"))
    return Pusher(store, now=NOW)


def begin(store: Store, action: str = "send_again", *, unknown: bool = False, **query: str) -> str:
    bulk, search = BULKS[action], read(query, destination="sandbox", now=NOW)
    counted = plan(store, bulk, search, unknown=unknown)
    return jobs.create(store, bulk, search, counted, unknown=unknown, now=NOW, identity=jobs.new_id())


def run(store: Store, identity: str, token: str = "t", remake: jobs.Remake = no_remake) -> Job:
    jobs.work(store, identity, token=token, now=lambda: NOW, remake=remake)
    return seen(store, identity)


def seen(store: Store, identity: str) -> Job:
    found = jobs.find(store, identity)
    assert found is not None
    return found


def counted(store: Store) -> dict[str, int]:
    with store.read() as connection:
        found = connection.execute(sa.text("SELECT status, count(*) FROM messages GROUP BY status"))
        return {row[0]: row[1] for row in found}


def test_all_that_was_counted_is_sent_again_and_what_came_later_is_not(store: Store) -> None:
    failed(store)
    identity = begin(store, state="failed")
    failed_later = accept(store, event(received_at=NOW), [outgoing(900)])
    with store.write() as connection:
        connection.execute(
            sa.text("UPDATE messages SET status = 'failed' WHERE event_id = :id"), {"id": failed_later.id}
        )
    job = run(store, identity)
    assert (job.status, job.total, job.looked, job.counts, job.finished_at) == (
        "done",
        35,
        35,
        {"done": 35, "left": 0},
        NOW,
    )
    assert counted(store) == {"queued": 35, "failed": 1}


def test_a_count_says_what_is_left_out_and_why(store: Store) -> None:
    pusher = Pusher(store, now=NOW)
    for first, outcome in ((0, None), (10, refused(406)), (20, LOST)):
        accept(store, event(received_at=NOW), [outgoing(first), outgoing(first + 1)])
        pusher.push(outcome)
        if outcome is not None and outcome is not LOST:
            pusher.push(outcome)
            pusher.push(outcome)
    accept(store, event(received_at=NOW), [outgoing(30)])
    assert counted(store) == {"accepted": 2, "failed": 2, "unknown": 2, "queued": 1}
    search = read({}, destination="sandbox", now=NOW)
    told = plan(store, BULKS["send_again"], search)
    assert (told.matched, told.doable, told.unknown, told.recipients, told.accounts) == (7, 2, 2, 2, {"main": 2})
    assert told.left_out == {
        "already accepted by Picky Assist": 2, "may have arrived already": 2, "waiting to be sent": 1,
    }  # fmt: skip
    assert plan(store, BULKS["send_again"], search, unknown=True).doable == 4
    assert plan(store, BULKS["cancel"], search).doable == 1
    assert plan(store, BULKS["release"], search).doable == 0


def test_effort_is_told_from_batch_pace_and_the_last_price(store: Store) -> None:
    accept(store, event(received_at=NOW), [outgoing(0)])
    Pusher(store, now=NOW).push()
    told = effort(store, {"main": 1_000}, {"main": account(rate=65, batch=100)})
    assert (told.calls, told.seconds, str(told.credit), told.price) == (10, 5.0, "5.000", "0.005")
    assert effort(store, {"other": 5}, {}).credit is None


@pytest.mark.usefixtures("watched")
def test_unknown_is_sent_again_only_where_that_was_ticked(store: Store) -> None:
    pusher = Pusher(store, now=NOW)
    accept(store, event(received_at=NOW), [outgoing(0)])
    pusher.push(LOST)
    assert run(store, begin(store)).counts == {"done": 0, "left": 0}
    assert pusher.statuses() == ["unknown"]
    assert run(store, begin(store, unknown=True)).counts == {"done": 1, "left": 0}
    assert pusher.statuses() == ["queued"]


def test_what_changed_meanwhile_is_left_alone(store: Store) -> None:
    failed(store, 3)
    identity = begin(store)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE messages SET status = 'delivered' WHERE seq = 2"))
    job = run(store, identity)
    assert (job.status, job.total, job.counts["done"]) == ("done", 3, 2)
    assert counted(store) == {"delivered": 1, "queued": 2}


def test_a_job_is_stopped_within_a_chunk_and_goes_on_from_there(store: Store) -> None:
    failed(store)
    identity = begin(store)
    assert jobs.claim(store, identity, "t")
    assert jobs.step(store, identity, token="t", now=NOW, remake=no_remake)
    assert jobs.stop(store, identity)
    assert not jobs.step(store, identity, token="t", now=NOW, remake=no_remake)
    assert (seen(store, identity).status, counted(store)) == ("stopped", {"queued": 10, "failed": 25})
    assert run(store, identity).looked == 10  # nobody works on it
    assert jobs.go_on(store, identity)
    assert run(store, identity).counts == {"done": 35, "left": 0}
    assert not jobs.go_on(store, identity)


def test_two_workers_do_each_step_once(store: Store) -> None:
    failed(store)
    identity = begin(store)
    assert jobs.claim(store, identity, "one")
    assert not jobs.claim(store, identity, "two")
    assert not jobs.step(store, identity, token="two", now=NOW, remake=no_remake)
    late = seen(store, identity)
    seqs, reached = jobs._next(store, late, 10)
    with store.write() as connection:  # its lease ends
        connection.execute(sa.text("UPDATE jobs SET lease_until = 0"))
    assert jobs.is_idle(store, seen(store, identity))
    assert run(store, identity, "two").counts == {"done": 35, "left": 0}
    assert not jobs._change_chunk(store, late, seqs, reached, token="one", now=NOW)
    assert seen(store, identity).counts == {"done": 35, "left": 0}


def test_a_form_that_is_sent_twice_makes_one_job(store: Store) -> None:
    failed(store, 1)
    bulk, search, identity = BULKS["cancel"], read({}, destination="sandbox", now=NOW), jobs.new_id()
    for _ in range(2):
        jobs.create(store, bulk, search, plan(store, bulk, search), unknown=False, now=NOW, identity=identity)
    assert [one.id for one in jobs.newest_jobs(store, "sandbox")] == [identity]


def test_a_job_over_words_keeps_to_them(store: Store) -> None:
    failed(store)  # texts are "Hi 0" to "Hi 34"
    job = run(store, begin(store, q="hi 3"))
    assert (job.search["scans"], job.counts["done"]) == (True, 3 + 5)  # 3, 13, 23 and 30 to 34


def rejected(store: Store, count: int = 3) -> list[str]:
    made = [event(status="rejected", reason="The phone is missing.", received_at=NOW) for _ in range(count)]
    for one in made:
        accept(store, one, ())
    return [str(one["id"]) for one in made]


def make_again(store: Store, events: list[str]) -> Callable[[str], tuple[int, str]]:
    """Makes a message of each event but the last one."""

    def remake(identity: str) -> tuple[int, str]:
        if identity == events[-1]:
            return 0, "The phone is missing."
        with store.write() as connection:
            change = sa.text("UPDATE events SET status = 'queued', messages = 1 WHERE id = :id AND status = 'rejected'")
            assert connection.execute(change, {"id": identity}).rowcount == 1
        return 1, ""

    return remake


def test_rejected_events_are_made_again_and_faults_are_kept(store: Store) -> None:
    events = rejected(store)
    job = run(store, begin(store, "remake", state="rejected"), remake=make_again(store, events))
    assert (job.status, job.total, job.counts) == ("done", 3, {"done": 2, "messages": 2, "nothing": 1})
    assert job.faults == [[events[2], "The phone is missing."]]


def test_an_event_that_was_made_when_the_worker_died_is_counted_once(store: Store) -> None:
    events = rejected(store)
    identity, remake = begin(store, "remake"), make_again(store, events)

    def die(event_id: str) -> tuple[int, str]:
        remake(event_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, identity, remake=die)
    assert run(store, identity, remake=remake).counts == {"done": 2, "messages": 2, "nothing": 1}


KILLED = """
import sys
from adapter.delivery import jobs
from adapter.store.engine import Store
jobs.CHUNK = 10
jobs.work(Store(sys.argv[1]), sys.argv[2], token="killed", now=lambda: 1_800_000_000.0, remake=lambda event: (0, ""))
"""


@pytest.mark.parametrize("point", ["job.written:2", "job.committed:2"])
def test_a_worker_that_is_killed_leaves_whole_steps_and_the_next_one_does_the_rest(
    store: Store, database_url: str, point: str
) -> None:
    failed(store)
    identity = begin(store)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, identity], cwd=ROOT, check=False, capture_output=True,
        env={**os.environ, "ADAPTER_FAULT_POINT": point, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    done = 10 if point.startswith("job.written") else 20
    job = seen(store, identity)
    assert (job.looked, counted(store)) == (done, {"queued": done, "failed": 35 - done})
    assert not jobs.is_idle(store, job)  # until its lease ends
    with store.write() as connection:
        connection.execute(sa.text("UPDATE jobs SET lease_until = 0"))
        connection.execute(sa.text("UPDATE messages SET status = 'sending' WHERE seq = 1"))  # it went on meanwhile
    job = run(store, identity)
    assert (job.status, job.looked, job.counts) == ("done", 35, {"done": 35, "left": 0})
    assert counted(store) == {"queued": 34, "sending": 1}
