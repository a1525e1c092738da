"""`send_at`: the moment a message leaves, across clock changes, for every kind of value, and what it refuses."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapter.errors import HookError, InvalidFields
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook
from adapter.mapping.render import leaves_at

BERLIN, NEW_YORK, KOLKATA, KATHMANDU = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu")
)
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).timestamp()


def hook(expression: str, zone: str = "Europe/Berlin") -> Hook:
    text = (
        f'source: form\nauth: none\ntimezone: {zone}\nfields: {{x: {{type: datetime}}, y: {{type: date}}}}\nsend_at: "{expression}"\n'
        "push: {to: '919876543210', message: Hi}\n"
    )
    return load_hook("h", text, Surroundings())


def leaves(expression: str, x: Any, zone: str = "Europe/Berlin", *, now: float = NOW) -> str | None:
    """The moment as ISO 8601 in UTC."""
    found = leaves_at(hook(f"{{{{ {expression} }}}}", zone), {"x": x, "y": None}, now=now)
    return None if found is None else dt.datetime.fromtimestamp(found, dt.UTC).strftime("%Y-%m-%dT%H:%M")


def at(text: str, zone: dt.tzinfo | None = None) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("expression", "utc"),
    [
        ("x", "2026-05-10T13:00"),
        ("x - 1 day", "2026-05-09T13:00"),
        ("x - 1 days", "2026-05-09T13:00"),
        ("x-2days", "2026-05-08T13:00"),
        ("x - 1 week", "2026-05-03T13:00"),
        ("x + 2 weeks", "2026-05-24T13:00"),
        ("x - 1 hour", "2026-05-10T12:00"),
        ("x - 90 minutes", "2026-05-10T11:30"),
        ("x - 1 day + 2 hours - 1 minute", "2026-05-09T14:59"),
        ("x - (1 day + 2 hours)", "2026-05-09T11:00"),
        ("x - (1 day - 2 hours)", "2026-05-09T15:00"),
        ("-1 day + x", "2026-05-09T13:00"),
        ("x - 1 day if y is none else x", "2026-05-09T13:00"),
        ("x if 1 in [1, 2] else x + 1 day", "2026-05-10T13:00"),
    ],
)
def test_spans_are_added_and_taken(expression: str, utc: str) -> None:
    assert leaves(expression, at("2026-05-10T15:00", BERLIN)) == utc  # in May Berlin is two hours ahead


@pytest.mark.parametrize(
    ("zone", "x", "expression", "utc"),
    [
        # Europe/Berlin: from +1 to +2 on 29 March 2026 at 02:00, back on 25 October at 03:00
        (BERLIN, "2026-03-29T18:00", "x - 1 day", "2026-03-28T17:00"),
        (BERLIN, "2026-03-29T18:00", "x - 24 hours", "2026-03-28T16:00"),
        (BERLIN, "2026-03-28T18:00", "x + 1 day", "2026-03-29T16:00"),
        (BERLIN, "2026-10-25T18:00", "x - 1 day", "2026-10-24T16:00"),
        (BERLIN, "2026-10-25T18:00", "x - 24 hours", "2026-10-24T17:00"),
        (BERLIN, "2026-11-01T09:00", "x - 1 week", "2026-10-25T08:00"),
        # America/New_York: from -5 to -4 on 8 March 2026 at 02:00, back on 1 November at 02:00
        (NEW_YORK, "2026-03-08T18:00", "x - 1 day", "2026-03-07T23:00"),
        (NEW_YORK, "2026-03-08T18:00", "x - 24 hours", "2026-03-07T22:00"),
        (NEW_YORK, "2026-11-01T18:00", "x - 1 day", "2026-10-31T22:00"),
        (NEW_YORK, "2026-11-01T18:00", "x - 1440 minutes", "2026-10-31T23:00"),
        # no clock ever changes there
        (KOLKATA, "2026-03-29T18:00", "x - 1 day", "2026-03-28T12:30"),
        (KATHMANDU, "2026-03-29T18:00", "x - 1 day", "2026-03-28T12:15"),
    ],
)
def test_a_day_keeps_the_time_of_day_and_hours_pass_as_they_do(
    zone: ZoneInfo, x: str, expression: str, utc: str
) -> None:
    assert leaves(expression, at(x, zone), str(zone)) == utc


@pytest.mark.parametrize(
    ("zone", "x", "expression", "utc"),
    [
        (BERLIN, "2026-03-28T02:30", "x + 1 day", "2026-03-29T01:30"),  # 02:30 is jumped over: 03:30
        (BERLIN, "2026-03-30T02:30", "x - 1 day", "2026-03-29T01:30"),
        (NEW_YORK, "2026-03-07T02:15", "x + 1 day", "2026-03-08T07:15"),  # 03:15
        (BERLIN, "2026-10-24T02:30", "x + 1 day", "2026-10-25T00:30"),  # the first of the two 02:30
        (NEW_YORK, "2026-11-02T01:30", "x - 1 day", "2026-11-01T05:30"),
    ],
)
def test_an_hour_that_is_jumped_over_is_later_and_of_two_the_first_counts(
    zone: ZoneInfo, x: str, expression: str, utc: str
) -> None:
    assert leaves(expression, at(x, zone), str(zone)) == utc


@pytest.mark.parametrize(
    ("x", "utc"), [("2026-03-29T02:30", "2026-03-29T01:30"), ("2026-10-25T02:30", "2026-10-25T00:30")]
)
def test_a_moment_without_an_offset_is_meant_in_the_hooks_zone(x: str, utc: str) -> None:
    assert leaves("x", at(x)) == utc
    assert leaves("x - 0 days", at(x)) == utc


@pytest.mark.parametrize(
    ("zone", "x", "expression", "utc"),
    [
        ("Asia/Kolkata", "2026-04-10", "x", "2026-04-09T18:30"),
        ("Asia/Kolkata", "2026-04-10", "x - 1 day", "2026-04-08T18:30"),
        ("Asia/Kolkata", "2026-04-10", "x - 1 day + 10 hours", "2026-04-09T04:30"),
        ("Europe/Berlin", "2026-03-30", "x", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-03-30", "x - 1 day", "2026-03-28T23:00"),
        ("Europe/Berlin", "2026-03-29", "x + 10 hours", "2026-03-29T09:00"),  # 11:00 there: an hour is missing
        ("Africa/Cairo", "2026-04-24", "x", "2026-04-23T22:00"),  # midnight is jumped over: it is 01:00
    ],
)
def test_a_date_is_its_midnight_in_the_hooks_zone(zone: str, x: str, expression: str, utc: str) -> None:
    assert leaves(expression, dt.date.fromisoformat(x), zone) == utc


def test_a_day_before_a_moment_with_an_offset_is_counted_in_the_hooks_zone() -> None:
    moment = dt.datetime.fromisoformat("2026-03-29T16:00+00:00")  # 18:00 in Berlin, on the day of the change
    assert leaves("x - 1 day", moment) == "2026-03-28T17:00"
    assert leaves("x - 1 day", moment.replace(tzinfo=ZoneInfo("UTC"))) == "2026-03-28T17:00"
    assert leaves("x - 1 day", moment, "Asia/Kolkata") == "2026-03-28T16:00"


def test_a_moment_of_a_field_with_its_own_zone_keeps_the_time_of_day_there() -> None:
    assert leaves("x - 1 day", at("2026-03-29T18:00", BERLIN), "Asia/Kolkata") == "2026-03-28T17:00"


@pytest.mark.parametrize("expression", ["x", "x - 1 day", "1 hour + x", "x - (1 day + 2 hours)", "none", "y"])
def test_a_missing_value_is_no_moment(expression: str) -> None:
    assert leaves(expression, None) is None


def test_a_moment_may_be_past() -> None:
    assert leaves("x - 1 day", at("2020-01-02T00:00", BERLIN)) == "2019-12-31T23:00"


def test_up_to_366_days_ahead_are_taken_and_more_are_an_error_of_the_field() -> None:
    last = dt.datetime.fromtimestamp(NOW, dt.UTC) + dt.timedelta(days=366)
    assert leaves("x", last) == "2027-03-02T00:00"
    with pytest.raises(InvalidFields) as caught:
        leaves("x + 1 minute", last)
    assert caught.value.sentence == (
        "send_at is 2027-03-02 01:01, more than 366 days ahead; correct the date where it came from."
    )
    assert caught.value.fields == {"send_at": [caught.value.sentence]}
    with pytest.raises(InvalidFields):
        leaves("x", dt.date.max)


@pytest.mark.parametrize(
    ("expression", "x", "words"),
    [
        ("x", "tomorrow", '"tomorrow" is no date or time; give its field the type date or datetime'),
        ("x - 1 day", "tomorrow", 'x - 1 day: "tomorrow" is no date or time'),
        ("x", 1780000000, '"1780000000" is no date or time'),
        ("x", dt.time(9), '"09:00:00" is no date or time'),
        ("1 day", None, '"a span of time" is no date or time'),
        ("x - x", dt.date(2026, 4, 10), '"0:00:00" is no date or time'),
        ("2 * 1 day", None, "works on numbers only"),
        ("x + 1 day", dt.date.max, "date value out of range"),
        ("x", dt.date.min, "x is out of the range of dates"),
        ("x.nothing", dt.date(2026, 4, 10), "nothing"),
        ("x | date", dt.date(2026, 4, 10), "is no date or time"),
        ("[x, x]", dt.date(2026, 4, 10), "is no date or time"),
    ],
)
def test_what_gives_no_moment_is_a_fault_of_the_hook(expression: str, x: Any, words: str) -> None:
    with pytest.raises(HookError, match=re.escape(words)) as caught:
        leaves(expression, x)
    assert caught.value.sentence.startswith("send_at of hook h failed: ")


@pytest.mark.parametrize(
    ("send_at", "words"),
    [
        ("2026-04-10", "must be one expression such as"),
        ("{{ x }} {{ y }}", "must be one expression such as"),
        ("{{ x }}.", "must be one expression such as"),
        ("", "must be one expression such as"),
        ("{% for one in x %}{{ one }}{% endfor %}", "must be one expression such as"),
        ("{{ appointment - 1 day }}", '"appointment" is no field of this hook; fields are x, y'),
        ("{{ x - }}", "the template does not compile"),
        ("{{ x - 1 month }}", "a span of time is a whole number of weeks, days, hours or minutes, such as 1 day"),
        ("{{ x - 30 seconds }}", "a span of time is a whole number"),
        ("{{ x - 1.5 hours }}", "a span of time is a whole number"),
        ("{{ x - 1 day 2 hours }}", "join spans of time with + or -, such as 1 day + 2 hours"),
        ("{{ 1 day (x) }}", "join spans of time with + or -"),
        ("{{ x + 3661 days }}", "a span of time is at most 3,660 days"),
        ("{{ x - 9999999999 days }}", "a span of time is at most 3,660 days"),
        (f"{{{{ x - {'9' * 5_000} days }}}}", "the template does not compile"),
        (f"{{{{ {'(' * 3_000}x{')' * 3_000} }}}}", "the template does not compile: it nests too deeply"),
        (f"{{{{ x{' + 1 day' * 3_000} }}}}", "the template does not compile: it nests too deeply"),
        ("{{ x | span of time('day') }}", "the template does not compile"),
        ("{{ self }}", "self does not exist here"),
    ],
)
def test_a_faulty_expression_is_found_while_the_hook_loads(send_at: str, words: str) -> None:
    with pytest.raises(HookFaults) as caught:
        load_hook(
            "h",
            "source: form\nauth: none\nfields: {x: {}, y: {}}\nsend_at: |-\n  %s\n"
            "push: {to: '919876543210', message: Hi}\n" % (send_at or "''"),
            Surroundings(),
        )
    (fault,) = caught.value.faults
    assert fault.line == 5
    assert fault.sentence.startswith("send_at: ")
    assert words in fault.sentence


def test_a_loop_over_much_is_stopped() -> None:
    big = "x | map('upper') | join(',')"
    with pytest.raises(HookError, match="more than"):
        leaves(big, ["a" * 1_000] * 5_000)


def test_spans_are_no_part_of_other_texts() -> None:
    text = "source: form\nauth: none\nfields: {x: {}}\nwhen: x > 1 day\npush: {to: '919876543210', message: Hi}\n"
    with pytest.raises(HookFaults, match="when: the template does not compile"):
        load_hook("h", text, Surroundings())


def test_a_text_inside_the_expression_stays_a_text() -> None:
    assert leaves("x if y != '1 day' else none", dt.date(2026, 4, 10)) == "2026-04-09T22:00"


def test_a_field_may_be_called_like_a_unit() -> None:
    text = (
        "source: form\nauth: none\nfields: {day: {type: date}, hours: {}}\n"
        "send_at: \"{{ day - 1 day if hours is none else none }}\"\npush: {to: '919876543210', message: Hi}\n"
    )
    found = leaves_at(
        load_hook("h", text, Surroundings()), {"day": dt.date(2026, 3, 2), "hours": None}, now=NOW
    )  # fmt: skip
    assert found == NOW


@pytest.mark.parametrize(
    ("field", "expression", "faults", "doubts"),
    [
        ("{}", "x", ["send_at: uses no field of the type date or datetime; give its field one of them"], 0),
        ("{type: date}", "x - 1", [], 1),
        ("{type: date}", "x - 1 day", [], 0),
        ("{type: datetime}", "x if x else none", [], 0),
    ],
)
def test_what_hardly_works_for_any_value_is_found_while_the_hook_loads(
    field: str, expression: str, faults: list[str], doubts: int
) -> None:
    text = (
        f"source: form\nauth: none\nfields: {{x: {field}}}\nsend_at: '{{{{ {expression} }}}}'\n"
        "push: {to: '919876543210', message: Hi}\n"
    )
    found: list[str] = []
    try:
        loaded = load_hook("h", text, Surroundings()).doubts
    except HookFaults as told:
        found, loaded = [fault.sentence for fault in told.faults], ()
    assert (found, len(loaded)) == (faults, doubts)
    assert all("A span of time is written as 1 day" in doubt.sentence for doubt in loaded)
