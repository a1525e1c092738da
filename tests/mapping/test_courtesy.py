"""Quiet hours, limits, delays: what a hook file may say, and what each recipient's message gets of it."""

from __future__ import annotations

import datetime as dt
import re
import sys
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapter.mapping import zones
from adapter.mapping.courtesy import Courtesy
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook

JULY = dt.datetime(2026, 7, 1, tzinfo=dt.UTC).timestamp()
HEAD = "source: form\nauth: none\ntimezone: Europe/Berlin\nfields: {x: {type: date}}\n"
PUSH = "push: {to: '919876543210', message: Hi}\n"
NIGHT = 'quiet: {from: "21:00", until: "08:00"'
SEVERAL = "79161234567"  # a Russian mobile number may be anywhere from Kaliningrad's neighbours to Kamchatka


def load(part: str) -> Hook:
    return load_hook("h", f"{HEAD}{part}\n{PUSH}", Surroundings())


def courtesy(part: str) -> Courtesy:
    return load(part).courtesy


def quiet(part: str, number: str, *, now: float = JULY) -> dict[str, Any]:
    found = courtesy(part).toward(number, now=now)
    assert found is not None
    return dict(found["quiet"])


def test_nothing_of_it_holds_unless_the_hook_says_so() -> None:
    found = courtesy("description: nothing")
    assert found == Courtesy()
    assert found.toward("919876543210", now=JULY) is None


def test_spans_become_seconds() -> None:
    found = courtesy("delay: 2h\nexpires: 6h\nlimit: {per: recipient, count: 3, within: 24h}")
    assert (found.delay, found.expires) == (7_200.0, 21_600.0)
    assert found.toward("919876543210", now=JULY) == {"limit": {"count": 3, "within": 86_400.0}}


@pytest.mark.parametrize(
    ("number", "names"),
    [
        ("919876543210", ["Asia/Kolkata"]),
        ("9779841234567", ["Asia/Kathmandu"]),
        ("12025550123", ["America/New_York"]),
        ("80012345678", ["Europe/Berlin"]),  # an international number belongs nowhere
        ("12", ["Europe/Berlin"]),  # nobody's
    ],
)
def test_quiet_hours_are_those_where_the_recipient_is(number: str, names: list[str]) -> None:
    found = quiet(NIGHT + "}", number)
    assert (found["from"], found["until"]) == (21 * 60, 8 * 60)
    winter = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)  # a zone may be named by an older name of its own
    told = [zones.zoneinfo.ZoneInfo(name).utcoffset(winter) for name in found["zones"]]
    assert told == [zones.zoneinfo.ZoneInfo(name).utcoffset(winter) for name in names]


def test_a_number_that_may_be_in_several_zones_has_them_all() -> None:
    found = quiet(NIGHT + "}", SEVERAL)["zones"]
    assert {"Europe/Moscow", "Asia/Kamchatka"} <= set(found)
    assert "Europe/Berlin" not in found


def test_where_all_zones_together_leave_no_minute_the_hooks_zone_counts() -> None:
    # A toll-free number may be in Guam, where 19:00 to 09:00 is 09:00 to 23:00 UTC, or in Newfoundland, where that is
    # 22:30 to 12:30 UTC, in summer 21:30 to 11:30.
    assert quiet('quiet: {from: "19:00", until: "09:00"}', "18005550199")["zones"] == ["Europe/Berlin"]
    assert len(quiet(NIGHT + "}", "18005550199")["zones"]) > 20


@pytest.mark.parametrize(("until", "is_home"), [("10:00", True), ("09:59", False)])
def test_a_minute_that_winter_closes_counts_in_summer_too(until: str, is_home: bool) -> None:
    # The outermost zones of a Russian number are Bucharest (+2, in summer +3) and Kamchatka (+12): quiet from 20:00
    # there, 08:00 UTC, until 10:00 in Bucharest, which is 08:00 UTC in winter and 07:00 UTC in summer.
    found = quiet(f'quiet: {{from: "20:00", until: "{until}"}}', SEVERAL)["zones"]
    assert (found == ["Europe/Berlin"]) is is_home


@given(
    offsets=st.lists(st.integers(-12, 14), min_size=2, max_size=6, unique=True),
    starts=st.integers(0, 1_439),
    ends=st.integers(0, 1_439),
)
def test_a_minute_is_open_where_it_is_quiet_in_no_zone(offsets: list[int], starts: int, ends: int) -> None:
    def is_quiet(minute: int) -> bool:
        return starts <= minute < ends if starts < ends else minute >= starts or minute < ends

    assume(starts != ends)
    is_open = any(
        not any(is_quiet((utc + 60 * offset) % 1_440) for offset in offsets) for utc in range(1_440)
    )  # fmt: skip
    names = [f"Etc/GMT{-offset:+d}" for offset in offsets]  # these names count westwards
    assert zones.leave_no_minute(names, starts, ends, now=JULY) is not is_open


@pytest.mark.parametrize(
    ("zone", "name"),
    [("hook", "Europe/Berlin"), ("Asia/Kolkata", "Asia/Kolkata"), ("America/New_York", "America/New_York")],
)
def test_a_zone_may_be_named(zone: str, name: str) -> None:
    for number in ("9779841234567", SEVERAL):
        assert quiet(f"{NIGHT}, zone: {zone}}}", number)["zones"] == [name]


def test_a_zone_this_machine_does_not_know_is_the_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonenumbers.timezone.time_zones_for_number", lambda _: ("Asia/Kolkata", "Moon/Tranquility"))
    assert zones.zones_of("919876543210", home="Europe/Berlin") == ("Asia/Kolkata", "Europe/Berlin")


def test_the_table_of_zones_is_loaded_only_where_it_is_asked() -> None:
    sys.modules.pop("phonenumbers.timezone", None)
    load("delay: 2h").courtesy.toward("919876543210", now=JULY)
    load(f"{NIGHT}, zone: hook}}").courtesy.toward("919876543210", now=JULY)
    assert "phonenumbers.timezone" not in sys.modules


def test_times_of_day_need_no_quotes() -> None:
    found = quiet("quiet: {from: 21:30, until: 8:05, zone: hook}", "919876543210")
    assert (found["from"], found["until"]) == (1_290, 485)


def test_quiet_hours_longer_than_a_message_lives_are_doubtful() -> None:
    told = load(NIGHT + "}\nexpires: 6h").doubts
    assert [(one.line, one.sentence) for one in told] == [
        (6, "expires: is shorter than the quiet hours (11h): what comes early in them expires")
    ]
    assert load(NIGHT + "}\nexpires: 11h").doubts == ()
    assert load("expires: 6h").doubts == ()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("delay: 2", "delay: must be a span such as 30s, 15m, 72h or 7d"),
        ("delay: 91d", "delay: may be at most 90d"),
        ("expires: soon", "expires: must be a span such as"),
        ("expires: 367d", "expires: may be at most 366d"),
        ("{delay: 2h, send_at: '{{ x }}'}", "send_at: give delay or send_at, not both"),
        ("quiet: night", "quiet: must be a mapping of keys to values"),
        ('quiet: {from: "21:00"}', "quiet.until: is missing"),
        ('quiet: {from: "24:00", until: "08:00"}', 'quiet.from: must be a time of day such as "21:00"'),
        ("quiet: {from: 21, until: 8:00}", 'quiet.from: must be a time of day such as "21:00"'),
        ("quiet: {from: 21:00, until: ٠٨:00}", 'quiet.until: must be a time of day such as "21:00"'),
        ("quiet: {from: 21:00, until: '21:00'}", "quiet.until: must be another time of day than from"),
        (
            "quiet: {from: 21:00, until: 8:00, zone: Asia/Calcuta}",
            'quiet.zone: "Asia/Calcuta" must be recipient, hook,',
        ),
        ("quiet: {from: 21:00, until: 8:00, zone: /etc/passwd}", "must be recipient, hook, or a time zone"),
        ("quiet: {form: 21:00, from: 21:00, until: 8:00}", 'quiet.form: unknown key; did you mean "from"?'),
        ("limit: {per: hook, count: 3, within: 24h}", "limit.per: must be recipient"),
        ("limit: {per: recipient, count: 0, within: 24h}", "limit.count: must be a number from 1 to 1,000"),
        ("limit: {per: recipient, count: 1001, within: 24h}", "limit.count: must be a number from 1 to 1,000"),
        ("limit: {per: recipient, count: true, within: 24h}", "limit.count: must be a number from 1 to 1,000"),
        ("limit: {per: recipient, count: 3, within: 31d}", "limit.within: may be at most 30d"),
        ("limit: {per: recipient, count: 3}", "limit.within: is missing"),
        ("fallback: [{message: Hi}]", "fallback: does not stand here; write it as push.fallback"),
    ],
)
def test_a_faulty_part_is_one_sentence_with_its_line(part: str, words: str) -> None:
    lines = re.sub(r"^\{(.*)\}$", lambda match: match[1].replace(", send_at", "\nsend_at"), part)
    with pytest.raises(HookFaults) as caught:
        load(lines)
    (fault,) = caught.value.faults
    assert fault.line == 5 + lines.count("\n")
    assert fault.sentence.startswith(words) or words in fault.sentence
