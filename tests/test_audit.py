"""The audit log: newest first, page by page, and not for ever."""

from __future__ import annotations

from adapter import audit
from adapter.store.engine import Store

NOW = 1_800_000_000.0
DAY = 86_400.0


def test_it_is_read_page_by_page_newest_first(store: Store) -> None:
    for at in range(5):
        audit.write(store, "done", str(at), now=NOW + at)
    first = audit.page(store, limit=2)
    second = audit.page(store, limit=2, before=first[-1].seq)
    assert [row.about for row in first + second] == ["4", "3", "2", "1"]


def test_entries_older_than_four_hundred_days_go(store: Store) -> None:
    for at in range(3):
        audit.write(store, "old", str(at), now=NOW + at * DAY)
    audit.write(store, "new", now=NOW + 401.5 * DAY)
    assert [(row.what, row.about) for row in audit.page(store)] == [("new", ""), ("old", "2")]


def test_what_is_written_is_bounded(store: Store) -> None:
    audit.write(store, "w" * 500, "a\0" * 500, who="t" * 500, now=NOW)
    (row,) = audit.page(store)
    assert {len(row.what), len(row.about), len(row.who)} == {200}
