"""What waits for an hour is held until it, what is too late or unwanted is cancelled; a person's word goes before."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, outbox
from adapter.delivery.acceptance import accept
from adapter.delivery.control import RELEASE, SEND_AGAIN, Selection
from adapter.delivery.courtesy import next_day, opens_at
from adapter.store.engine import Store
from adapter.store.tables import HANDED, OPTOUTS
from tests.delivery.messages import account, event, outgoing
from tests.delivery.pushing import Pusher, refused

NIGHT = {"from": 21 * 60, "until": 8 * 60}
LIMIT = {"limit": {"count": 2, "within": 3600.0}}


def at(text: str, zone: str = "UTC") -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()


@pytest.fixture
def pusher(store: Store) -> Pusher:
    return Pusher(store, now=at("2026-06-10 12:00"))


def put(pusher: Pusher, *numbers: int, hook: str = "h", **changes: Any) -> None:
    accept(
        pusher.store, event(received_at=pusher.now, hook=hook), [outgoing(one, **changes) for one in numbers or (0,)]
    )


def nothing_is_due(pusher: Pusher) -> bool:
    claimed = outbox.claim(pusher.store, account(), "sandbox", now=pusher.now, lease=60.0, token="t")
    return not isinstance(claimed, outbox.Claimed)


@pytest.mark.parametrize(
    ("moment", "zone", "opens"),
    [
        ("2026-06-10 12:00", "Asia/Kolkata", "2026-06-10 12:00"),
        ("2026-06-10 20:59", "Asia/Kolkata", "2026-06-10 20:59"),
        ("2026-06-10 21:00", "Asia/Kolkata", "2026-06-11 08:00"),
        ("2026-06-11 03:00", "Asia/Kathmandu", "2026-06-11 08:00"),
        ("2026-06-11 08:00", "Asia/Kathmandu", "2026-06-11 08:00"),
        ("2026-03-28 23:00", "Europe/Berlin", "2026-03-29 08:00"),  # the clocks go forward that night
        ("2026-10-24 23:00", "Europe/Berlin", "2026-10-25 08:00"),  # and back
    ],
)  # fmt: skip
def test_a_message_waits_for_the_morning_of_its_recipient(moment: str, zone: str, opens: str) -> None:
    assert opens_at(at(moment, zone), {**NIGHT, "zones": [zone]}) == at(opens, zone)


def test_an_hour_that_the_clocks_skip_is_the_one_after_it_and_of_one_that_comes_twice_the_first() -> None:
    quiet = {"from": 60, "until": 150, "zones": ["Europe/Berlin"]}
    assert opens_at(at("2026-03-29 01:30", "Europe/Berlin"), quiet) == at("2026-03-29 03:30", "Europe/Berlin")
    first = dt.datetime(2026, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"), fold=0)
    assert opens_at(at("2026-10-25 01:30", "Europe/Berlin"), quiet) == first.timestamp()


def test_quiet_hours_within_a_day() -> None:
    noon = {"from": 12 * 60, "until": 14 * 60, "zones": ["UTC"]}
    assert opens_at(at("2026-06-10 12:30"), noon) == at("2026-06-10 14:00")
    assert opens_at(at("2026-06-10 14:00"), noon) == at("2026-06-10 14:00")


def test_of_several_zones_none_may_be_quiet() -> None:
    """Somebody in New York or in Los Angeles: it is 8:00 in both from 11:00 in New York on."""
    quiet = {**NIGHT, "zones": ["America/New_York", "America/Los_Angeles"]}
    assert opens_at(at("2026-06-10 22:00", "America/New_York"), quiet) == at("2026-06-11 11:00", "America/New_York")
    assert opens_at(at("2026-06-10 12:00", "America/New_York"), quiet) == at("2026-06-10 12:00", "America/New_York")


def test_hours_that_would_never_end_are_not_kept_to() -> None:
    quiet = {"from": 0, "until": 13 * 60, "zones": ["UTC", "Pacific/Auckland"]}
    moment = at("2026-06-10 12:30")
    assert opens_at(moment, quiet) == moment


def test_the_next_day_begins_at_midnight_of_its_zone_also_when_the_clocks_change() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert next_day(at("2026-03-29 00:30", "Europe/Berlin"), berlin) == at("2026-03-30 00:00", "Europe/Berlin")
    assert at("2026-03-30 00:00", "Europe/Berlin") - at("2026-03-29 00:00", "Europe/Berlin") == 23 * 3600


@pytest.mark.usefixtures("watched")
def test_a_delay_holds_a_message_until_its_hour(pusher: Pusher) -> None:
    put(pusher, delay=7200.0)
    message = pusher.messages()[0]
    assert (message.status, message.error, message.due_at) == ("held", "delayed", pusher.now + 7200)
    pusher.now += 7199
    assert nothing_is_due(pusher)
    pusher.now += 1
    assert len(pusher.push()) == 1
    message = pusher.messages()[0]
    assert (message.status, message.error) == ("accepted", None)


@pytest.mark.usefixtures("watched")
def test_a_set_hour_that_is_over_means_now(pusher: Pusher) -> None:
    put(pusher, send_at=pusher.now - 60)
    put(pusher, 1, send_at=pusher.now + 60)
    assert [(row.status, row.error) for row in pusher.messages()] == [("queued", None), ("held", "send_at")]


@pytest.mark.usefixtures("watched")
def test_what_comes_at_night_is_held_until_the_morning(pusher: Pusher) -> None:
    pusher.now = at("2026-06-10 22:00")
    put(pusher, courtesy={"quiet": {**NIGHT, "zones": ["UTC"]}})
    message = pusher.messages()[0]
    assert (message.status, message.error, message.due_at) == ("held", "quiet_hours", at("2026-06-11 08:00"))


@pytest.mark.usefixtures("watched")
def test_what_becomes_late_on_its_way_is_held_too(pusher: Pusher) -> None:
    pusher.now = at("2026-06-10 20:59")
    put(pusher, 0, courtesy={"quiet": {**NIGHT, "zones": ["UTC"]}})
    put(pusher, 1)
    assert pusher.statuses() == ["queued", "queued"]
    pusher.now = at("2026-06-10 21:01")
    assert len(pusher.push()) == 1
    assert pusher.statuses() == ["held", "accepted"]
    pusher.now = at("2026-06-11 08:00")
    assert len(pusher.push(push_id="8")) == 1


@pytest.mark.usefixtures("watched")
def test_a_retry_keeps_to_the_quiet_hours(pusher: Pusher) -> None:
    pusher.now = at("2026-06-10 20:55")
    put(pusher, courtesy={"quiet": {**NIGHT, "zones": ["UTC"]}})
    pusher.push(refused(404))
    assert pusher.statuses() == ["retrying"]
    pusher.now = at("2026-06-10 23:00")
    assert pusher.push() == []
    assert [(row.status, row.due_at) for row in pusher.messages()] == [("held", at("2026-06-11 08:00"))]


@pytest.mark.usefixtures("watched")
def test_a_recipient_gets_no_more_than_the_limit(pusher: Pusher) -> None:
    start = pusher.now
    for hook in ("h", "h", "other"):
        put(pusher, hook=hook, courtesy=LIMIT)
        pusher.push(push_id=hook)
        pusher.now += 60
    put(pusher, courtesy=LIMIT)
    put(pusher, 1, courtesy=LIMIT)
    pusher.push(push_id="4")
    held = pusher.messages()[3]
    assert (held.status, held.error, held.due_at) == ("held", "over_limit", start + 3600)
    pusher.now = start + 3600
    assert pusher.push(push_id="5") == [held.id]


@pytest.mark.usefixtures("watched")
def test_a_message_that_is_tried_again_counts_once(pusher: Pusher) -> None:
    put(pusher, courtesy=LIMIT)
    for _ in range(3):
        pusher.push(refused(404))
        pusher.now += 301
    assert pusher.statuses() == ["retrying"]
    with pusher.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(HANDED)).scalar() == 1


@pytest.mark.usefixtures("watched")
def test_what_exceeds_the_daily_cap_is_held_until_the_next_day(pusher: Pusher) -> None:
    kolkata = zoneinfo.ZoneInfo("Asia/Kolkata")
    pusher.policy = dataclasses.replace(pusher.policy, zone=kolkata)
    put(pusher, *range(5))
    assert len(pusher.push(of=account(daily_cap=3))) == 3
    held = [row for row in pusher.messages() if row.status == "held"]
    assert [(row.error, row.due_at) for row in held] == [("daily_cap", at("2026-06-11 00:00", "Asia/Kolkata"))] * 2
    put(pusher, 9)
    assert pusher.push(of=account(daily_cap=3)) == []
    pusher.now = at("2026-06-11 00:00", "Asia/Kolkata")
    assert len(pusher.push(of=account(daily_cap=3), push_id="8")) == 3


@pytest.mark.usefixtures("watched")
def test_what_is_too_late_is_cancelled_right_before_it_would_be_sent(pusher: Pusher) -> None:
    put(pusher, 0, expires=600.0)
    put(pusher, 1)
    pusher.now += 601
    assert len(pusher.push()) == 1
    assert [(row.status, row.error) for row in pusher.messages()] == [("cancelled", "expired"), ("accepted", None)]


@pytest.mark.usefixtures("watched")
def test_the_time_until_it_is_too_late_begins_at_the_hour_it_was_meant_for(pusher: Pusher) -> None:
    put(pusher, 0, delay=7200.0, expires=600.0)
    put(pusher, 1, send_at=pusher.now - 3600, expires=600.0)
    assert [row.expires_at - pusher.now for row in pusher.messages()] == [7800.0, -3000.0]


@pytest.mark.usefixtures("watched")
def test_what_a_person_releases_leaves_whatever_holds_it(pusher: Pusher) -> None:
    pusher.now = at("2026-06-10 22:00")
    put(pusher, courtesy={"quiet": {**NIGHT, "zones": ["UTC"]}, **LIMIT}, expires=60.0)
    pusher.now += 61
    assert list(control.act(pusher.store, RELEASE, Selection("sandbox"), now=pusher.now)) == [1]
    assert len(pusher.push(of=account(daily_cap=1))) == 1


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("of", ["main", "other"])
def test_an_opt_out_beats_release_and_replay(pusher: Pusher, of: str) -> None:
    put(pusher, delay=60.0)
    put(pusher, 1)
    pusher.push(refused(406))
    with pusher.store.write() as connection:
        for number in (919876500000, 919876500001):
            connection.execute(sa.insert(OPTOUTS).values(account=of, number=str(number), since=1.0, via="owner"))
    list(control.act(pusher.store, RELEASE, Selection("sandbox"), now=pusher.now))
    list(control.act(pusher.store, SEND_AGAIN, Selection("sandbox"), now=pusher.now))
    sent = pusher.push(push_id="8")
    expected = [("cancelled", "opted_out")] * 2 if of == "main" else [("accepted", None)] * 2
    assert [(row.status, row.error) for row in pusher.messages()] == expected
    assert len(sent) == (0 if of == "main" else 2)
