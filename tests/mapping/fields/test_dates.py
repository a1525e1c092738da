"""Days and moments as CRMs, forms and people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.fields.dates import DateFault, as_code, read_date, read_moment

OLD = dt.datetime(1900, 1, 1)  # noqa: DTZ001 - what it generates has no offset either
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-10", "2026/04/10", "20260410", "10.04.2026", "10.4.2026", "10 April 2026", "10-Apr-2026", "10-April-2026",
        "April 10, 2026", "Apr 10 2026", "10th April 2026", "Friday, 10 April 2026", "10 de abril de 2026", "2026-04-10T09:30:00Z", "2026-04-10 09:30", "April 10, 2026 at 09:30AM",
        "Fri, 10 Apr 2026",
    ],
)  # fmt: skip
def test_a_day_that_can_be_read_in_one_way_is_read(text: str) -> None:
    locale = "es_ES" if "abril" in text else None
    assert read_date(text, locale=locale) == dt.date(2026, 4, 10)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/12/2026", (2026, 12, 25)),
        ("12/25/2026", (2026, 12, 25)),
        ("05/05/2026", (2026, 5, 5)),
        ("25-12-2026", (2026, 12, 25)),
    ],
)
def test_two_numbers_of_which_one_is_no_month_are_unambiguous(text: str, day: tuple[int, int, int]) -> None:
    assert read_date(text) == dt.date(*day)


def test_two_numbers_that_may_be_both_are_not_guessed() -> None:
    with pytest.raises(DateFault, match="two different days"):
        read_date("05/04/2026")
    assert read_date("05/04/2026", formats=["DD/MM/YYYY"]) == dt.date(2026, 4, 5)
    assert read_date("05/04/2026", formats=["MM/DD/YYYY"]) == dt.date(2026, 5, 4)
    assert read_date("05/04/2026", locale="en_IN") == dt.date(2026, 4, 5)
    assert read_date("05/04/2026", locale="en_US") == dt.date(2026, 5, 4)


@pytest.mark.parametrize(
    "text", ["31/02/2026", "2026-13-01", "99.99.2026", "", "tomorrow", "10/04/26", "April", "1" * 70]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(DateFault):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-05T09:30:00+05:30", dt.datetime(2026, 3, 5, 9, 30, tzinfo=INDIA)),
        ("2014-07-28T08:29:07+0530", dt.datetime(2014, 7, 28, 8, 29, 7, tzinfo=INDIA)),
        ("2026-03-05T08:30:00.1234567Z", dt.datetime(2026, 3, 5, 8, 30, 0, 123456, tzinfo=dt.UTC)),
        ("2026-03-05 08:30", dt.datetime(2026, 3, 5, 8, 30)),  # noqa: DTZ001 - it has no offset
        ("March 05, 2026 at 09:30AM", dt.datetime(2026, 3, 5, 9, 30)),  # noqa: DTZ001
        ("March 05, 2026 at 12:30 a.m.", dt.datetime(2026, 3, 5, 0, 30)),  # noqa: DTZ001
        ("05-Mar-2026 21:30:15", dt.datetime(2026, 3, 5, 21, 30, 15)),  # noqa: DTZ001
        ("Thu, 05 Mar 2026 09:30:00 GMT", dt.datetime(2026, 3, 5, 9, 30, tzinfo=dt.UTC)),
        ("1772703000", dt.datetime(2026, 3, 5, 9, 30, tzinfo=dt.UTC)),
        ("1772703000000", dt.datetime(2026, 3, 5, 9, 30, tzinfo=dt.UTC)),
        ("2026-03-05", dt.datetime(2026, 3, 5)),  # noqa: DTZ001
    ],
)
def test_a_moment_is_read(text: str, moment: dt.datetime) -> None:
    found = read_moment(text)
    assert (found, found.utcoffset()) == (moment, moment.utcoffset())


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("DD/MM/YYYY HH:mm", "05/03/2026 09:30"),
        ("dd-MMM-yyyy HH:mm", "05-Mar-2026 09:30"),
        ("dd-MMMM-yyyy HH:mm", "05-March-2026 09:30"),
        ("MM/DD/YY hh:mm A", "03/05/26 09:30 AM"),
        ("%d.%m.%y %H:%M", "05.03.26 09:30"),
        ("D MMM, YYYY h:mm a", "5 Mar, 2026 9:30 AM"),
    ],
)
def test_a_format_is_written_as_people_know_it(pattern: str, text: str) -> None:
    assert read_moment(text, formats=["YYYY", pattern]) == dt.datetime(2026, 3, 5, 9, 30)  # noqa: DTZ001


def test_a_month_may_be_named_in_the_language_of_the_hook() -> None:
    assert read_date("5 März 2026", locale="de_DE") == dt.date(2026, 3, 5)
    assert read_date("5. März 2026", formats=["D. MMMM YYYY"], locale="de_DE") == dt.date(2026, 3, 5)


@pytest.mark.parametrize("pattern", ["foo", "", "%", "%Q", "HH:mm"])
def test_what_is_no_format_is_told(pattern: str) -> None:
    with pytest.raises(DateFault, match="is not a date format"):
        as_code(pattern)


@given(st.text(max_size=70))
def test_no_text_brings_anything_but_a_moment_or_a_fault(text: str) -> None:
    for read in (read_date, read_moment):
        try:
            found = read(text)
        except (DateFault, OverflowError, OSError):
            continue
        assert isinstance(found, dt.date)


@given(st.datetimes(min_value=OLD, max_value=OLD + dt.timedelta(days=100_000)))
def test_iso_is_read_back(moment: dt.datetime) -> None:
    assert read_moment(moment.isoformat()) == moment
    assert read_date(moment.isoformat()) == moment.date()
