"""kill -9 in the middle of what reports and deadlines do: nothing of it is there, and the next one does it once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from adapter.delivery import ways
from adapter.delivery.acceptance import accept
from adapter.delivery.clerk import apply_callbacks
from adapter.store.engine import Store
from tests.delivery.messages import event, outgoing
from tests.delivery.pushing import Pusher
from tests.running import ROOT

BEGINNING = """
import sys
from adapter.delivery import ways
from adapter.delivery.callbacks import keep
from adapter.delivery.clerk import apply_callbacks
from adapter.delivery.stop_words import words_for
from adapter.picky.reports import Callback
from adapter.store.engine import Store
from tests.delivery.pushing import row_of
store, now = Store(sys.argv[1]), float(sys.argv[2])
words = words_for("en")
"""
KEEP = 'keep(store, "main", "sandbox", Callback("delivery", (row_of(2, msg_id="m-919876500000-7478630"),)), words=words, now=now)\n'
APPLY = "apply_callbacks(store, now=now)\n"
OVERDUE = "ways.overdue(store, now=now)\n"


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store)


def killed(url: str, pusher: Pusher, point: str, code: str) -> None:
    """Run the code in a process that is killed at a marked line."""
    ended = subprocess.run(
        [sys.executable, "-c", BEGINNING + code, url, str(pusher.now)], cwd=ROOT, check=False, capture_output=True,
        env={**os.environ, "ADAPTER_FAULT_POINT": point, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def pushed(pusher: Pusher, after: float | None = None) -> None:
    way: dict[str, Any] = {
        "account": "sms", "head": {"application": "3"}, "item": {"number": "919876500000", "message": "By SMS"},
        "priority": 0, "after": after,
    }  # fmt: skip
    accept(pusher.store, event(received_at=pusher.now), [outgoing(ways=(way,), notify=("failed",))])
    pusher.push()


def apply(pusher: Pusher) -> int:
    return apply_callbacks(pusher.store, now=pusher.now)


@pytest.mark.parametrize("point", ["callback.written", "way.written"])
def test_a_clerk_that_is_killed_has_done_nothing_and_the_next_one_does_it_once(
    pusher: Pusher, database_url: str, point: str
) -> None:
    pushed(pusher)
    killed(database_url, pusher, point, KEEP + APPLY)
    assert pusher.statuses() == ["accepted"]
    assert apply(pusher) == 1
    assert pusher.statuses() == ["failed", "queued"]
    assert apply(pusher) == 0
    assert [row.account for row in pusher.messages()] == ["main", "sms"]


def test_what_was_stored_before_the_answer_counts_once_though_it_is_posted_again(
    pusher: Pusher, database_url: str
) -> None:
    pushed(pusher)
    for _ in range(2):
        killed(database_url, pusher, "callback.stored", KEEP)
    assert [apply(pusher), apply(pusher), apply(pusher)] == [1, 1, 0]
    assert pusher.statuses() == ["failed", "queued"]


def test_a_deadline_that_was_cut_off_is_met_once(pusher: Pusher, database_url: str) -> None:
    pushed(pusher, after=60.0)
    pusher.now += 61
    killed(database_url, pusher, "way.written", OVERDUE)
    assert pusher.statuses() == ["accepted"]
    assert ways.overdue(pusher.store, now=pusher.now) == 1
    assert pusher.statuses() == ["accepted", "queued"]
