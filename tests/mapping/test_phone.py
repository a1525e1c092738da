"""Numbers as people write them, and the digits Picky Assist takes. Expected values are the numbering plans' own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.phone import PhoneFault, PhoneNumber, diagnose, recipient


@pytest.mark.parametrize(
    ("was", "region", "number"),
    [
        ("+91 98765 43210", "IN", "919876543210"),
        ("+91-98765-43210", "IN", "919876543210"),
        ("(+91) 9876543210", "IN", "919876543210"),
        ("09876543210", "IN", "919876543210"),
        ("098765 43210", "IN", "919876543210"),
        ("919876543210", "IN", "919876543210"),
        ("9876543210", "IN", "919876543210"),
        (9876543210, "IN", "919876543210"),
        ("00919876543210", "IN", "919876543210"),
        ("0091 98765 43210", "GB", "919876543210"),
        ("(415) 555-2671", "US", "14155552671"),
        ("011 91 98765 43210", "US", "919876543210"),
        ("+34 600 000 001", None, "34600000001"),
        ("919876543210", None, "919876543210"),
        ("4155552671.0", "US", "14155552671"),
        ("030/901820", "DE", "4930901820"),
        ("٠٩٨٧٦٥٤٣٢١٠", "IN", "919876543210"),
        ("\u00a0+91\u00a098765\u00a043210\u200e", None, "919876543210"),
    ],
)
def test_a_number_is_understood(was: object, region: str | None, number: str) -> None:
    assert diagnose(was, region=region).number == number


@pytest.mark.parametrize(
    ("was", "region", "words"),
    [
        ("098765 43210", None, "names no country"),
        ("98765 4321", "IN", "has 9 digits"),
        ("9.19E+11", "IN", "rounded by a spreadsheet"),
        ("98765 43210 / 98765 43211", "IN", "not"),
        ("555-555-SHIP", "US", "not a phone number"),
        ("+1 23", None, "not a valid international"),
        ("1" * 70, "IN", "70 characters"),
        (True, "IN", "not a phone number"),
        ("415555267.10", None, "decimals"),
        ("98765-43210 / 98", "IN", "not"),
        ("98765-43210/98", "IN", "not"),
        ("", "IN", "not"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(was: object, region: str | None, words: str) -> None:
    with pytest.raises(PhoneFault, match=words):
        diagnose(was, region=region)


def test_a_repair_says_what_was_and_what_is() -> None:
    (repair,) = diagnose("098765 43210", region="IN", field="phone").repairs
    assert (repair.field, repair.code, repair.was, repair.now) == (
        "phone",
        "national_number",
        "098765 43210",
        "919876543210",
    )


def test_a_number_that_needs_nothing_is_no_repair() -> None:
    assert diagnose("919876543210", region="IN").repairs == ()


def test_a_plus_is_never_national() -> None:
    with pytest.raises(PhoneFault):
        diagnose("+9876543210", region="IN")


def test_national_wins_in_its_region_and_the_doubt_is_noted() -> None:
    # Indian mobiles have ten digits and begin with 6 to 9; +65 9123 4567 is a mobile in Singapore.
    found = diagnose("6591234567", region="IN")
    assert found.number == "916591234567"
    assert found.warnings == ("phone: read as a national number; with a country code it would be a number abroad.",)


def test_a_recipient_that_could_also_be_national_is_noted() -> None:
    found = recipient("6591234567", region="IN")
    assert (found.number, len(found.warnings)) == ("6591234567", 1)


def test_a_recipient_with_a_country_code_needs_no_region() -> None:
    assert recipient("+49 1512 3456789", region="IN").number == "4915123456789"
    assert recipient(PhoneNumber("4915123456789")).repairs == ()


@given(
    st.one_of(st.text(max_size=40), st.integers(), st.text("+0123456789 -()", max_size=20)),
    st.sampled_from([None, "IN", "US", "DE"]),
)
def test_the_doctor_answers_digits_or_a_reason(value: object, region: str | None) -> None:
    try:
        number = diagnose(value, region=region).number
    except PhoneFault:
        return
    assert number.isascii()
    assert number.isdecimal()
    assert 7 <= len(number) <= 15
    assert diagnose(f"+{number}", region=region).number == number
