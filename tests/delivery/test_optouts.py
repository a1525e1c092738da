"""The opt-out list: what waits is stopped, what is under way is not; a message may put a number on it and take it off."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import optouts, outbox, settling
from adapter.delivery.acceptance import accept
from adapter.delivery.batch import Outgoing
from adapter.delivery.outbox import Claimed
from adapter.delivery.retention import Sweeper
from adapter.delivery.settling import Policy
from adapter.delivery.spellings import proper, spellings
from adapter.delivery.states import WAITING
from adapter.delivery.stop_words import words_for
from adapter.picky.outcome import BROKEN_OFF, STATUSES, Outcome
from adapter.store.engine import Store
from adapter.store.tables import DEDUPE, MESSAGES, OPTOUTS
from tests.delivery.messages import account, event, outgoing, store_messages

pytestmark = pytest.mark.usefixtures("watched")
NOW = 1_000_000.0
NUMBER = "919876500000"
WORDS = words_for("en")
MINUTE, DAY = 60.0, 86_400.0


def add(store: Store, number: str = NUMBER, *, name: str = "main", now: float = NOW) -> bool:
    with store.write() as connection:
        return optouts.add(connection, name, number, via="owner", now=now)


def remove(store: Store, number: str = NUMBER, *, name: str = "main") -> bool:
    with store.write() as connection:
        return optouts.remove(connection, name, number)


def is_out(store: Store, number: str = NUMBER, *, name: str = "main") -> bool:
    with store.read() as connection:
        return optouts.is_out(connection, name, number)


def hear(store: Store, text: str = "", *, now: float = NOW, words: Any = WORDS, **row: Any) -> str | None:
    with store.write() as connection:
        return optouts.hear(connection, "main", {"number": NUMBER, "text": text} | row, words=words, now=now)


def claim(store: Store, *, token: str = "t", now: float = NOW) -> Any:
    return outbox.claim(store, account(), "sandbox", now=now, lease=60, token=token)


def settled(store: Store, outcome: Outcome, *, push: str = "p", policy: Policy = settling.DEFAULT) -> None:
    claimed = claim(store, token=push)
    assert isinstance(claimed, Claimed)
    rows = outbox.begin(store, claimed, push=push, now=NOW, lease=60)
    settling.settle(store, claimed, rows, outcome, push=push, now=NOW, policy=policy)


def messages(store: Store) -> list[sa.Row[Any]]:
    with store.read() as connection:
        return list(connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq)))


def statuses(store: Store) -> list[str]:
    return [row.status for row in messages(store)]


def test_a_number_is_put_on_an_account_s_list_once_and_taken_off_once(store: Store) -> None:
    assert [add(store), add(store, now=NOW + 1)] == [True, False]
    assert is_out(store)
    assert not is_out(store, name="shop2")
    with store.read() as connection:
        assert tuple(connection.execute(sa.select(OPTOUTS)).one()) == ("main", NUMBER, NOW, "owner", None)
    assert [remove(store, name="shop2"), remove(store), remove(store)] == [False, True, False]
    assert not is_out(store)


@pytest.mark.parametrize("state", WAITING)
def test_whatever_waits_for_the_number_is_cancelled_in_every_state(store: Store, state: str) -> None:
    store_messages(store, 2)
    if state == "held":
        settled(store, Outcome(STATUSES[406], 200, 406), policy=Policy(split=False))
    elif state != "queued":
        settled(store, Outcome(STATUSES[403 if state == "parked" else 101], 200))
    assert statuses(store) == [state, state]
    add(store, now=NOW + 5)
    stopped, other = messages(store)
    assert (stopped.status, stopped.error, stopped.changed_at, stopped.due_at) == ("cancelled", "opted_out", NOW + 5, 0)
    assert (stopped.lease_token, stopped.deadline_at) == (None, None)
    assert other.status == state


def test_what_ended_or_is_unknown_is_left_as_it_is(store: Store) -> None:
    store_messages(store)
    settled(store, Outcome(BROKEN_OFF))
    store_messages(store)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE accounts SET doubt_seconds = 0"))
    settled(store, Outcome(STATUSES[407], 200, 407), push="p2")
    assert statuses(store) == ["unknown", "failed"]
    add(store)
    assert statuses(store) == ["unknown", "failed"]


def test_a_message_of_another_account_stops_only_where_its_first_way_was_this_one(store: Store) -> None:
    ways = [Outgoing("shop2", NUMBER, {"application": "8"}, {"number": NUMBER, "message": "Hi"}) for _ in range(2)]
    accept(store, event(destination="live"), ways)
    with store.write() as connection:
        connection.execute(sa.text("UPDATE messages SET origin = 'main' WHERE seq = 2"))
    add(store)
    assert statuses(store) == ["queued", "cancelled"]
    add(store, name="shop2")
    assert statuses(store) == ["cancelled", "cancelled"]


def test_practice_and_live_messages_are_stopped_alike(store: Store) -> None:
    accept(store, event(destination="live"), [outgoing()])
    accept(store, event(destination="sandbox"), [outgoing()])
    add(store)
    assert statuses(store) == ["cancelled", "cancelled"]


def test_a_message_that_is_claimed_and_not_begun_is_not_sent(store: Store) -> None:
    store_messages(store, 2)
    claimed = claim(store)
    add(store)
    begun = outbox.begin(store, claimed, push="p", now=NOW, lease=60)
    assert [row.number for row in begun] == ["919876500001"]
    assert statuses(store) == ["cancelled", "sending"]


def test_a_message_that_is_being_sent_stays(store: Store) -> None:
    store_messages(store)
    claimed = claim(store)
    outbox.begin(store, claimed, push="p", now=NOW, lease=60)
    add(store)
    assert statuses(store) == ["sending"]


def test_an_opt_out_while_a_relay_begins_leaves_every_message_either_sent_or_cancelled(store: Store) -> None:
    """Whoever comes first; never a cancelled message in a push, never a waiting one that was overlooked."""
    for turn in range(15):
        number = str(919876500000 + turn)
        store_messages(store, first=turn)
        claimed = claim(store, token=f"t{turn}")
        start = threading.Barrier(2)
        begun: list[Any] = []

        def begin(claimed: Any = claimed, turn: int = turn, start: Any = start, begun: Any = begun) -> None:
            start.wait()
            begun += outbox.begin(store, claimed, push=f"p{turn}", now=NOW, lease=60)

        relay = threading.Thread(target=begin)
        relay.start()
        start.wait()
        time.sleep(0.001 * (turn % 4))
        add(store, number)
        relay.join()
        row = messages(store)[-1]
        assert (row.status, row.attempts, len(begun)) in {("sending", 1, 1), ("cancelled", 0, 0)}


def test_two_who_add_the_same_number_at_once_add_it_once(store: Store) -> None:
    done: list[bool] = []
    workers = [threading.Thread(target=lambda: done.append(add(store))) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(done) == [False] * 5 + [True]


def test_nobody_who_changes_lists_waits_in_a_circle(store: Store) -> None:
    """Messages of one transaction come in any order; an import locks hundreds of numbers at once."""
    digits = [str(919876500000 + at) for at in range(60)]
    faults: list[Exception] = []

    def change(order: list[str]) -> None:
        try:
            for turn in range(5):
                with store.write() as connection:
                    for number in order:
                        row = {
                            "number": number,
                            "text": "STOP" if turn % 2 else "START",
                            "unique_id": f"{number}{turn}",
                        }
                        optouts.hear(connection, "main", row, words=WORDS, now=NOW)
                with store.write() as connection:
                    optouts.put(connection, "main", dict.fromkeys(order, NOW), via="import", now=NOW)
        except sa.exc.SQLAlchemyError as fault:
            faults.append(fault)

    workers = [
        threading.Thread(target=change, args=(order,)) for order in (digits, digits[::-1], digits[30:] + digits[:30])
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []


def test_several_numbers_are_put_at_once_each_with_its_own_time(store: Store) -> None:
    store_messages(store, 3)
    with store.write() as connection:
        put = optouts.put(connection, "main", {NUMBER: 5.0, "919876500002": 6.0}, via="import", now=NOW)
    assert put == optouts.Put(added=2, cancelled=2)
    assert [(row.number, row.since, row.via) for row in optouts.numbers(store)] == [
        (NUMBER, 5.0, "import"),
        ("919876500002", 6.0, "import"),
    ]
    with store.write() as connection:
        assert optouts.put(connection, "main", {}, via="import", now=NOW) == optouts.Put(0, 0)


@pytest.mark.parametrize(
    ("heard", "sent"),
    [("5215512345678", "525512345678"), ("553188887777", "5531988887777"), ("541123456789", "5491123456789")],
    ids=["Mexico", "Brazil", "Argentina"],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_phone_that_has_two_spellings_is_one_phone(store: Store, heard: str, sent: str, swapped: bool) -> None:
    heard, sent = (sent, heard) if swapped else (heard, sent)
    accept(store, event(), [Outgoing("main", sent, {"application": "8"}, {"number": sent, "message": "Hi"})])
    assert hear(store, "STOP", number=heard) == "out"
    assert statuses(store) == ["cancelled"]
    assert is_out(store, heard)
    assert is_out(store, sent)
    assert not add(store, sent)
    assert hear(store, "START", number=heard) == "in"
    assert not is_out(store, sent)


@pytest.mark.parametrize("number", [NUMBER, "551140041234", "5511940041234", "12025550123", "521551234567", ""])
def test_every_other_number_has_one_spelling(number: str) -> None:
    assert spellings(number) == (number,)
    assert proper(number) == number


def test_a_look_at_several_messages_finds_those_of_a_list_in_their_own_spelling(store: Store) -> None:
    add(store, "525512345678")
    add(store, name="shop2")
    asked = [("main", "5215512345678"), ("main", NUMBER), ("shop2", NUMBER), ("shop3", "525512345678")]
    with store.read() as connection:
        assert optouts.among(connection, asked) == {("main", "5215512345678"), ("shop2", NUMBER)}
        assert optouts.among(connection, []) == frozenset()


def test_the_list_is_read_a_page_at_a_time_in_order(store: Store) -> None:
    with store.write() as connection:
        for name in ("b", "a"):
            optouts.put(connection, name, {str(919876500000 + at): NOW for at in range(600)}, via="import", now=NOW)
    rows = [(row.account, row.number) for row in optouts.numbers(store)]
    assert rows == sorted(rows)
    assert len(rows) == 1200
    assert len(list(optouts.numbers(store, "b"))) == 600
    assert list(optouts.numbers(store, "c")) == []
    page = optouts.page(store, after=rows[599], limit=2)
    assert [(row.account, row.number) for row in page] == rows[600:602]
    assert [row.number for row in optouts.page(store, "a", after=rows[1], limit=1)] == ["919876500002"]


def test_stop_and_start_are_heard(store: Store) -> None:
    store_messages(store)
    assert hear(store, "Stop!", unique_id="1") == "out"
    assert statuses(store) == ["cancelled"]
    assert [(row.via, row.word) for row in optouts.numbers(store)] == [("message", "stop")]
    assert hear(store, "START", unique_id="2") == "in"
    assert not is_out(store)


@pytest.mark.parametrize("text", ["please stop calling", "cancel", "Hello", "", "stop " * 100, "\0", "s" * 100_000])
def test_a_message_that_is_not_just_the_word_changes_nothing(store: Store, text: str) -> None:
    assert hear(store, text, unique_id="1") is None
    assert not is_out(store)
    with store.read() as connection:
        assert connection.execute(sa.select(DEDUPE)).first() is None  # nor is anything written


def test_a_button_counts_by_its_payload_before_its_label(store: Store) -> None:
    assert hear(store, "No, thanks", payload="STOP", unique_id="1") == "out"
    assert hear(store, "Stop", payload="START", unique_id="2") == "in"
    assert hear(store, "Stop", payload="button-7", unique_id="3") == "out"


def test_a_repeated_stop_does_not_undo_a_later_start(store: Store) -> None:
    assert hear(store, "STOP", unique_id="1") == "out"
    assert hear(store, "START", unique_id="2", now=NOW + MINUTE) == "in"
    assert hear(store, "STOP", unique_id="1", now=NOW + 6 * 3600) is None
    assert not is_out(store)
    assert hear(store, "STOP", unique_id="3", now=NOW + 7 * 3600) == "out"


def test_an_id_is_remembered_for_a_week_and_then_swept(store: Store) -> None:
    hear(store, "STOP", unique_id="1")
    remove(store)
    assert hear(store, "STOP", unique_id="1", now=NOW + 7 * DAY - 1) is None
    sweeper = Sweeper(store, None)
    assert sweeper.sweep(now=NOW + 7 * DAY - 1) == 0
    sweeper = Sweeper(store, None)
    assert sweeper.sweep(now=NOW + 7 * DAY) == 1
    assert hear(store, "STOP", unique_id="1", now=NOW + 8 * DAY) == "out"


def test_without_an_id_the_same_text_counts_again_after_ten_minutes(store: Store) -> None:
    assert hear(store, "STOP") == "out"
    remove(store)
    assert hear(store, "STOP", now=NOW + 9 * MINUTE) is None
    assert hear(store, "STOP", now=NOW + 9 * MINUTE, number="919876500001") == "out"
    assert hear(store, "STOP", now=NOW + 10 * MINUTE) == "out"


def test_the_same_id_of_another_account_is_another_message(store: Store) -> None:
    hear(store, "STOP", unique_id="1")
    with store.write() as connection:
        row = {"number": NUMBER, "text": "STOP", "unique_id": "1", "payload": None}
        assert optouts.hear(connection, "shop2", row, words=WORDS, now=NOW) == "out"


def test_a_repeated_delivery_at_the_same_time_is_heard_once(store: Store) -> None:
    heard: list[str | None] = []
    workers = [threading.Thread(target=lambda: heard.append(hear(store, "STOP", unique_id="1"))) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(heard, key=str) == [None] * 5 + ["out"]


@pytest.mark.parametrize("number", ["+91 98765 00000", "0091-98765-00000", "(91) 98765.00000"])
def test_a_number_is_heard_however_it_is_written(store: Store, number: str) -> None:
    assert hear(store, "STOP", number=number) == "out"
    assert is_out(store)


@pytest.mark.parametrize(
    "number", ["Ann", "Family @919876500000", "", None, "12", "9" * 21, "91" + "\0" * 9, "٩" * 9, {}]
)
def test_what_is_no_number_is_not_put_on_a_list(store: Store, number: Any) -> None:
    assert hear(store, "STOP", number=number) is None
    assert list(optouts.numbers(store)) == []


def test_no_word_is_heard_where_the_settings_say_none(store: Store) -> None:
    words = words_for("en", out=("none",))
    assert hear(store, "STOP", words=words) is None
    add(store)
    assert hear(store, "START", words=words) == "in"


def test_neither_a_message_nor_the_list_is_searched_row_by_row(store: Store) -> None:
    """The plan, as the database tells it; with these few rows PostgreSQL must be forbidden to read all of them."""
    store_messages(store, 3)
    told: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "EXPLAIN")) and "advisory" not in statement:
            told.append((statement, parameters))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    add(store)
    remove(store)
    is_out(store)
    optouts.page(store, after=("a", "1"))
    optouts.page(store, "main", after=("main", "1"))
    sa.event.remove(store.engine, "before_cursor_execute", note)
    assert len(told) == 7
    plans = []
    with store.write() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if store.is_sqlite else "EXPLAIN "
        for statement, parameters in told:
            rows = connection.exec_driver_sql(explain + statement, parameters)
            plans.append("\n".join(str(row[-1]) for row in rows))
    assert "ix_messages_by_number" in plans[1], plans[1]
    assert "ix_messages_by_number" in plans[2], plans[2]
    for plan in plans:
        assert not any(scan in plan for scan in ("SCAN messages", "Seq Scan", "SCAN optouts")), plan
