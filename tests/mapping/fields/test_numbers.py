"""Numbers in the spellings of people, shops and spreadsheets; expected values by the conventions of each country."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.fields.numbers import NumberFault, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1299.50", "1299.50"),
        ("1,299.50", "1299.50"),
        ("1.299,50", "1299.50"),
        ("1 299,50", "1299.50"),
        ("1\u00a0299,50", "1299.50"),
        ("1\u202f299,50 €", "1299.50"),
        ("1'299.50", "1299.50"),
        ("1\u2019299.50", "1299.50"),
        ("1299,5", "1299.5"),
        ("1.299.500", "1299500"),
        ("1,299,500", "1299500"),
        ("1,25,000", "125000"),
        ("1,25,000.00", "125000.00"),
        ("₹1,299", "1299"),
        ("₹ 1,299.00", "1299.00"),
        ("Rs. 1,25,000.00", "125000.00"),
        ("Rs 1,299", "1299"),
        ("$1,299", "1299"),
        ("€1.299", "1299"),
        ("1.299 €", "1299"),
        ("R$ 1.299,50", "1299.50"),
        ("US$ 12", "12"),
        ("12,50 EUR", "12.50"),
        ("INR 1299.50", "1299.50"),
        ("CHF 1'299.50", "1299.50"),
        ("KWD 1.250", "1.250"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("12345,678", "12345.678"),
        ("-5", "-5"),
        ("\u22125.5", "-5.5"),
        ("- 5", "-5"),
        ("-₹5", "-5"),
        ("+7", "7"),
        ("०१२३", "123"),
        ("١٢٫٥", "12.5"),
        ("  42  ", "42"),
    ],
)
def test_an_unambiguous_number_is_read(text: str, number: str) -> None:
    assert read_number(text)[0] == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lots",
        "(5)",
        "1.2.3",
        "1,2,3",
        "12-13",
        "5 000 00",
        "1,299.50,00",
        "A12",
        "12B",
        "1e5",
        "--5",
        "5-",
        "1..2",
        ".",
        "5,000 - 10,000",
        "9" * 61,
        "12 apples",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NumberFault, match="is not a number"):
        read_number(text)


def test_a_comma_before_three_digits_needs_to_know_the_country() -> None:
    with pytest.raises(NumberFault, match="two ways"):
        read_number("1,299")
    assert read_number("1,299", locale="en")[0] == 1299
    assert read_number("1,299", locale="de_DE")[0] == Decimal("1.299")


def test_a_point_before_three_digits_is_a_decimal_point_and_said() -> None:
    number, doubt = read_number("1.299")
    assert number == Decimal("1.299")
    assert doubt is not None
    assert "locale" in doubt
    assert read_number("1.299", locale="de_DE") == (Decimal(1299), None)
    assert read_number("1.299", locale="en_US") == (Decimal("1.299"), None)


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=2))
def test_every_plain_number_with_two_decimals_is_itself(value: Decimal) -> None:
    assert read_number(f"{value:f}") == (value, None)
    assert read_number(f"{value:,f}")[0] == value


@given(st.text(max_size=80))
def test_no_text_brings_anything_but_a_number_or_a_fault(text: str) -> None:
    try:
        number, _ = read_number(text)
    except NumberFault:
        return
    assert number.is_finite()
