"""The bell of each database rings when something is stored, and its floor holds without it."""

from __future__ import annotations

import threading
import time

import pytest

from adapter.delivery import wakeup
from adapter.delivery.wakeup import bell_for
from adapter.stopping import Stop
from adapter.store.engine import Store
from tests.delivery.messages import store_messages


@pytest.fixture(autouse=True)
def no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """What returns early was woken."""
    monkeypatch.setattr(wakeup, "POLL_SECONDS", 20.0)
    monkeypatch.setattr(wakeup, "_MOST_QUIET", 20.0)


def waited(store: Store, bell: wakeup.Bell, stop: Stop | None = None, *, seconds: float = 20.0) -> float:
    started = time.monotonic()
    bell.wait(seconds, stop or Stop())
    return time.monotonic() - started


def test_what_is_stored_wakes_who_waits(store: Store) -> None:
    bell = bell_for(store)
    bell.wait(0.05, Stop())  # it begins to listen
    bell.wait(0.05, Stop())
    timer = threading.Timer(0.2, store_messages, (store,))
    timer.start()
    assert waited(store, bell) < 10
    timer.join()
    bell.close()


def test_it_waits_where_nothing_happens(store: Store) -> None:
    bell = bell_for(store)
    bell.wait(0.05, Stop())
    bell.wait(0.05, Stop())
    assert waited(store, bell, seconds=0.3) >= 0.29
    bell.close()


def test_a_server_that_cannot_be_reached_leaves_the_floor(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(postgres_database)
    monkeypatch.setattr(store, "connect_options", {"port": 1, "connect_timeout": 1})
    assert 0.19 < waited(store, bell_for(store), seconds=0.2) < 5
    store.close()
