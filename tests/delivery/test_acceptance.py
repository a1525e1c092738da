"""An event is stored with its messages, once: also where it comes again, in part, or at the same time."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa

from adapter.delivery.acceptance import Accepted, accept
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, MESSAGES
from tests.delivery.messages import event, outgoing

NOW = 1_000_000.0


def messages(store: Store) -> list[sa.Row[Any]]:
    with store.read() as connection:
        return list(connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq)))


def test_the_same_key_again_is_a_duplicate_of_the_first(store: Store) -> None:
    first = accept(store, event(received_at=NOW), [outgoing(keys=(("k", 60.0),))])
    again = accept(store, event(received_at=NOW + 59), [outgoing(keys=(("k", 60.0),))])
    assert (again.id, again.duplicate, again.messages) == (first.id, True, 1)
    assert len(messages(store)) == 1
    with store.read() as connection:
        assert connection.execute(sa.select(EVENTS.c.duplicates)).scalar_one() == 1


def test_a_key_is_free_again_after_its_window_and_in_another_hook(store: Store) -> None:
    accept(store, event(received_at=NOW), [outgoing(keys=(("k", 60.0),))])
    assert not accept(store, event(received_at=NOW + 61), [outgoing(keys=(("k", 60.0),))]).duplicate
    assert not accept(store, event(received_at=NOW + 61, hook="other"), [outgoing(keys=(("k", 60.0),))]).duplicate


def test_one_of_two_keys_is_enough_and_both_lead_to_the_first(store: Store) -> None:
    first = accept(store, event(received_at=NOW), [outgoing(keys=(("b", 60.0),))])
    second = accept(store, event(received_at=NOW), [outgoing(keys=(("a", 60.0), ("b", 60.0)))])
    third = accept(store, event(received_at=NOW), [outgoing(keys=(("a", 60.0),))])
    assert [second.id, third.id] == [first.id, first.id]


def test_simultaneous_posts_of_one_key_make_one_message(store: Store) -> None:
    told: list[Accepted] = []
    start = threading.Barrier(8)

    def post() -> None:
        start.wait()
        told.append(accept(store, event(), [outgoing(keys=(("a", 60.0), ("b", 60.0)))]))

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.id for one in told}) == 1
    assert [one.duplicate for one in told].count(False) == 1
    assert len(messages(store)) == 1


def test_what_was_practised_does_not_stand_in_for_the_real_event(store: Store) -> None:
    accept(store, event(destination="sandbox"), [outgoing(keys=(("k", 3600.0),))])
    assert not accept(store, event(destination="live"), [outgoing(keys=(("k", 3600.0),))]).duplicate


def kept(store: Store) -> list[tuple[int, int]]:
    """(messages, duplicates) of each event."""
    with store.read() as connection:
        rows = connection.execute(sa.select(EVENTS.c.messages, EVENTS.c.duplicates).order_by(EVENTS.c.seq))
        return [(row.messages, row.duplicates) for row in rows]


def keyed(*digests: str) -> list[Any]:
    """A message for each key, to a number each."""
    return [outgoing(at, keys=((digest, 3600.0),)) for at, digest in enumerate(digests)]


def test_elements_that_came_before_are_left_out_and_the_others_sent(store: Store) -> None:
    first = accept(store, event(id="e1"), keyed("a", "b"))
    second = accept(store, event(id="e2"), keyed("b", "c"))
    assert (first.messages, first.skipped) == (2, 0)
    assert (second.id, second.messages, second.skipped, second.duplicate) == ("e2", 1, 1, False)
    assert [row.number for row in messages(store)] == ["919876500000", "919876500001", "919876500001"]


def test_an_event_all_of_whose_elements_came_before_is_the_first_one_again(store: Store) -> None:
    accept(store, event(id="e1"), keyed("a", "b"))
    again = accept(store, event(id="e2"), keyed("b", "a"))
    assert (again.id, again.duplicate, again.messages) == ("e1", True, 2)
    assert kept(store) == [(2, 1)]


def test_elements_of_one_event_may_share_a_key(store: Store) -> None:
    told = accept(store, event(id="e1"), keyed("order-7", "order-7"))
    assert (told.messages, told.skipped) == (2, 0)


def test_a_key_taken_for_what_is_left_out_points_at_the_event_that_was_before(store: Store) -> None:
    accept(store, event(id="e1"), keyed("a"))
    both = [outgoing(keys=(("a", 3600.0), ("new", 3600.0)))]
    assert accept(store, event(id="e2"), both).id == "e1"
    assert accept(store, event(id="e3"), keyed("new")).id == "e1"


def test_the_same_elements_at_the_same_time_are_taken_once(store: Store) -> None:
    told: list[Any] = []
    barrier = threading.Barrier(4)

    def post(name: str, digests: tuple[str, ...]) -> None:
        barrier.wait()
        told.append(accept(store, event(id=name), keyed(*digests)))

    orders = [("e1", ("a", "b", "c")), ("e2", ("c", "b", "a")), ("e3", ("b", "a", "c")), ("e4", ("c", "a", "b"))]
    threads = [threading.Thread(target=post, args=order) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(messages(store)) == 3
    assert sorted(one.duplicate for one in told) == [False, True, True, True]
    assert len({one.id for one in told}) == 1


def test_elements_that_failed_are_kept_also_where_the_others_came_before(store: Store) -> None:
    accept(store, event(id="e1"), keyed("a"))
    failed = {"1": {"phone": ["is missing"]}}
    told = accept(store, event(id="e2", body=b"another", errors=failed), keyed("a"))
    assert (told.id, told.duplicate, told.messages, told.skipped) == ("e2", False, 0, 1)
    assert kept(store) == [(1, 0), (0, 0)]


def test_a_request_of_which_a_part_failed_comes_again_unchanged_and_is_the_first_one(store: Store) -> None:
    failed = {"1": {"phone": ["is missing"]}}
    accept(store, event(id="e1", body=b"same", errors=failed), keyed("a"))
    again = accept(store, event(id="e2", body=b"same", errors=failed), keyed("a"))
    assert (again.id, again.duplicate) == ("e1", True)
    assert kept(store) == [(1, 1)]
