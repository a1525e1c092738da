"""The outbox of notices: none is forgotten, none is lost with its relay, and each is given up at last."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import noticing
from adapter.delivery.noticing import INTERRUPTED, NOBODY, Notice, Tried
from adapter.delivery.retention import Sweeper
from adapter.delivery.settling import Policy
from adapter.store.engine import Store
from adapter.store.tables import MESSAGES
from tests.delivery.told import move, notices, store_told

NOW = 1_780_000_000.0
OVER = -1.0  # a lease that is over as soon as it begins
POLICY = Policy(pause=2.0, longest=3600.0, retry_for=36_000.0)
FAILED = Tried(500, "a.example.com answered HTTP 500.")


def sorted_in(store: Store, *entries: int, now: float = NOW) -> None:
    seqs = [row.seq for row in noticing.unsorted(store, "sandbox", now=now)]
    noticing.sort(store, {tuple((entry, f"target-{entry}") for entry in entries): seqs}, now=now)


def claim(store: Store, *, now: float = NOW, token: str = "t", lease: float = 60.0, **options: Any) -> Notice | None:
    return noticing.claim(store, "sandbox", now=now, lease=lease, token=token, **options)


@pytest.fixture
def notice(store: Store) -> Notice:
    """One that is claimed."""
    (message,) = store_told(store, "delivered")
    move(store, message, "accepted", "delivered", at=NOW)
    sorted_in(store, 0)
    found = claim(store)
    assert found is not None
    return found


def test_a_change_of_state_makes_a_notice_in_the_same_transaction(store: Store) -> None:
    (message,) = store_told(store, "accepted", "failed")
    move(store, message, "sending", "accepted", "accepted", "submitted", at=NOW)
    (row,) = notices(store)
    assert (row.message_id, row.state, row.status, row.created_at, row.due_at) == (
        message,
        "accepted",
        "queued",
        NOW + 1,
        0,
    )
    assert (row.destination, row.hook, row.entry, row.error) == ("sandbox", "h", None, None)
    with suppress(RuntimeError), store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(status="failed", error="media_type_not_supported"))
        raise RuntimeError
    assert len(notices(store)) == 1
    move(store, message, "failed", at=NOW + 9, error="media_type_not_supported")
    assert [(row.state, row.error) for row in notices(store)][1:] == [("failed", "media_type_not_supported")]


def test_a_state_that_is_part_of_anothers_name_is_not_told(store: Store) -> None:
    (message,) = store_told(store, "unread_by_anybody")
    move(store, message, "read", at=NOW)
    assert notices(store) == []


def test_a_message_that_nobody_asked_about_makes_no_notice(store: Store) -> None:
    (message,) = store_told(store, "failed")
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(notify=None))
    move(store, message, "failed", at=NOW)
    assert notices(store) == []
    assert not noticing.is_waiting(store, "sandbox", now=NOW)


def test_each_entry_that_wants_a_notice_has_a_row_and_an_id_of_its_own(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    assert claim(store) is None  # nobody knows yet who wants it
    sorted_in(store, 0, 2)
    sorted_in(store, 0, 2)
    assert [row.entry for row in notices(store)] == [0, 2]
    claimed = [claim(store), claim(store), claim(store)]
    assert [one and (one.entry, one.state, one.created_at) for one in claimed] == [
        (0, "read", NOW),
        (2, "read", NOW),
        None,
    ]
    assert len({one.identity for one in claimed if one}) == 2


def test_what_one_relay_sorted_another_one_leaves(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    found = [row.seq for row in noticing.unsorted(store, "sandbox", now=NOW)]
    for _ in range(2):
        noticing.sort(store, {((0, "a"), (1, "b")): found}, now=NOW)
    assert [row.entry for row in notices(store)] == [0, 1]


def test_a_notice_that_no_entry_wants_is_cancelled(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    sorted_in(store)
    (row,) = notices(store)
    assert (row.status, row.fault, row.finished_at) == ("cancelled", NOBODY, NOW)
    assert not noticing.is_waiting(store, "sandbox", now=NOW)


def test_what_cannot_be_sorted_now_is_looked_at_later(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    noticing.postpone(store, [notices(store)[0].seq], until=NOW + 60)
    assert noticing.unsorted(store, "sandbox", now=NOW + 59) == []
    assert len(noticing.unsorted(store, "sandbox", now=NOW + 60)) == 1


def test_a_notice_is_claimed_once_and_only_for_its_own_destination(store: Store, notice: Notice) -> None:
    assert claim(store) is None
    assert notice.identity == f"{notice.message_id}.delivered.{notice.seq}"
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    assert noticing.unsorted(store, "live", now=NOW) == []
    assert not noticing.is_waiting(store, "live", now=NOW)
    sorted_in(store, 0)
    assert noticing.claim(store, "live", now=NOW, lease=60, token="t") is None


def test_a_busy_lane_is_passed_over(store: Store) -> None:
    for hook in ("a", "b"):
        (message,) = store_told(store, "read", hook=hook)
        move(store, message, "read", at=NOW)
    sorted_in(store, 0, 1)
    assert claim(store, busy={("a", 0), ("a", 1), ("b", 0), ("b", 1)}) is None
    found = claim(store, busy={("a", 0), ("a", 1), ("b", 0), ("c", 7)})
    assert found is not None
    assert (found.hook, found.entry) == ("b", 1)


def test_what_was_taken_is_sent(store: Store, notice: Notice) -> None:
    assert noticing.settle(store, notice, Tried(204), now=NOW + 1, policy=POLICY) == "sent"
    (row,) = notices(store)
    assert (row.status, row.http_status, row.fault, row.attempts, row.finished_at) == ("sent", 204, None, 1, NOW + 1)


def test_what_failed_is_tried_again_after_a_random_pause_that_doubles(store: Store, notice: Notice) -> None:
    now, found = NOW, notice
    for attempt in range(1, 6):
        assert noticing.settle(store, found, FAILED, now=now, policy=POLICY) == "queued"
        (row,) = notices(store)
        assert now < row.due_at <= now + 2.0 * 2 ** (attempt - 1)
        assert (row.fault, row.http_status, row.failing_since) == (FAILED.fault, 500, NOW)
        assert claim(store, now=now) is None
        now = row.due_at
        again = claim(store, now=now)
        assert again is not None
        assert (again.identity, again.attempts) == (notice.identity, attempt + 1)
        found = again


def test_a_pause_is_never_longer_than_the_longest(store: Store, notice: Notice) -> None:
    noticing.settle(store, notice, FAILED, now=NOW, policy=Policy(pause=1e6, longest=60.0))
    assert notices(store)[0].due_at <= NOW + 60.0


def test_the_other_side_may_ask_for_a_longer_pause(store: Store, notice: Notice) -> None:
    noticing.settle(store, notice, Tried(429, "Too many.", retry_after=500.0), now=NOW, policy=POLICY)
    assert notices(store)[0].due_at == NOW + 500.0


@pytest.mark.parametrize(
    ("tried", "later"), [(Tried(410, "Gone.", final=True), 0.0), (Tried(500, "Still failing."), POLICY.retry_for + 1)]
)
def test_a_notice_is_dead_when_it_is_final_or_failed_for_too_long(
    store: Store, notice: Notice, tried: Tried, later: float
) -> None:
    if later:
        noticing.settle(store, notice, FAILED, now=NOW, policy=POLICY)
        again = claim(store, now=NOW + later)
        assert again is not None
        notice = again
    assert noticing.settle(store, notice, tried, now=NOW + later, policy=POLICY) == "dead"
    (row,) = notices(store)
    assert (row.status, row.fault, row.finished_at) == ("dead", tried.fault, NOW + later)
    assert not noticing.is_waiting(store, "sandbox", now=NOW + 1e9)


def test_a_notice_whose_relay_died_is_posted_again_under_the_same_id(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    sorted_in(store, 0)
    lost = claim(store, lease=OVER)
    assert lost is not None
    assert noticing.give_back(store, "sandbox", now=NOW, policy=POLICY) == 1
    (row,) = notices(store)
    assert (row.status, row.fault, row.failing_since) == ("queued", INTERRUPTED, NOW)
    again = claim(store, now=row.due_at, token="another")
    assert again is not None
    assert (again.identity, again.attempts) == (lost.identity, 2)
    assert noticing.give_back(store, "sandbox", now=NOW, policy=POLICY) == 0


def test_the_answer_of_a_relay_whose_lease_is_gone_counts_where_it_was_taken(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    sorted_in(store, 0)
    late = claim(store, lease=OVER)
    assert late is not None
    noticing.give_back(store, "sandbox", now=NOW, policy=POLICY)
    assert noticing.settle(store, late, FAILED, now=NOW, policy=POLICY) is None
    assert notices(store)[0].fault == INTERRUPTED
    assert noticing.settle(store, late, Tried(200), now=NOW, policy=POLICY) == "sent"
    assert notices(store)[0].status == "sent"


def test_a_notice_that_stops_relays_is_given_up(store: Store) -> None:
    (message,) = store_told(store, "read")
    move(store, message, "read", at=NOW)
    sorted_in(store, 0)
    for hours in (0.0, 5.0, 11.0):
        assert claim(store, now=NOW + hours * 3600, lease=OVER) is not None
        assert noticing.give_back(store, "sandbox", now=NOW + hours * 3600, policy=POLICY) == 1
    assert notices(store)[0].status == "dead"


def test_an_idle_relay_takes_no_write_lock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Any:
        raise AssertionError("nothing is to be written")

    (message,) = store_told(store, "read")
    move(store, message, "accepted", at=NOW)
    monkeypatch.setattr(store, "write", never)
    assert not noticing.is_waiting(store, "sandbox", now=NOW)
    assert claim(store) is None
    assert noticing.give_back(store, "sandbox", now=NOW, policy=POLICY) == 0
    assert noticing.unsorted(store, "sandbox", now=NOW) == []


def test_what_is_dead_is_posted_again_as_if_it_were_new(store: Store, notice: Notice) -> None:
    noticing.settle(store, notice, Tried(410, "Gone.", final=True), now=NOW, policy=POLICY)
    meant: dict[str, Any] = {"identity": notice.seq, "hook": "", "statuses": noticing.AGAIN}
    assert noticing.count_again(store, "live", **meant) == 0
    assert noticing.count_again(store, "sandbox", **meant) == 1
    assert noticing.post_again(store, "sandbox", **meant) == 1
    assert noticing.post_again(store, "sandbox", **meant) == 0
    again = claim(store, now=NOW)
    assert again is not None
    assert (again.identity, again.attempts, again.failing_since) == (notice.identity, 1, None)


def test_notices_are_listed_oldest_first(store: Store, notice: Notice) -> None:
    (message,) = store_told(store, "read", hook="other")
    move(store, message, "read", at=NOW)
    rows = list(noticing.rows_of(store))
    assert [(row["message"], row["state"], row["status"]) for row in rows] == [
        (notice.message_id, "delivered", "sending"), (message, "read", "queued"),
    ]  # fmt: skip
    assert [row["message"] for row in noticing.rows_of(store, limit=1)] == [message]
    assert [row["message"] for row in noticing.rows_of(store, hook="other")] == [message]
    assert [row["id"] for row in noticing.rows_of(store, status="sending")] == [notice.seq]
    assert [row["id"] for row in noticing.rows_of(store, identity=notice.seq)] == [notice.seq]


def test_notices_are_forgotten_with_their_event_once_they_were_posted(store: Store) -> None:
    before = NOW - 91 * 86_400
    (old,) = store_told(store, "read", received_at=before)
    (new,) = store_told(store, "read", received_at=NOW)
    for message, moment in ((old, before), (new, NOW)):
        move(store, message, "read", at=moment)
    sorted_in(store, 0)
    Sweeper(store, 90 * 86_400.0).sweep(now=NOW)
    assert [row.message_id for row in notices(store)] == [old, new]
    posted = claim(store)
    assert posted is not None
    noticing.settle(store, posted, Tried(200), now=NOW, policy=Policy())
    Sweeper(store, 90 * 86_400.0).sweep(now=NOW)
    assert [row.message_id for row in notices(store)] == [new]
    found = claim(store)
    assert found is not None
    told = noticing.told_of(store, found)
    assert told is not None
    assert (told[0]["id"], told[1]["hook"]) == (new, "h")
