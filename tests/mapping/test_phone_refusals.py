"""What the number doctor refuses, its reasons, and what a person may choose from."""

from __future__ import annotations

import re
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from adapter.mapping.phone import REFUSALS, PhoneFault, diagnose, recipient

MODULES = sorted((Path(__file__).resolve().parents[2] / "adapter/mapping/phone").glob("*.py"))


def fault_of(was: Any, region: str | None) -> PhoneFault:
    with pytest.raises(PhoneFault) as caught:
        diagnose(was, region=region)
    return caught.value


@pytest.mark.parametrize(
    ("was", "region", "code", "words"),
    [
        ("98765 4321", "IN", "too_short", '"98765 4321" has 9 digits; a mobile number in India has 10.'),
        ("098765 4321", "IN", "too_short", "has 9 digits behind the 0; a mobile number in India has 10"),
        ("0151 234", "DE", "too_short", "has 6 digits behind the 0; a mobile number in Germany has 10 or 11"),
        ("555-2671", "US", "too_short", "has 7 digits; a mobile number in the United States has 10"),
        ("+91 98765 4321", "IN", "too_short", "behind +91 a mobile number in India has 10 digits, here are 9"),
        ("00919876543", None, "too_short", "behind +91 a mobile number in India has 10 digits, here are 7"),
        ("98765 432101", "IN", "too_long", "has 11 digits; a mobile number in India has 10"),
        ("12345", None, "too_short", "has 5 digits; a phone number with its country code has 7 to 15"),
        (98765432, "IN", "too_short", '"98765432" has 8 digits; a mobile number in India has 10.'),
        ("01234 56789", "IN", "too_short", "has 9 digits behind the 0"),
        ("55555 43210", "IN", "not_valid", "no number there begins like this"),
        ("+44 07700 900123", None, "not_valid", "no number in the United Kingdom begins like this"),  # for films (Ofcom)
        ("+999 12345678", None, "not_valid", "no country has that code"),
        ("098765 43210", None, "no_country", "this hook names no country"),
        ("098765 43210", "XX", "no_country", "this hook names no country"),
        ("9.19E+11", "IN", "rounded", "rounded by a spreadsheet; its last digits are lost. Format the column as text"),
        ("9,19877E+11", "IN", "rounded", "rounded by a spreadsheet"),
        ("9.87654321E9", "IN", "rounded", "rounded by a spreadsheet"),  # the last digit may have been 0, or not
        (Decimal("9.19E+11"), "IN", "rounded", "rounded by a spreadsheet"),
        ("9E+999999999", "IN", "letters", "is not a phone number"),
        ("987654321.50", "IN", "decimals", "decimals"),
        ("555-555-SHIP", "US", "letters", "is not a phone number: it has letters"),
        ("1-800-FLOWERS", "US", "letters", "it has letters"),
        ("call me", "IN", "letters", "it has letters"),
        ("Fax: 98765 43210", "IN", "letters", "it has letters"),
        ("O98765 43210", "IN", "letters", "it has letters"),
        ("https://example.com/919876543210", "IN", "letters", "is not a phone number"),
        ("+9876543210", "IN", "too_short", "is not a valid international number"),
        ("112", "DE", "too_short", "has 3 digits"),
        ("911", "US", "too_short", "has 3 digits"),
        ("12+34567890", "IN", "not_one", "is not one phone number"),
        ("$9876543210", "IN", "not_one", "is not one phone number"),
        ("", "IN", "empty", "it is empty"),
        (" \u200b ", "IN", "empty", "it is empty"),
        ("-", "IN", "empty", "it is empty"),
        (-9876543210, "IN", "not_a_number", "not a phone number"),
        (10**400, "IN", "not_a_number", "not a phone number"),
        (float("inf"), "IN", "not_a_number", "not a phone number"),
        (Decimal("sNaN"), "IN", "not_a_number", "not a phone number"),
        ({"a": 1}, "IN", "not_a_number", "not a phone number"),
        (None, "IN", "not_a_number", "not a phone number"),
        ("1" * 61, "IN", "too_long", "61 characters"),
        ("https://wa.me/" + "1" * 3000, "IN", "too_long", "3,014 characters"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_reason(was: Any, region: str | None, code: str, words: str) -> None:
    fault = fault_of(was, region)
    assert fault.code == code
    assert words in str(fault)
    assert fault.candidates == ()


@pytest.mark.parametrize(
    "was",
    [
        "98765 43210 / 98765 43211", "98765 43210, 98765 43211", "98765 43210 or 98765 43211", "98765 43210 & 98765 43211",
        "98765 43210\n98765 43211", "98765 43210; 98765 43211", "98765 43210 | 98765 43211", "98765 43210 98765 43211",
        "9876543210/9876543211", "9876543210,9876543211", "Mobile: 98765 43210, Home: 98765 43211",
        "98765 43210 ext 1 / +91 98765 43211", "+919876543210 +919876543211",
    ],
)  # fmt: skip
def test_two_numbers_are_offered_to_a_person(was: str) -> None:
    fault = fault_of(was, "IN")
    assert fault.code == "two_numbers"
    assert "are two numbers, so it is not known which one is meant" in str(fault)
    assert fault.candidates == ("919876543210", "919876543211")


def test_three_numbers_are_counted() -> None:
    assert "are three numbers" in str(fault_of("98765 43210, 98765 43211, 98765 43212", "IN"))


@pytest.mark.parametrize("was", ["98765 43210 / 98765 4321", "98765-43210/98", "98765 43210 / N.A."])
def test_a_good_number_beside_something_else_is_offered_alone(was: str) -> None:
    fault = fault_of(was, "IN")
    assert fault.code in {"two_numbers", "not_one"}
    assert fault.candidates == ("919876543210",)


def test_two_numbers_without_area_codes_are_not_put_together() -> None:
    assert fault_of("234567/345678", "DE").code == "two_numbers"


def test_an_old_mobile_number_that_also_exists_abroad_is_not_guessed() -> None:
    # Area 47 in Brazil with eight digits needs a ninth; +47 912 34 567 is a mobile number in Norway as it stands.
    fault = fault_of("(47) 9123-4567", "BR")
    assert fault.code == "ambiguous"
    assert fault.candidates == ("5547991234567", "4791234567")
    assert "+5547991234567 in Brazil or +4791234567 in Norway" in str(fault)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_emergency_and_short_numbers_are_never_taken(region: str) -> None:
    for number in ("110", "112", "911", "999", "100", "1091"):
        with pytest.raises(PhoneFault):
            diagnose(number, region=region)


def test_every_refusal_says_what_to_do() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES if path.name != "codes.py")
    codes = set(re.findall(r'code=.*?"(\w+)"', source)) | set(re.findall(r'else "(too_\w+)"', source)) | {"not_valid"}
    assert codes == REFUSALS.keys()


@pytest.mark.parametrize(
    "was",
    [
        "1 " * 30, "(" * 59 + "1", "1," * 30, "1/" * 30, " or 1" * 12, "x" * 60, "(0)" * 20, "+" * 59 + "1", "0" * 60,
        "mobile " * 8 + "1", "1 2/3 4/" * 7, "#1" * 30, "wa.me/" + "%" * 1990, "whatsapp://send?" + "phone=&" * 280,
        "9" + " " * 58 + "9", "=\"'" * 20,
    ],
)  # fmt: skip
def test_a_hostile_text_takes_no_time(was: str) -> None:
    start = time.perf_counter()
    for region in ("DE", "BR", "AR", None):
        with pytest.raises(PhoneFault):
            diagnose(was, region=region)
        with pytest.raises(PhoneFault):
            recipient(was, region=region)
    assert time.perf_counter() - start < 1
