"""Tokens of the API: shown once, kept as a digest, found fast, revoked for ever."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from adapter import api_tokens
from adapter.store.engine import Store
from adapter.store.tables import API_TOKENS

NOW = 1_800_000_000.0


def test_it_is_found_by_its_text_alone(store: Store) -> None:
    row, token = api_tokens.create(store, " Google  Sheet ", "read", now=NOW)
    assert re.fullmatch(r"pa_[A-Za-z0-9_-]{43}", token)
    assert (row.name, row.scope, row.used_at) == ("Google Sheet", "read", None)
    found = api_tokens.find(store, token, now=NOW + 5)
    assert found is not None
    assert (found.id, found.used_at) == (row.id, NOW + 5)
    assert found.may("read")
    assert not found.may("write")


def test_who_may_write_may_read() -> None:
    writer = api_tokens.ApiToken("i", "n", "write", NOW, None, None)
    assert writer.may("read")
    assert writer.may("write")


@pytest.mark.parametrize(
    "given", ["", "pa_", "pa_" + "x" * 43, "x" * 46, "pa_" + "x" * 5_000, "pa_" + "é" * 43, "pa_" + "\ud800" * 43]
)
def test_any_other_text_is_none(store: Store, given: str) -> None:
    api_tokens.create(store, "one", "read", now=NOW)
    assert api_tokens.find(store, given, now=NOW) is None


def test_the_table_does_not_hold_it(store: Store) -> None:
    _, token = api_tokens.create(store, "one", "write", now=NOW)
    with store.read() as connection:
        assert token[3:] not in str(connection.execute(sa.select(API_TOKENS)).all())


def test_its_use_is_written_down_at_most_once_a_minute(store: Store) -> None:
    _, token = api_tokens.create(store, "one", "read", now=NOW)
    for seconds in (0, 59, 60, 61):
        api_tokens.find(store, token, now=NOW + seconds)
        used = api_tokens.all_tokens(store)[0].used_at
        assert used == (NOW if seconds < 60 else NOW + 60)


def test_a_revoked_one_opens_nothing(store: Store) -> None:
    row, token = api_tokens.create(store, "one", "read", now=NOW)
    revoked = api_tokens.revoke(store, row.id, now=NOW + 1)
    assert revoked is not None
    assert revoked.revoked_at == NOW + 1
    assert api_tokens.find(store, token, now=NOW + 2) is None
    assert api_tokens.revoke(store, row.id, now=NOW + 3) is None
    assert api_tokens.all_tokens(store) == [revoked]
    assert api_tokens.revoke(store, "a\0b", now=NOW) is None


def test_those_in_use_stand_first(store: Store) -> None:
    rows = {name: api_tokens.create(store, name, "read", now=NOW)[0] for name in ("a", "b", "c")}
    api_tokens.revoke(store, rows["c"].id, now=NOW)
    assert [row.name for row in api_tokens.all_tokens(store)][-1] == "c"


@pytest.mark.parametrize(
    ("name", "scope", "told"),
    [
        ("", "read", "name"),
        ("x" * 61, "read", "name"),
        ("a\0b", "read", "name"),
        ("a\u202eb", "read", "name"),
        ("a", "all", "read"),
    ],
)
def test_it_is_not_made_without_a_name_and_a_scope(store: Store, name: str, scope: str, told: str) -> None:
    with pytest.raises(api_tokens.NotMade, match=told):
        api_tokens.create(store, name, scope, now=NOW)


def test_two_of_one_name_could_not_be_told_apart(store: Store) -> None:
    row, _ = api_tokens.create(store, "one", "read", now=NOW)
    with pytest.raises(api_tokens.NotMade, match="in use already"):
        api_tokens.create(store, "one", "write", now=NOW)
    api_tokens.revoke(store, row.id, now=NOW)
    api_tokens.create(store, "one", "write", now=NOW)
