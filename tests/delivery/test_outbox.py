"""The outbox on both databases: one event, once; one claim, one relay; each outcome to its state."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, due, gate, outbox, settling
from adapter.delivery.batch import shared_media
from adapter.delivery.outbox import Claimed
from adapter.delivery.settling import Policy
from adapter.picky.outcome import BROKEN_OFF, NOT_SENT, STATUSES, TOO_MANY, Outcome, Row, classify
from adapter.store.engine import Store
from adapter.store.migrate import migrate
from adapter.store.tables import ACCOUNTS, ATTEMPTS, MESSAGES, PUSHES
from tests.delivery.messages import account, store_messages

pytestmark = pytest.mark.usefixtures("watched")
NOW = 1_000_000.0
OVER = -1.0  # a lease that is over as soon as it begins


def claim(store: Store, *, now: float = NOW, lease: float = 60.0, token: str = "relay-1", **options: Any) -> Any:
    return outbox.claim(store, account(**options), "sandbox", now=now, lease=lease, token=token)


def begun(
    store: Store, *, push: str = "p1", lease: float = 60.0, token: str = "relay-1", **options: Any
) -> tuple[Claimed, tuple[sa.Row[Any], ...]]:
    claimed = claim(store, lease=lease, token=token, **options)
    assert isinstance(claimed, Claimed)
    return claimed, outbox.begin(store, claimed, push=push, now=NOW, lease=lease)


def settle(store: Store, outcome: Outcome, *, push: str = "p1", **options: Any) -> None:
    claimed, rows = begun(store, push=push, **options)
    settling.settle(store, claimed, rows, outcome, push=push, now=NOW)


def messages(store: Store) -> list[sa.Row[Any]]:
    with store.read() as connection:
        return list(connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq)))


def test_an_event_and_its_messages_are_stored_together(store: Store) -> None:
    told = store_messages(store, 2)
    first, second = messages(store)
    assert (told.messages, told.duplicate) == (2, False)
    assert [first.id, second.id] == [f"{told.id}-1", f"{told.id}-2"]
    assert first.item == {"number": "919876500000", "message": "Hi 0", "reference_number": first.id}
    assert (first.status, first.reference) == ("queued", first.id)


def test_a_reference_of_ones_own_is_kept(store: Store) -> None:
    store_messages(store, item={"reference_number": "Y12333"})
    assert messages(store)[0].reference == "Y12333"


def test_a_claim_takes_one_head_and_each_number_once(store: Store) -> None:
    store_messages(store, 3)
    store_messages(store, 1)
    store_messages(store, 1, first=5, head={"application": "3"})
    claimed = claim(store)
    assert [row.number for row in claimed.rows] == ["919876500000", "919876500001", "919876500002"]
    assert [row.number for row in claim(store, token="relay-2").rows] == ["919876500005"]
    assert claim(store, token="relay-3") is None


def test_order_holds_for_one_number_while_the_earlier_one_is_under_way(store: Store) -> None:
    store_messages(store, 1)
    store_messages(store, 1, head={"application": "3"})
    store_messages(store, 1, priority=1)
    order = []
    for turn in range(3):
        claimed, rows = begun(store, push=f"p{turn}", token=f"relay-{turn}")
        order.append(rows[0].seq)
        assert claim(store, token="another") is None
        settling.settle(store, claimed, rows, Outcome(STATUSES[100], 200, 100), push=f"p{turn}", now=NOW)
    assert order == [3, 1, 2]  # high priority first, then oldest


@pytest.mark.parametrize("outcome", [Outcome(NOT_SENT), Outcome(STATUSES[406], 200, 406)])
def test_what_waits_for_its_time_or_ended_blocks_no_later_one(store: Store, outcome: Outcome) -> None:
    store_messages(store, 1)
    settle(store, outcome)
    store_messages(store, 1)
    assert [row.seq for row in claim(store, token="later").rows] == [2]


def test_what_comes_due_again_takes_its_turn_by_age(store: Store) -> None:
    store_messages(store, 1)
    settle(store, Outcome(NOT_SENT))
    store_messages(store, 1)
    assert [row.seq for row in claim(store, now=NOW + 3, token="later").rows] == [1]


def test_an_endless_row_of_messages_to_one_number_does_not_empty_the_pushes_of_others(store: Store) -> None:
    for _ in range(30):
        store_messages(store, 1)
    store_messages(store, 9, first=1)
    assert len(claim(store, batch=10).rows) == 10


def test_media_of_a_handset_are_never_mixed_and_five_seconds_apart(store: Store) -> None:
    for at, url in enumerate(["https://e.com/1.png", "https://e.com/2.png", "https://e.com/1.png"]):
        head, item = shared_media({"application": "1"}, {"media": url})
        store_messages(store, 1, first=at, head=head, item=item)
    store_messages(store, 1, first=5, head={"application": "1"})
    first = claim(store)
    assert (first.head["globalmedia"], [row.seq for row in first.rows]) == ("https://e.com/1.png", [1, 3])
    assert [row.seq for row in claim(store, token="text").rows] == [4]  # texts need no pause
    assert 4.5 < claim(store, token="media") <= 5
    with store.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(next_media=0.0))
    assert [row.seq for row in claim(store, token="media").rows] == [2]


def test_media_of_the_official_channel_share_a_push(store: Store) -> None:
    for at in range(2):
        head, item = shared_media({"application": "8"}, {"media": f"https://e.com/{at}.png"})
        store_messages(store, 1, first=at, head=head, item=item)
    assert len(claim(store).rows) == 2
    assert claim(store, token="next") is None


def doubt_over(store: Store, *, probe: bool = True) -> dict[str, str | None]:
    """The pause after a lost answer is over: who is to be asked for a balance."""
    with store.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(doubt_until=0.0))
    return gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW) if probe else {}


def test_a_lost_answer_pauses_the_account_until_its_balance_is_answered_and_then_only_small_pushes_go(
    store: Store,
) -> None:
    store_messages(store, 1)
    settle(store, Outcome(BROKEN_OFF))
    store_messages(store, 30, first=1)
    assert claim(store, token="paused") is None
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW) == {}  # two seconds first
    assert doubt_over(store) == {"main": None}
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW) == {}  # one relay asks
    assert claim(store, token="still") is None
    gate.trust_again(store, "main", "sandbox")
    claimed, rows = begun(store, push="p2", token="small")
    assert len(rows) == 10
    settling.settle(store, claimed, rows, Outcome(STATUSES[100], 200, 100), push="p2", now=NOW)
    assert len(claim(store, token="big").rows) == 20


def test_the_pause_doubles_up_to_a_minute_while_nothing_is_answered(store: Store) -> None:
    store_messages(store, 1)
    settle(store, Outcome(BROKEN_OFF))
    seconds = []
    for _ in range(7):
        with store.read() as connection:
            seconds.append(connection.execute(sa.select(ACCOUNTS.c.doubt_seconds)).scalar_one())
        doubt_over(store)
    assert seconds == [2, 4, 8, 16, 32, 60, 60]


def test_a_small_push_without_answer_closes_the_gate_again(store: Store) -> None:
    store_messages(store, 1)
    settle(store, Outcome(BROKEN_OFF))
    gate.trust_again(store, "main", "sandbox")
    store_messages(store, 1, first=1)
    settle(store, Outcome(BROKEN_OFF), push="p2")
    store_messages(store, 1, first=2)
    assert claim(store, token="closed") is None
    with store.read() as connection:
        assert connection.execute(sa.select(ACCOUNTS.c.doubt_seconds)).scalar_one() == 4


def test_a_clock_set_back_makes_no_pause_longer(store: Store) -> None:
    store_messages(store, 1)
    settle(store, Outcome(NOT_SENT))
    earlier = NOW - 3600
    assert claim(store, now=earlier, token="waits") is None
    with store.write() as connection:
        assert due.mend_due_times(connection, earlier) == 1
        assert due.mend_due_times(connection, earlier) == 0
    assert len(claim(store, now=earlier, token="goes").rows) == 1


def test_a_relay_that_is_left_alone_in_a_transaction_keeps_nobody_waiting_for_ever(postgres_database: str) -> None:
    """What a frozen relay's rows would do to all others, until PostgreSQL ends its transaction."""
    opened = Store(postgres_database)
    migrate(opened)
    with opened.write() as connection:
        gate.known_gate(opened, connection, "main", "sandbox")
        assert connection.execute(sa.text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "10s"
    with opened.write() as connection:
        assert connection.execute(sa.text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "0"
    opened.close()


def test_where_its_hook_says_so_an_unknown_message_is_sent_again_after_a_while(store: Store) -> None:
    store_messages(store, 1, resend=True)
    store_messages(store, 1, first=1)
    settle(store, Outcome(BROKEN_OFF))
    doubt_over(store)
    gate.trust_again(store, "main", "sandbox")
    assert [row.status for row in messages(store)] == ["unknown", "unknown"]
    assert claim(store, now=NOW + 899, token="early") is None
    again = claim(store, now=NOW + 901, token="late")
    assert [row.seq for row in again.rows] == [1]


def test_an_interrupted_push_is_sent_again_where_its_hook_says_so(store: Store) -> None:
    store_messages(store, 1, resend=True)
    store_messages(store, 1, first=1)
    begun(store, lease=-1)
    assert outbox.give_up_interrupted(store, now=NOW, resend_after=300) == 2
    assert [row.seq for row in claim(store, now=NOW + 901, token="late").rows] == [1]


def test_a_late_answer_stops_the_resend_also_when_it_is_claimed_already(store: Store) -> None:
    store_messages(store, 1, resend=True)
    claimed, rows = begun(store, lease=-1)
    outbox.give_up_interrupted(store, now=NOW, resend_after=1)
    again = claim(store, now=NOW + 2, token="again")
    assert len(again.rows) == 1
    settling.settle(store, claimed, rows, Outcome(STATUSES[100], 200, 100, "7"), push="p1", now=NOW + 3)
    assert outbox.begin(store, again, push="p2", now=NOW + 3, lease=60) == ()
    assert (messages(store)[0].status, messages(store)[0].push_id) == ("accepted", "7")


def test_a_look_at_what_is_due_uses_the_indexes_that_hold_only_that(store: Store) -> None:
    """The plan, as the database tells it: a store full of finished messages costs a claim nothing."""
    store_messages(store, 3)
    with store.write() as connection:
        now = gate.known_gate(store, connection, "main", "sandbox")
        for query, index in (
            (due.due(has_paused=False, media_wait=False).params(due.parameters(now)), "ix_messages_due"),
            (due.COME_DUE.params(at=NOW), "ix_messages_later"),
            (control_query(), "ix_messages_stopped"),
        ):
            text = query.compile(store.engine, compile_kwargs={"literal_binds": True}).string
            if store.is_sqlite:
                plan = "\n".join(row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text))
            else:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # with three rows it would rather read all
                plan = "\n".join(row[0] for row in connection.exec_driver_sql("EXPLAIN " + text.replace("%", "%%")))
            assert index in plan, plan
            if index == "ix_messages_due":
                assert "ix_messages_number" in plan, plan


def control_query() -> sa.Select[Any]:
    where = control.SEND_AGAIN.where(control.Selection("sandbox", statuses=("dead",)))
    return sa.select(MESSAGES.c.seq).where(where)


def test_high_priority_goes_first_and_a_batch_has_a_limit(store: Store) -> None:
    store_messages(store, 3)
    store_messages(store, 1, first=9, priority=1)
    assert [row.number for row in claim(store, batch=2).rows] == ["919876500000", "919876500009"]
    assert len(claim(store, batch=2, token="relay-2").rows) == 2


def test_messages_of_another_destination_are_never_claimed(store: Store) -> None:
    store_messages(store)
    assert outbox.claim(store, account(), "live", now=NOW, lease=60, token="r") is None


def test_what_was_claimed_is_claimed_again_only_after_the_lease(store: Store) -> None:
    store_messages(store)
    claim(store, lease=OVER)
    assert isinstance(claim(store, token="relay-2", lease=60), Claimed)
    assert claim(store, token="relay-3") is None
    with store.read() as connection:
        left = connection.execute(sa.select(MESSAGES.c.lease_until)).scalar_one() - store.lease_clock(connection)[0]
    assert 0 < left <= 60


def test_a_relay_whose_lease_was_taken_over_begins_nothing(store: Store) -> None:
    store_messages(store)
    old = claim(store, lease=OVER)
    new = claim(store, token="relay-2")
    assert outbox.begin(store, old, push="p1", now=NOW, lease=60) == ()
    assert len(outbox.begin(store, new, push="p2", now=NOW, lease=60)) == 1


def test_attempts_are_written_before_the_call(store: Store) -> None:
    store_messages(store, 2)
    begun(store)
    with store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ATTEMPTS)).scalar_one() == 2
        assert connection.execute(sa.select(PUSHES.c.messages, PUSHES.c.finished_at)).one() == (2, None)
    assert [row.status for row in messages(store)] == ["sending", "sending"]


def test_a_crash_before_the_attempt_leaves_the_message_queued(store: Store) -> None:
    store_messages(store)
    claim(store, lease=OVER)
    outbox.give_up_interrupted(store, now=NOW, resend_after=300)
    assert messages(store)[0].status == "queued"


def test_a_crash_after_the_attempt_leaves_it_unknown_and_unsent(store: Store) -> None:
    store_messages(store)
    begun(store, lease=OVER)
    assert outbox.give_up_interrupted(store, now=NOW, resend_after=300) == 1
    assert (messages(store)[0].status, messages(store)[0].error) == ("unknown", "interrupted")
    assert claim(store, now=NOW + 10**6, token="relay-2") is None


def test_a_late_answer_settles_what_was_given_up(store: Store) -> None:
    store_messages(store)
    claimed, rows = begun(store, lease=OVER)
    outbox.give_up_interrupted(store, now=NOW, resend_after=300)
    answer = classify(
        200, b'{"status":100,"push_id":"7","data":[{"msg_id":"9","number":"919876500000","credit":"0.005"}]}'
    )
    settling.settle(store, claimed, rows, answer, push="p1", now=NOW)
    row = messages(store)[0]
    assert (row.status, row.push_id, row.msg_id, row.credit) == ("accepted", "7", "9", "0.005")


def test_a_late_answer_does_not_touch_a_newer_push(store: Store) -> None:
    store_messages(store)
    claimed, rows = begun(store)
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(status="sending", push="p2"))
    settling.settle(store, claimed, rows, classify(200, b'{"status":406}'), push="p1", now=NOW)
    assert messages(store)[0].status == "sending"


def test_a_message_that_kills_relays_before_its_attempt_is_dead_and_takes_nobody_with_it(store: Store) -> None:
    store_messages(store)
    for turn in range(outbox.MOST_CLAIMS):
        claimed = claim(store, lease=-1, token=f"relay-{turn}")
        assert len(claimed.rows) == 1
        if turn == 1:
            store_messages(store, 3, first=5)  # from its second loss on it goes alone
    assert claim(store) is None
    assert (messages(store)[0].status, messages(store)[0].error) == ("dead", "preparation_failed")
    assert len(claim(store).rows) == 3


def test_a_hundred_attempts_are_no_lost_claims(store: Store) -> None:
    store_messages(store)
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(claims=100, attempts=100))
    assert len(claim(store).rows) == 1


def test_what_was_released_is_due_at_once(store: Store) -> None:
    store_messages(store)
    outbox.release(store, claim(store))
    assert isinstance(claim(store, token="relay-2"), Claimed)
    assert messages(store)[0].claims == 1


def test_accepted_rows_are_matched_by_number_and_a_missing_one_is_accepted_too(store: Store) -> None:
    store_messages(store, 2)
    rows = (Row("919876500001", "m2", "0.005"),)
    settle(store, Outcome(STATUSES[100], 200, 100, "p", rows))
    assert [(row.status, row.msg_id) for row in messages(store)] == [("accepted", None), ("accepted", "m2")]


@pytest.mark.parametrize("status", [401, 403, 405, 408, 409, 801])
def test_an_account_that_cannot_send_is_parked_with_its_messages(store: Store, status: int) -> None:
    store_messages(store)
    settle(store, Outcome(STATUSES[status], 200, status))
    store_messages(store, first=5)
    assert [row.status for row in messages(store)] == ["parked", "queued"]
    assert claim(store, token="relay-2") is None
    assert list(gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 61)) == ["main"]
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 62) == {}
    assert gate.unpark(store, "main", "sandbox", now=NOW) == 1
    assert len(claim(store, token="relay-3").rows) == 2


@pytest.mark.parametrize("status", [402, 406, 407, 410, 802])
def test_a_refused_message_fails(store: Store, status: int) -> None:
    store_messages(store)
    settle(store, Outcome(STATUSES[status], 200, status))
    assert messages(store)[0].status == "failed"
    assert claim(store, now=NOW + 10**6, token="relay-2") is None


def test_a_refused_push_is_halved_until_the_bad_message_stands_alone(store: Store) -> None:
    store_messages(store, 8)
    bad, calls = "919876500005", []
    while isinstance(claimed := claim(store, token=f"relay-{len(calls)}"), Claimed):
        calls.append([row.number[-1] for row in claimed.rows])
        push = f"p{len(calls)}"
        rows = outbox.begin(store, claimed, push=push, now=NOW, lease=60)
        refused = bad in [row.number for row in rows]
        outcome = Outcome(STATUSES[406], 200, 406) if refused else Outcome(STATUSES[100], 200, 100, push)
        settling.settle(store, claimed, rows, outcome, push=push, now=NOW)
    assert [row.status for row in messages(store)] == ["accepted"] * 5 + ["failed"] + ["accepted"] * 2
    assert len(calls) == 7  # 8 messages, then both halves at each of three levels
    assert ["".join(call) for call in calls] == ["01234567", "0123", "4567", "45", "4", "5", "67"]


def test_where_it_may_not_be_split_a_refused_push_is_held(store: Store) -> None:
    store_messages(store, 3)
    claimed, rows = begun(store)
    settling.settle(
        store, claimed, rows, Outcome(STATUSES[406], 200, 406), push="p1", now=NOW, policy=Policy(split=False)
    )
    assert [(row.status, row.error) for row in messages(store)] == [("held", "invalid_number")] * 3
    assert claim(store, now=NOW + 10**6, token="relay-2") is None


def test_a_refusal_that_took_some_is_not_sent_again(store: Store) -> None:
    store_messages(store, 2)
    settle(store, Outcome(STATUSES[406], 200, 406, "p", (Row("919876500000", "m1", "0"),)))
    assert [row.status for row in messages(store)] == ["accepted", "unknown"]


@pytest.mark.parametrize(
    ("meaning", "least"), [(NOT_SENT, 0), (STATUSES[101], 10), (STATUSES[404], 300), (TOO_MANY, 60)]
)
def test_a_retry_waits_its_time(store: Store, meaning: Any, least: float) -> None:
    store_messages(store)
    settle(store, Outcome(meaning))
    row = messages(store)[0]
    assert row.status == "retrying"
    assert NOW + least <= row.due_at <= NOW + max(least, 2.0)


@pytest.mark.parametrize("rate", [0, 85])
def test_too_many_holds_the_whole_account_back(store: Store, rate: int) -> None:
    store_messages(store)
    settle(store, Outcome(TOO_MANY, 429), rate=rate)
    store_messages(store, first=5)
    pause = claim(store, rate=rate, token="relay-2")
    assert 59 < pause <= 60


def test_a_clock_set_back_does_not_stop_an_account_for_hours(store: Store) -> None:
    store_messages(store)
    claim(store, rate=85, token="relay-1")
    with store.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(next_call=ACCOUNTS.c.next_call + 7200))
    store_messages(store, first=5)
    assert claim(store, rate=85, token="relay-2") <= 60


def test_a_lost_answer_is_unknown_and_never_sent_again(store: Store) -> None:
    store_messages(store)
    settle(store, Outcome(BROKEN_OFF))
    assert (messages(store)[0].status, messages(store)[0].error) == ("unknown", "no_answer")
    assert claim(store, now=NOW + 10**6, token="relay-2") is None


def tried(store: Store, outcome: Outcome, *, now: float) -> str:
    """One more try at `now`; the message's status after it."""
    claimed = outbox.claim(store, account(), "sandbox", now=now, lease=60, token="t")
    assert isinstance(claimed, Claimed)
    push = f"p{now}"
    rows = outbox.begin(store, claimed, push=push, now=now, lease=60)
    settling.settle(store, claimed, rows, outcome, push=push, now=now)
    return str(messages(store)[0].status)


@pytest.mark.parametrize(("meaning", "hours"), [(NOT_SENT, 10), (STATUSES[101], 10), (STATUSES[404], 72)])
def test_retries_end_after_their_hours_in_a_row(store: Store, meaning: Any, hours: int) -> None:
    store_messages(store)
    for hour in range(0, hours + 1, 2):
        assert tried(store, Outcome(meaning), now=NOW + hour * 3601) == ("retrying" if hour < hours else "dead")


def test_an_undocumented_status_is_tried_three_times(store: Store) -> None:
    store_messages(store)
    statuses = [tried(store, classify(200, b'{"status":777}'), now=NOW + turn * 3600) for turn in range(3)]
    assert statuses == ["retrying", "retrying", "dead"]


def test_the_time_spent_parked_is_no_failure(store: Store) -> None:
    store_messages(store)
    for turn in range(20):
        assert tried(store, Outcome(STATUSES[403], 200, 403), now=NOW + turn * 7200) == "parked"
        gate.unpark(store, "main", "sandbox", now=NOW + turn * 7200)
    assert tried(store, Outcome(NOT_SENT), now=NOW + 21 * 7200) == "retrying"


def test_a_long_trouble_is_asked_about_ever_more_seldom(store: Store) -> None:
    store_messages(store)
    settle(store, Outcome(STATUSES[801], 200, 801))
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 60) == {"main": "wrong_application"}
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 119) == {}
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 1000) == {"main": "wrong_application"}
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 1999) == {}
    assert gate.accounts_to_probe(store, ["main"], "sandbox", now=NOW + 2000) == {"main": "wrong_application"}


def test_an_account_nobody_knew_is_sent_through(store: Store) -> None:
    store_messages(store)
    with store.write() as connection:
        connection.execute(sa.delete(ACCOUNTS))
    assert isinstance(claim(store), Claimed)


def test_the_pace_saves_five_calls_and_spaces_the_rest(store: Store) -> None:
    store_messages(store, 10)
    taken = [claim(store, rate=85, batch=1, token=f"relay-{turn}") for turn in range(6)]
    assert [isinstance(one, Claimed) for one in taken] == [True] * 5 + [False]
    assert 0 < taken[5] <= 0.75  # 60 s / (85 - 5)
    with store.read() as connection:
        assert connection.execute(sa.select(ACCOUNTS.c.next_call)).scalar_one() > 0
