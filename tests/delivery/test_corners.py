"""Where two things happen at once: a late answer and a second attempt, a late delivery and another way, a night and a
retry. Each of these once sent somebody too much, or nothing at all."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from alembic import command

from adapter.delivery import asking, callbacks, control, gate, outbox, reports, ways
from adapter.delivery.acceptance import accept
from adapter.delivery.control import CANCEL, RELEASE, SEND_AGAIN, Selection
from adapter.delivery.retention import Sweeper
from adapter.delivery.stop_words import words_for
from adapter.picky.account import Account
from adapter.picky.outcome import NOT_SENT, Outcome
from adapter.picky.reports import Callback
from adapter.store.engine import Store
from adapter.store.migrate import alembic_config, migrate
from adapter.store.tables import HANDED, OPTOUTS, PUSHES
from tests.delivery.messages import account, event, outgoing
from tests.delivery.pushing import LOST, Pusher, refused, row_of, taken
from tests.delivery.test_ways import sms, store_ways, way

NUMBER = "919876500000"
FIRST = f"m-{NUMBER}-7478630"
DAY = 86_400.0
NIGHT = {"quiet": {"from": 21 * 60, "until": 8 * 60, "zones": ["UTC"]}}
SUBMITTED, DELIVERED, FAILED, REFUNDED, TAKEN = 4, 1, 2, 5, 0


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store)


def hour(text: str) -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


def sends_nothing(pusher: Pusher, of: Account | None = None) -> bool:
    """Whether a relay that looks now makes no call."""
    of = of or account()
    gate.unpark(pusher.store, of.name, "sandbox", now=pusher.now)
    gate.trust_again(pusher.store, of.name, "sandbox")
    claimed = outbox.claim(pusher.store, of, "sandbox", now=pusher.now, lease=60.0, token="looks")
    if not isinstance(claimed, outbox.Claimed):
        return True
    return outbox.begin(pusher.store, claimed, push="looks", now=pusher.now, lease=60.0) == ()


@pytest.mark.parametrize("status", [TAKEN, SUBMITTED])
def test_a_report_that_it_is_on_its_way_stops_no_other_way(pusher: Pusher, status: int) -> None:
    store_ways(pusher, way(after=60.0))
    pusher.push(LOST)
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    pusher.report({"reference": pusher.messages()[0].id, "number": NUMBER, "status": status})
    assert pusher.statuses()[1] == "queued"


@pytest.mark.parametrize("answer", [refused(404), refused(403), LOST])
def test_a_way_that_was_being_sent_when_an_earlier_one_arrived_is_not_sent_again(
    pusher: Pusher, answer: Outcome
) -> None:
    store_ways(pusher, way(after=60.0), resend=True)
    pusher.push()
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    begun = pusher.begin(sms())
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    pusher.settle(begun, answer)
    pusher.now += 4000
    assert sends_nothing(pusher, sms())
    assert pusher.statuses()[0] == "delivered"


def test_a_way_that_was_overtaken_is_not_sent_after_a_late_refusal(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0))
    begun = pusher.begin(lease=-1.0)
    outbox.give_up_interrupted(pusher.store, now=pusher.now, resend_after=900)
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    pusher.settle(begun, refused(404))  # the relay comes back with the answer it had in hand
    pusher.push(of=sms(), push_id="8")
    pusher.now += 4000
    assert sends_nothing(pusher)
    assert [(row.status, row.error) for row in pusher.messages()] == [("cancelled", "overtaken"), ("accepted", None)]


def test_a_way_whose_earlier_one_arrived_is_not_replayed(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0))
    pusher.push()
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    pusher.push(of=sms(), push_id="8")
    pusher.report({"msg_id": f"m-{NUMBER}-8", "status": FAILED}, of="sms")
    pusher.report({"msg_id": FIRST, "status": DELIVERED})
    assert pusher.statuses() == ["delivered", "failed"]
    assert control.count(pusher.store, SEND_AGAIN, Selection("sandbox")) == {}


def test_what_nothing_can_stand_in_for_is_not_overtaken(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0))
    with pusher.store.write() as connection:
        out = {"account": "sms", "number": NUMBER, "since": 1.0, "via": "owner"}
        connection.execute(sa.insert(OPTOUTS), out)
    pusher.push(refused(404))
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    assert pusher.statuses() == ["retrying"]


def test_a_fallback_is_not_held_by_the_limit_that_its_own_first_way_used_up(pusher: Pusher) -> None:
    store_ways(pusher, way(after=60.0), courtesy={"limit": {"count": 1, "within": DAY}})
    pusher.push()
    pusher.now += 61
    ways.overdue(pusher.store, now=pusher.now)
    assert len(pusher.push(of=sms(), push_id="8")) == 1


def test_a_refused_message_counts_for_no_limit(pusher: Pusher) -> None:
    limit = {"limit": {"count": 1, "within": DAY}}
    accept(pusher.store, event(received_at=pusher.now), [outgoing(courtesy=limit)])
    pusher.push(refused(406))
    accept(pusher.store, event(received_at=pusher.now), [outgoing(courtesy=limit)])
    assert len(pusher.push(push_id="8")) == 1


def test_what_was_cancelled_at_the_last_moment_counts_for_no_limit(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(courtesy={"limit": {"count": 1, "within": DAY}})])
    claimed = outbox.claim(pusher.store, account(), "sandbox", now=pusher.now, lease=60.0, token="t")
    assert isinstance(claimed, outbox.Claimed)
    list(control.act(pusher.store, CANCEL, Selection("sandbox"), now=pusher.now))
    assert outbox.begin(pusher.store, claimed, push="p", now=pusher.now, lease=60.0) == ()
    with pusher.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(HANDED)).scalar() == 0


def test_a_way_of_a_released_message_keeps_to_the_quiet_hours_again(pusher: Pusher) -> None:
    pusher.now = hour("2026-06-10 07:00")
    store_ways(pusher, way(), courtesy=NIGHT)
    list(control.act(pusher.store, RELEASE, Selection("sandbox"), now=pusher.now))
    assert len(pusher.push()) == 1
    pusher.now = hour("2026-06-10 23:00")
    pusher.report({"msg_id": FIRST, "status": FAILED})
    assert pusher.statuses() == ["failed", "held"]


@pytest.mark.parametrize("second", [refused(404), refused(406), LOST])
def test_an_answer_that_comes_during_a_second_attempt_is_not_forgotten(pusher: Pusher, second: Outcome) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(resend=True)])
    first = pusher.begin(lease=-1.0)
    outbox.give_up_interrupted(pusher.store, now=pusher.now, resend_after=900)
    pusher.now += 901
    again = pusher.begin()
    pusher.settle(first, taken(first[1], "1"))  # the frozen relay wakes: it was taken
    pusher.settle(again, second)
    assert [(row.status, row.msg_id) for row in pusher.messages()] == [("accepted", f"m-{NUMBER}-1")]
    pusher.now += 4000
    assert sends_nothing(pusher)


def test_an_answer_that_comes_before_a_second_attempt_is_lost_with_its_relay_is_not_forgotten(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(resend=True)])
    first = pusher.begin(lease=-1.0)
    outbox.give_up_interrupted(pusher.store, now=pusher.now, resend_after=900)
    pusher.now += 901
    pusher.begin(lease=-1.0)
    pusher.settle(first, taken(first[1], "1"))
    assert outbox.give_up_interrupted(pusher.store, now=pusher.now, resend_after=900) == 0
    assert pusher.statuses() == ["accepted"]


def test_a_second_attempt_that_failed_ends_it_though_the_first_one_is_not_known(pusher: Pusher) -> None:
    store_ways(pusher, way(), resend=True)
    pusher.push(LOST)
    pusher.trust()
    pusher.now += 901
    pusher.push(push_id="2")
    pusher.report({"msg_id": f"m-{NUMBER}-2", "status": FAILED})
    assert pusher.statuses() == ["failed", "queued"]


def test_two_lost_attempts_that_one_post_reports_on_are_told_apart(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(resend=True)])
    pusher.push(LOST)
    pusher.trust()
    pusher.now += 901
    pusher.push(LOST)
    mine = {"reference": pusher.messages()[0].id, "number": NUMBER}
    second = {**mine, "msg_id": "m2", "push_id": "p2", "status": FAILED}
    first = {**mine, "msg_id": "m1", "push_id": "p1", "status": DELIVERED}
    assert pusher.report(second, first).left == []
    assert pusher.statuses() == ["delivered"]


def test_a_night_in_which_it_is_held_is_no_night_of_failures(pusher: Pusher) -> None:
    pusher.now = hour("2026-06-10 20:58")
    accept(pusher.store, event(received_at=pusher.now), [outgoing(courtesy=NIGHT)])
    pusher.push(Outcome(NOT_SENT))
    pusher.now += 600
    assert pusher.push() == []
    pusher.now = hour("2026-06-11 08:00")
    pusher.push(Outcome(NOT_SENT))
    assert pusher.statuses() == ["retrying"]


@pytest.mark.parametrize(("kind", "name"), [("account", "main"), ("hook", "h")])
def test_a_night_in_which_it_is_paused_is_no_night_of_failures(pusher: Pusher, kind: str, name: str) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing()])
    pusher.push(Outcome(NOT_SENT))
    control.pause(pusher.store, kind, name, now=pusher.now)
    pusher.now += 12 * 3600
    control.resume(pusher.store, kind, name, "sandbox", now=pusher.now)
    pusher.push(Outcome(NOT_SENT))
    assert pusher.statuses() == ["retrying"]


def test_a_stop_that_was_answered_is_kept_to_before_any_relay_runs(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing()])
    stop = {"number": NUMBER, "text": "STOP", "unique_id": "1", "direction": 0, "application": None, "payload": None}
    callbacks.keep(pusher.store, "main", "sandbox", Callback("inbound", (stop,)), words=words_for("en"), now=pusher.now)
    pusher.now += 3600
    assert sends_nothing(pusher)


def test_what_was_sent_not_long_ago_is_kept_however_old_its_event(pusher: Pusher) -> None:
    late = outgoing(send_at=pusher.now + 91 * DAY, ways=(way(after=3600.0),), notify=("delivered",), resend=True)
    accept(pusher.store, event(received_at=pusher.now), [late])
    pusher.now += 91 * DAY + 1
    pusher.push(LOST)
    Sweeper(pusher.store, 90 * DAY).sweep(now=pusher.now)
    assert pusher.statuses() == ["unknown"]


def test_a_limit_holds_longer_than_what_it_counts_is_kept(pusher: Pusher) -> None:
    limit = {"limit": {"count": 1, "within": 30 * DAY}}
    accept(pusher.store, event(received_at=pusher.now), [outgoing(courtesy=limit)])
    pusher.push()
    pusher.now += 8 * DAY
    Sweeper(pusher.store, 7 * DAY).sweep(now=pusher.now)
    assert pusher.messages() == []
    accept(pusher.store, event(received_at=pusher.now), [outgoing(courtesy=limit)])
    assert pusher.push(push_id="2") == []
    pusher.now += 23 * DAY
    Sweeper(pusher.store, None).sweep(now=pusher.now)
    with pusher.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(HANDED)).scalar() == 0


def test_a_push_that_only_a_report_named_is_asked_for_after_its_late_answer_too(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing(0), outgoing(1)])
    begun = pusher.begin(lease=-1.0)
    outbox.give_up_interrupted(pusher.store, now=pusher.now, resend_after=900)
    row = row_of(DELIVERED, reference=begun[1][0].id, push_id="p1", msg_id="m1")
    with pusher.store.write() as connection:
        reports.apply_rows(connection, "main", "sandbox", [row], received_at=pusher.now, now=pusher.now, ask_after=60.0)
    pusher.settle(begun, LOST)
    with pusher.store.read() as connection:
        assert connection.execute(sa.select(PUSHES.c.ask_at)).scalar() == pusher.now + 60


def test_what_was_taken_before_an_update_is_reported_on_and_asked_for_after_it(database_url: str) -> None:
    store = Store(database_url)
    config, now = alembic_config(), dt.datetime.now(dt.UTC).timestamp()
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            "INSERT INTO accounts (name, destination) VALUES ('main', 'sandbox')",
            "INSERT INTO pushes (id, account, url, encoding, head, messages, started_at, finished_at, outcome)"
            " VALUES ('P', 'main', 'u', 'json', '{}', 1, :now, :now, 'accepted')",
            "INSERT INTO attempts (push, message_id, started_at, finished_at, outcome, push_id, msg_id)"
            " VALUES ('P', 'E-1', :now, :now, 'accepted', '77', 'm1')",
            "INSERT INTO messages (id, event_id, hook, account, destination, number, reference, head, head_digest, item,"
            " created_at, status, changed_at, due_at, push, push_id, msg_id) VALUES ('E-1', 'E', 'h', 'main', 'sandbox',"
            f" '{NUMBER}', 'E-1', '{{}}', 'd', '{{}}', :now, 'accepted', :now, 0, 'P', '77', 'm1')",
        ):
            connection.execute(sa.text(statement), {"now": now})
    migrate(store)
    pusher = Pusher(store, now=now + 1801)
    assert asking.take_question(store, account(), "sandbox", now=pusher.now, every=1800.0) == "77"
    pusher.report({"msg_id": "m1", "status": DELIVERED})
    assert pusher.statuses() == ["delivered"]
    store.close()


@pytest.mark.parametrize(("kind", "name"), [("account", "main"), ("hook", "h")])
def test_a_pause_uses_up_no_way(pusher: Pusher, kind: str, name: str) -> None:
    store_ways(pusher, way(after=60.0))
    control.pause(pusher.store, kind, name, now=pusher.now)
    for _ in range(10):
        pusher.now += 61
        ways.overdue(pusher.store, now=pusher.now)
    assert pusher.statuses() == ["queued"]
    control.resume(pusher.store, kind, name, "sandbox", now=pusher.now)
    assert len(pusher.push()) == 1
    pusher.now += 70
    ways.overdue(pusher.store, now=pusher.now)
    assert pusher.statuses() == ["accepted", "queued"]


def test_after_a_replay_the_receipt_is_that_of_the_latest_call(pusher: Pusher) -> None:
    accept(pusher.store, event(received_at=pusher.now), [outgoing()])
    pusher.push()
    pusher.report({"msg_id": FIRST, "status": FAILED})
    list(control.act(pusher.store, SEND_AGAIN, Selection("sandbox"), now=pusher.now))
    pusher.push(push_id="2")
    pusher.report({"msg_id": f"m-{NUMBER}-2", "status": REFUNDED})
    assert [(row.status, row.push_id, row.msg_id) for row in pusher.messages()] == [("refunded", "2", f"m-{NUMBER}-2")]
