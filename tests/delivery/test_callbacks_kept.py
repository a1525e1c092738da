"""What is kept of a callback before it is answered, on both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from adapter.delivery.callbacks import keep
from adapter.delivery.stop_words import words_for
from adapter.delivery.wakeup import bell_for
from adapter.picky.reports import Callback, read_callback
from adapter.stopping import Stop
from adapter.store.engine import Store
from adapter.store.tables import CALLBACKS, OPTOUTS

DELIVERY = Callback("delivery", ({"push_id": "7", "msg_id": "9", "status": 1, "error": "Zoë 👋", "number": None},), 2)
NOW = 1_700_000_000.25
WORDS = words_for("en")


def kept(store: Store) -> list[dict[str, Any]]:
    with store.read() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.select(CALLBACKS).order_by(CALLBACKS.c.seq))]


def test_its_rows_are_kept_as_one_and_due_at_once(store: Store) -> None:
    keep(store, "shop2", "live", DELIVERY, words=WORDS, now=NOW)
    (row,) = kept(store)
    assert row == {
        "seq": 1, "account": "shop2", "destination": "live", "received_at": NOW, "due_at": 0.0,
        "tries": 0, "rows": list(DELIVERY.rows),
    }  # fmt: skip


def test_what_has_no_rows_and_other_events_leave_nothing(store: Store) -> None:
    keep(store, "main", "live", Callback("delivery", (), 3), words=WORDS, now=NOW)
    keep(store, "main", "live", Callback("other"), words=WORDS, now=NOW)
    assert kept(store) == []


def test_the_worst_that_is_read_can_be_stored(store: Store) -> None:
    row = b'{"msg_id":"\\u0000\\ud800","reference_number":"\\u0000","error_message":"a\\u0000\\ud83d","status":2}'
    written = (
        b'{"number":"15550002222","unique-id":"\\ud800","message_in_raw":"\\u0000STOP\\ud83d\\ude00\\ud83d\\ufffe"}'
    )
    for body in (b'{"event_id":1,"data":[' + row + b"]}", written):
        keep(store, "main", "live", read_callback(body, ""), words=WORDS, now=NOW)
    assert [row["rows"][0]["status"] for row in kept(store)] == [2]
    with store.read() as connection:  # the whole of it was the word
        assert connection.execute(sa.select(OPTOUTS.c.number, OPTOUTS.c.word)).all() == [("15550002222", "stop")]


def test_a_relay_hears_of_it(store: Store) -> None:
    bell = bell_for(store)
    bell.wait(0.2, Stop())  # it begins to listen
    keep(store, "main", "live", DELIVERY, words=WORDS, now=NOW)
    bell.wait(5, Stop())
    bell.close()
    assert len(kept(store)) == 1
