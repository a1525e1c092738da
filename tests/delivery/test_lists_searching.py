"""Finding a message: what was typed, filters, paging while rows come, totals, and the time that it may take."""

from __future__ import annotations

import dataclasses
import itertools
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import searching
from adapter.delivery.acceptance import accept
from adapter.delivery.search_conditions import MESSAGES_SOUGHT
from adapter.delivery.search_words import understand
from adapter.delivery.searching import BadSearch, Found, Search, events_page, messages_page, newer_than, read
from adapter.store.engine import Store
from adapter.store.limited import Limited, TooSlow, limited
from adapter.store.tables import MESSAGES
from tests.delivery.messages import event, outgoing
from tests.delivery.pushing import Pusher

NOW = 1_800_000_000.0


def seek(store: Store, **query: str) -> Found:
    return messages_page(store, read(query, destination="sandbox", now=NOW, regions=("IN",)))


def numbers(found: Found) -> list[str]:
    return [row["number"] for row in found.rows]


def send(store: Store, number: str, text: str = "Hi", *, account: str = "main", **changes: Any) -> str:
    row = event(received_at=NOW, **changes)
    made = outgoing(item={"number": number, "message": text, "reference_number": f"deal-{number[-4:]}"})
    accept(store, row, [_to(made, number, account)])
    return str(row["id"])


def _to(made: Any, number: str, account: str) -> Any:
    return dataclasses.replace(made, number=number, account=account)


@pytest.mark.parametrize("typed", [
    "919876543210", "098765 43210", "98765-43210", "+91 98765 43210", "0091 98765 43210", "(098765) 43210", "٩٨٧٦٥٤٣٢١٠",
])  # fmt: skip
def test_a_number_is_found_however_it_is_spelt(store: Store, typed: str) -> None:
    send(store, "919876543210")
    send(store, "919876543211")
    found = seek(store, q=typed)
    assert numbers(found) == ["919876543210"]
    assert found.sentence.startswith("Searching the number 919876543210")


def test_without_a_country_a_number_is_found_by_its_ending() -> None:
    sought = understand("098765 43210")
    assert "919876543210" in sought.numbers
    assert sought.sentence == "Searching numbers that end in 9876543210."


def test_a_mexican_number_is_found_as_it_was_before_2019(store: Store) -> None:
    send(store, "5215512345678")
    assert numbers(seek(store, q="+52 55 1234 5678")) == ["5215512345678"]


def test_the_last_digits_are_enough(store: Store) -> None:
    send(store, "919876543210")
    send(store, "919876543211")
    assert numbers(seek(store, q="3210")) == ["919876543210"]


def test_ids_and_receipts_are_found(store: Store) -> None:
    pusher = Pusher(store, now=NOW)
    identity = send(store, "919876543210")
    send(store, "919876543299", account="other")
    pusher.push(push_id="7478630")
    for typed in (identity, identity.lower(), f"{identity}-1", f"a-{identity}-1", "deal-3210", "7478630",
                  "m-919876543210-7478630"):  # fmt: skip
        assert numbers(seek(store, q=typed)) == ["919876543210"], typed


def test_words_are_found_in_any_case_and_all_of_them(store: Store) -> None:
    send(store, "919876543210", "Hi Asha, your ÉLAN vase 100% ready")
    send(store, "919876543211", "Hi Ravi, your vase is ready")
    assert numbers(seek(store, q="asha")) == ["919876543210"]
    assert numbers(seek(store, q="READY hi")) == ["919876543211", "919876543210"]
    assert numbers(seek(store, q="élan")) == ["919876543210"]
    assert numbers(seek(store, q="100%")) == ["919876543210"]
    assert numbers(seek(store, q="_")) == []


def test_filters_are_combined(store: Store) -> None:
    send(store, "919876543210", hook="a")
    send(store, "919876543211", hook="b", account="sms")
    send(store, "919876543212", hook="b", destination="live")
    with store.write() as connection:
        connection.execute(sa.text("UPDATE messages SET status = 'failed' WHERE number = '919876543211'"))
    for query, meant in (
        ({}, ["919876543211", "919876543210"]), ({"hook": "a"}, ["919876543210"]), ({"account": "sms"}, ["919876543211"]),
        ({"state": "failed"}, ["919876543211"]), ({"state": "badly", "hook": "b"}, ["919876543211"]),
        ({"state": "moving"}, ["919876543210"]), ({"state": "failed", "hook": "a"}, []), ({"state": "arrived"}, []),
        ({"when": "1h"}, ["919876543211", "919876543210"]), ({"from": "2027-01-16T00:00"}, []),
        ({"to": "2027-01-14T00:00"}, []), ({"from": "2027-01-14T00:00", "to": "2027-01-16T00:00", "hook": "a"}, ["919876543210"]),
    ):  # fmt: skip
        assert numbers(seek(store, **query)) == meant, query


@pytest.mark.parametrize("state", [
    "queued", "sending", "retrying", "accepted", "submitted", "delivered", "read", "parked", "unknown", "held", "failed",
    "dead", "refunded", "cancelled",
])  # fmt: skip
def test_every_state_is_found_by_its_name(store: Store, state: str) -> None:
    send(store, "919876543210")
    send(store, "919876543211")
    with store.write() as connection:
        connection.execute(sa.text("UPDATE messages SET status = 'x'"))
        connection.execute(sa.text("UPDATE messages SET status = :state WHERE seq = 2"), {"state": state})
    assert numbers(seek(store, state=state)) == ["919876543211"]


def test_a_search_is_read_back_from_its_own_address() -> None:
    query = {
        "q": "098765 43210",
        "state": "badly",
        "hook": "h",
        "from": "2026-11-27T12:04",
        "to": "2026-11-28T12:04+05:30",
    }
    search = read(query, destination="live", now=NOW, zone="Asia/Kolkata")
    assert search.since == 1_795_761_240.0  # 06:34 UTC
    assert search.until == search.since + 86_400
    assert read(search.as_query(), destination="live", now=NOW, zone="UTC") == search


def test_a_frozen_search_keeps_its_hour() -> None:
    search = read({"when": "1h"}, destination="live", now=NOW).frozen(7)
    again = read(search.as_query(), destination="live", now=NOW + 9_999)
    assert (again.since, search.newest) == (NOW - 3_600, 7)


@pytest.mark.parametrize("query", [
    {"state": "lost"}, {"from": "yesterday"}, {"when": "2y"}, {"after": "x"}, {"before": "-1"}, {"after": "9" * 30},
    {"from": "0001-01-01T00:00+23:00"}, {"after": "²"},
])  # fmt: skip
def test_a_filter_that_means_nothing_is_refused_with_a_sentence(query: dict[str, str]) -> None:
    with pytest.raises(BadSearch) as refused:
        read(query, destination="live", now=NOW)
    assert refused.value.sentence.endswith(".")


def test_hostile_text_finds_nothing_and_breaks_nothing(store: Store) -> None:
    send(store, "919876543210")
    for typed in ("\0", "' OR 1=1 --", "%", "\\", "\u202e", "x" * 5_000, '"', "9" * 300, "+", "()", "a-", "\ufffd"):
        assert seek(store, q=typed).too_slow is False


def test_pages_go_both_ways_while_rows_come_in(store: Store) -> None:
    accept(store, event(received_at=NOW), [outgoing(at) for at in range(120)])
    first = seek(store)
    accept(store, event(received_at=NOW), [outgoing(500)])
    second = seek(store, after=str(first.older))
    third = seek(store, after=str(second.older))
    seqs = [row["seq"] for found in (first, second, third) for row in found.rows]
    assert seqs == list(range(120, 0, -1))
    assert (first.newer, third.older, len(third.rows)) == (None, None, 20)
    back = seek(store, before=str(third.newer))
    assert [row["seq"] for row in back.rows] == [row["seq"] for row in second.rows]
    assert [row["seq"] for row in seek(store, before=str(back.newer)).rows] == list(range(120, 70, -1))
    assert (first.total, seek(store).total) == (120, 121)


def test_words_are_paged_both_ways(store: Store) -> None:
    accept(store, event(received_at=NOW), [outgoing(at) for at in range(120)])
    assert seek(store, q="hi there").rows == ()
    whole = seek(store, q="hi")
    assert whole.total == 120
    second = seek(store, q="hi", after=str(whole.older))
    assert [row["seq"] for row in (*whole.rows, *second.rows)] == list(range(120, 20, -1))
    assert [row["seq"] for row in seek(store, q="hi", before=str(second.newer)).rows] == list(range(120, 70, -1))


def test_a_total_is_exact_to_a_thousand(store: Store) -> None:
    accept(store, event(received_at=NOW), [outgoing(at) for at in range(1_000)])
    assert seek(store).count == "1,000"
    accept(store, event(received_at=NOW), [outgoing(2_000)])
    assert (seek(store).count, seek(store, q="hi").count, seek(store, state="queued").count) == ("1,000+",) * 3


def test_new_rows_are_counted(store: Store) -> None:
    accept(store, event(received_at=NOW), [outgoing(at) for at in range(5)])
    search = read({"state": "moving"}, destination="sandbox", now=NOW)
    assert (newer_than(store, search, 2), newer_than(store, search, 5)) == (3, 0)


def test_a_search_that_takes_too_long_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    accept(store, event(received_at=NOW), [outgoing(at) for at in range(60)])
    search = read({"q": "hi"}, destination="sandbox", now=NOW)
    assert messages_page(store, search, seconds=-1).too_slow
    monkeypatch.setattr(searching, "_WINDOW", 20)
    execute, calls = Limited.execute, itertools.count()

    def tire(reading: Limited, query: sa.Executable) -> list[sa.Row[Any]]:
        if next(calls) == 6:  # after those for an id, the table's ends and the newest window
            raise TooSlow
        return execute(reading, query)

    monkeypatch.setattr(Limited, "execute", tire)
    found = messages_page(store, search)
    assert (found.too_slow, found.count) == (True, "20+")
    assert [row["seq"] for row in found.rows] == list(range(60, 40, -1))


def test_a_query_is_broken_off_in_the_middle(store: Store) -> None:
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000000) SELECT max(x) FROM n"
    )
    began = time.monotonic()
    with limited(store, 0.2) as reading, pytest.raises(TooSlow):
        reading.execute(sa.text(endless))
    assert time.monotonic() - began < 2
    with store.read() as connection:  # the connection is whole again
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1


def test_events_are_found_by_what_they_made_and_what_is_wrong(store: Store) -> None:
    made = send(store, "919876543210")
    wrong = str(event()["id"])
    accept(
        store,
        event(id=wrong, status="rejected", reason="The phone is missing.", fields={"name": "Zoë"}, received_at=NOW),
        (),
    )

    def found(**query: str) -> list[str]:
        return [
            row["id"] for row in events_page(store, read(query, destination="sandbox", now=NOW, regions=("IN",))).rows
        ]

    assert found() == [wrong, made]
    for query, meant in (
        ({"state": "rejected"}, wrong), ({"state": "badly"}, wrong), ({"q": "98765 43210"}, made), ({"q": "zoë"}, wrong),
        ({"q": "phone missing"}, wrong), ({"q": f"{made}-1"}, made), ({"state": "queued"}, made), ({"account": "main"}, made),
    ):  # fmt: skip
        assert found(**query) == [meant], query
    rows = events_page(store, Search("sandbox")).rows
    assert [row["states"] for row in rows] == [{}, {"queued": 1}]


@pytest.mark.parametrize("query", [
    *({"state": state} for state in ("queued", "sending", "retrying", "accepted", "delivered", "parked", "failed", "cancelled")),
    {"hook": "h"}, {"account": "main"}, {"hook": "h", "state": "failed"}, {"q": "098765 43210"}, {"q": "7478630"},
    {"q": "deal-77"}, {"q": "01M8EPDFG8TT00F9B5QMDHCD4S"}, {"q": "01M8EPDFG8TT00F9B5QMDHCD4S-1"},
])  # fmt: skip
def test_no_usual_filter_reads_the_whole_table(migrated_file: Path, query: dict[str, str]) -> None:
    store = Store(f"sqlite:///{migrated_file}")  # PostgreSQL goes by what it counted in a table; this one is empty
    search = read(query, destination="sandbox", now=NOW, regions=("IN",))
    with store.read() as connection:
        for branch in MESSAGES_SOUGHT.branches(search, True):
            asked = sa.select(MESSAGES.c.seq).where(*branch).order_by(MESSAGES.c.seq.desc()).limit(51)
            text = str(asked.compile(store.engine, compile_kwargs={"literal_binds": True}))
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert not [line for line in plan if line.startswith("SCAN")], plan
    store.close()
