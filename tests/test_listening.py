"""Addresses of hooks that are being made: who is meant, what is kept, and what is forgotten."""

from __future__ import annotations

import pytest

from adapter import listening
from adapter.listening import Listening, Miss
from adapter.store.engine import Store

NOW = 1_800_000_000.0


def begun(store: Store, hook: str = "won_deal", now: float = NOW) -> Listening:
    one = listening.find(store, listening.begin(store, hook=hook, source="zoho_crm", region="IN", now=now))
    assert one is not None
    return one


def test_it_listens_for_an_hour_and_again(store: Store) -> None:
    one = begun(store)
    assert [found.id for found in listening.active(store, now=NOW + 3_599)] == [one.id]
    assert listening.active(store, now=NOW + 3_600) == []
    listening.change(store, one.id, until=NOW + 7_200)
    assert [found.id for found in listening.active(store, now=NOW + 3_600)] == [one.id]


def test_what_is_long_over_is_forgotten(store: Store) -> None:
    old = begun(store)
    begun(store, "other", now=NOW + 8 * 86_400)
    assert listening.find(store, old.id) is None


def test_the_secret_is_the_same_in_every_process_and_another_for_each_hook() -> None:
    secrets = {listening.secret_of(key, one) for key in ("key", "other") for one in ("a", "b")}
    assert len(secrets) == 4
    assert listening.secret_of("key", "a") in secrets
    assert {len(one) for one in secrets} == {32}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("won_deal", True), ("won-deal", True), ("wondeal", True), ("won_deals", True), ("Won_Deal", True), ("won_dael", True),
     ("contact_form", False), ("", False), ("x" * 10_000, False)],
)  # fmt: skip
def test_who_may_have_meant_it(asked: str, meant: bool) -> None:
    assert listening.resembles(asked, Listening("1", "won_deal", "form", "", NOW, NOW)) is meant


def test_only_the_newest_misses_are_kept(store: Store) -> None:
    one = begun(store)
    for at in range(60):
        listening.note_miss(store, Miss(NOW + at, "won-deal", "POST", f"miss {at}"))
    listening.note_miss(store, Miss(NOW + 61, "contact_form", "POST", "of another hook"))
    listening.note_miss(store, Miss(NOW - 1, "won_deal", "POST", "before it began"))
    told = [miss.sentence for miss in listening.misses(store, one, most=100)]
    assert told == [f"miss {at}" for at in range(59, 11, -1)]


def test_the_hook_of_such_an_address_keeps_and_sends_nothing() -> None:
    hook = listening.capturing_hook(Listening("1", "won_deal", "zoho_crm", "", NOW, NOW), "s" * 32)
    assert (hook.enabled, hook.source.name, len(hook.proofs)) == ("capture", "zoho_crm", 1)
