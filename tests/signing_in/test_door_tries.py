"""Failed tries: some are free, then one waits; nobody waits for ever, and nobody escapes by being many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adapter.signing_in import one_time, tries
from adapter.store.engine import Store

MINUTE, HOUR = 60.0, 3_600.0
NOW = 1_800_000_000.0
KEY = "a-long-random-text-for-signing"
HOME = tries.buckets_of("203.0.113.7", None)


def fail(store: Store, times: int, *, now: float = NOW, buckets: tuple[str, ...] = HOME) -> list[float]:
    """The waits that were asked for; 0 is a try that was looked at."""
    return [tries.take(store, buckets, now=now).wait for _ in range(times)]


def test_five_failures_are_free_and_the_sixth_try_waits(store: Store) -> None:
    assert fail(store, 7) == [0, 0, 0, 0, 0, 30, 30]


def test_waits_double_up_to_a_quarter_of_an_hour(store: Store) -> None:
    fail(store, 5)
    now, waits = NOW, []
    for _ in range(8):
        waits.append(tries.take(store, HOME, now=now).wait)
        now += waits[-1]
        assert tries.take(store, HOME, now=now).wait == 0, "after the wait one try is looked at"
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_try_during_the_wait_does_not_prolong_it(store: Store) -> None:
    fail(store, 5)
    assert fail(store, 100, now=NOW + 29) == [1] * 100
    assert fail(store, 1, now=NOW + 30) == [0]


def test_failures_are_forgotten_after_an_hour(store: Store) -> None:
    fail(store, 5)
    assert fail(store, 6, now=NOW + HOUR) == [0, 0, 0, 0, 0, 30]


def test_a_right_password_empties_the_bucket(store: Store) -> None:
    fail(store, 4)
    tries.take(store, HOME, now=NOW)
    tries.forgive(store, HOME)
    assert fail(store, 6) == [0, 0, 0, 0, 0, 30]


def test_one_address_does_not_lock_out_another(store: Store) -> None:
    fail(store, 5)
    assert fail(store, 1, buckets=tries.buckets_of("203.0.113.8", None)) == [0]


def test_a_known_browser_has_a_bucket_of_its_own(store: Store) -> None:
    for at in range(200):
        fail(store, 1, buckets=tries.buckets_of(f"198.51.100.{at}", None))
    assert fail(store, 6, buckets=tries.buckets_of("203.0.113.7", "mine")) == [0, 0, 0, 0, 0, 30]


def test_many_addresses_together_are_slowed_down_by_a_minute_at_most(store: Store) -> None:
    waits = [fail(store, 1, buckets=tries.buckets_of(f"198.51.100.{at}", None))[0] for at in range(52)]
    assert waits == [0] * 50 + [1, 1]
    now = NOW
    for at in range(60):
        now += tries.take(store, tries.buckets_of(f"192.0.2.{at}", None), now=now).wait
        taken = tries.take(store, tries.buckets_of(f"192.0.2.{at}", None), now=now)
        assert taken.wait == 0
    longest = tries.take(store, tries.buckets_of("192.0.2.99", None), now=now)
    assert (longest.bucket, longest.wait) == (tries.ALL, 60)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # a customer's /64
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("", None, True),
    ],
)
def test_an_address_is_what_one_customer_has(one: str | None, other: str | None, same: bool) -> None:
    assert (tries.buckets_of(one, None) == tries.buckets_of(other, None)) is same


def test_many_at_once_are_not_more_than_the_limit(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: tries.take(store, HOME, now=NOW).wait, range(24)))
    assert waits.count(0) == 5


def test_old_rows_go(store: Store) -> None:
    fail(store, 1)
    fail(store, 1, now=NOW + 2 * HOUR, buckets=("address 192.0.2.1",))
    assert fail(store, 6, now=NOW + 2 * HOUR)[:5] == [0] * 5


def test_a_link_works_once_and_for_ten_minutes(store: Store) -> None:
    token = one_time.token(KEY, now=NOW)
    assert one_time.holds(KEY, token, now=NOW + 9 * MINUTE)
    assert not one_time.holds(KEY, token, now=NOW + 10 * MINUTE)
    assert not one_time.use(store, KEY, token, now=NOW + 10 * MINUTE)
    assert not one_time.was_used(store, KEY, token, now=NOW)
    assert one_time.use(store, KEY, token, now=NOW + 9 * MINUTE)
    assert one_time.was_used(store, KEY, token, now=NOW + 9 * MINUTE)
    fail(store, 1, now=NOW + 9 * MINUTE + 59)
    assert not one_time.use(store, KEY, token, now=NOW + 9 * MINUTE + 59), "once, also after others were forgotten"


@pytest.mark.parametrize("spoilt", ["", "x", "a.b", "a" * 10_000, "\ud800", "WzEsMl0.x"])
def test_a_link_that_is_not_ours_does_not_hold(spoilt: str) -> None:
    assert not one_time.holds(KEY, spoilt, now=NOW)
    assert not one_time.holds("another-long-random-text", one_time.token(KEY, now=NOW), now=NOW)
    assert not one_time.holds("", one_time.token(KEY, now=NOW), now=NOW)


def test_a_link_is_used_by_one_of_many_at_once(store: Store) -> None:
    token = one_time.token(KEY, now=NOW)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: one_time.use(store, KEY, token, now=NOW), range(16))) == 1
