"""The repairs of the number doctor, one by one. Expected values are those of the numbering plans."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.phone import REPAIRS, PhoneFault, diagnose, recipient, region_of

MODULES = sorted((Path(__file__).resolve().parents[2] / "adapter/mapping/phone").glob("*.py"))


def codes(was: Any, region: str | None) -> tuple[str, list[str]]:
    found = diagnose(was, region=region)
    return found.number, [one.code for one in found.repairs]


@pytest.mark.parametrize(
    ("was", "region", "number", "repairs"),
    [
        ("919876543210", "IN", "919876543210", []),
        ("098765 43210", "IN", "919876543210", ["national_number"]),
        ("+91 98765-43210", None, "919876543210", ["separators"]),
        ("0091 98765 43210", None, "919876543210", ["exit_prefix"]),
        ("011 91 98765 43210", "US", "919876543210", ["exit_prefix"]),
        (" 919876543210", None, "919876543210", ["lost_plus"]),
        (" 919876543210", "IN", "919876543210", []),
        ("+44 (0)20 7946 0958", None, "442079460958", ["optional_zero", "separators"]),
        ("0044 (0) 20 7946 0958", None, "442079460958", ["optional_zero", "exit_prefix"]),
        ("+91 098765 43210", None, "919876543210", ["trunk_zero"]),
        ("+44 07400 123456", None, "447400123456", ["trunk_zero"]),
        ("91098765 43210", "IN", "919876543210", ["trunk_zero"]),
        ("+91 91 98765 43210", None, "919876543210", ["country_code_twice"]),
        ("0091-91-98765-43210", None, "919876543210", ["country_code_twice"]),
        ("9191 98765 43210", "IN", "919876543210", ["country_code_twice"]),
        ("'098765 43210", "IN", "919876543210", ["apostrophe", "national_number"]),
        ('="9876543210"', "IN", "919876543210", ["apostrophe", "national_number"]),
        ("9876543210.0", "IN", "919876543210", ["decimal_zero", "national_number"]),
        ("919876543210.00", None, "919876543210", ["decimal_zero"]),
        (Decimal("9876543210.0"), "IN", "919876543210", ["json_number", "decimal_zero", "national_number"]),
        (9876543210, "IN", "919876543210", ["json_number", "national_number"]),
        ("9.19876543210E11", None, "919876543210", ["exponent"]),
        (Decimal("9.19876543210E11"), None, "919876543210", ["json_number"]),
        ("९८७६५४३२१०", "IN", "919876543210", ["characters", "national_number"]),
        ("\u202a+91 98765 43210\u202c", None, "919876543210", ["characters", "separators"]),
        ("+91\u00a098765\u00a043210", None, "919876543210", ["separators"]),
        ("tel:+91-98765-43210", None, "919876543210", ["link", "separators"]),
        ("tel:+91-98765-43210;ext=12", None, "919876543210", ["link", "extension", "separators"]),
        ("whatsapp:+919876543210", None, "919876543210", ["link", "separators"]),
        ("https://wa.me/919876543210", "IN", "919876543210", ["link", "separators"]),
        ("https://wa.me/919876543210?text=Hi%20there", None, "919876543210", ["link", "separators"]),
        ("https://api.whatsapp.com/send?phone=919876543210&text=Hi", None, "919876543210", ["link", "separators"]),
        ("whatsapp://send?phone=919876543210", None, "919876543210", ["link", "separators"]),
        ("(415) 555-2671 ext. 12", "US", "14155552671", ["extension", "national_number"]),
        ("415-555-2671 x12", "US", "14155552671", ["extension", "national_number"]),
        ("+1 415 555 2671 #12", None, "14155552671", ["extension", "separators"]),
        ("Mobile: 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("WhatsApp +91 98765 43210", None, "919876543210", ["label", "separators"]),
        ("(M) 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("Tel. 030 901820", "DE", "4930901820", ["label", "national_number"]),
        ("98765 43210 (WhatsApp)", "IN", "919876543210", ["label", "national_number"]),
        ("030/901820", "DE", "4930901820", ["national_number"]),
        ("11 8123-4567", "BR", "5511981234567", ["brazil_nine"]),
        ("+55 11 8123-4567", None, "5511981234567", ["brazil_nine"]),
        ("(011) 98123-4567", "BR", "5511981234567", ["national_number"]),
        ("011 15 2345-6789", "AR", "5491123456789", ["argentina_nine"]),
        ("+54 11 15 2345-6789", None, "5491123456789", ["argentina_nine"]),
        ("+54 9 11 15 2345 6789", None, "5491123456789", ["argentina_nine"]),
        ("+54 9 11 2345-6789", None, "5491123456789", ["separators"]),
        ("+52 1 55 1234 5678", None, "525512345678", ["mexico_one"]),
        ("044 55 1234 5678", "MX", "525512345678", ["mexico_one"]),
        ("+39 02 1234567", None, "39021234567", ["separators"]),
        ("02 1234567", "IT", "39021234567", ["national_number"]),
        ("98765 43210 / 098765 43210", "IN", "919876543210", ["same_number_twice", "national_number"]),
        ("+91 98765 43210, 9876543210", "IN", "919876543210", ["same_number_twice", "separators"]),
    ],
)  # fmt: skip
def test_a_number_is_repaired_step_by_step(was: Any, region: str | None, number: str, repairs: list[str]) -> None:
    assert codes(was, region) == (number, repairs)


def test_each_repair_begins_where_the_one_before_ended() -> None:
    found = diagnose("tel:+91-98765-43210;ext=12", region=None)
    assert [(one.was, one.now) for one in found.repairs] == [
        ("tel:+91-98765-43210;ext=12", "+91-98765-43210;ext=12"),
        ("+91-98765-43210;ext=12", "+91-98765-43210"),
        ("+91-98765-43210", "919876543210"),
    ]


@pytest.mark.parametrize(
    ("was", "region", "code", "words"),
    [
        ("98765 4321", "IN", "too_short", '"98765 4321" has 9 digits; a mobile number in India has 10.'),
        ("98765 432101", "IN", "too_long", "has 11 digits; a mobile number in India has 10"),
        ("+91 98765 4321", None, "too_short", "behind [+]91 a mobile number in India has 10 digits, here are 9"),
        ("+999 12345678", None, "not_valid", "no country has that code"),
        ("098765 43210", None, "no_country", "names no country"),
        ("9.19E+11", "IN", "rounded", "rounded by a spreadsheet; its last digits are lost"),
        ("9,19877E+11", "IN", "rounded", "rounded by a spreadsheet"),
        (Decimal("9.19E+11"), "IN", "rounded", "rounded by a spreadsheet"),
        ("98765 43210 / 98765 43211", "IN", "two_numbers", "are two numbers, so it is not known which one is meant"),
        ("98765 43210, 98765 43211", "IN", "two_numbers", "are two numbers"),
        ("98765 43210 or 98765 43211", "IN", "two_numbers", "are two numbers"),
        ("98765 43210\n98765 43211", "IN", "two_numbers", "are two numbers"),
        ("98765 43210 & 98765 43211", "IN", "two_numbers", "are two numbers"),
        ("98765 43210; 98765 4321", "IN", "two_numbers", "are two numbers"),
        ("555-555-SHIP", "US", "letters", "is not a phone number"),
        ("call me", "IN", "letters", "is not a phone number"),
        ("112", "DE", "not_valid|too_short", "112"),
        ("100", "IN", "too_short", "has 3 digits"),
        ("987654321.50", "IN", "decimals", "decimals"),
        ("12+34567890", "IN", "not_one", "not one phone number"),
        ("++91 98765 43210", None, "not_one", "not one phone number"),
        ("https://example.com/919876543210", "IN", "letters", "is not a phone number"),
        ({"a": 1}, "IN", "letters", "not a phone number"),
        (None, "IN", "letters", "not a phone number"),
        ("1" * 61, "IN", "too_long", "61 characters"),
    ],
)
def test_what_is_not_one_valid_number_is_refused_with_a_reason(
    was: Any, region: str | None, code: str, words: str
) -> None:
    with pytest.raises(PhoneFault, match=words) as caught:
        diagnose(was, region=region)
    assert re.fullmatch(code, caught.value.code)


def test_two_numbers_are_offered_to_a_person() -> None:
    with pytest.raises(PhoneFault) as caught:
        diagnose("98765 43210 / 98765 43211", region="IN")
    assert caught.value.candidates == ("919876543210", "919876543211")


def test_what_could_be_a_number_abroad_too_is_said() -> None:
    found = diagnose("8612345678", region="IN")  # a mobile number in India; +86 12345678 is none in China
    assert (found.number, found.warnings) == ("918612345678", ())
    doubtful = diagnose("4930901820", region="US")  # (493) is no area code, so this is Berlin
    assert doubtful.number == "4930901820"
    both = diagnose("6565551234", region="US")  # (656) is Tampa; +65 6555 1234 is Singapore
    assert both.number == "16565551234"
    assert both.warnings == ("phone: read as a national number; with a country code it would be a number abroad.",)


def test_an_argentine_landline_stays_and_is_doubted() -> None:
    found = diagnose("+54 11 2345-6789", region=None)
    assert found.number == "541123456789"
    assert found.warnings == ("phone: read as a landline; a mobile number in Argentina has a 9 behind the 54.",)


def test_a_recipient_with_a_country_code_is_not_mended() -> None:
    assert recipient("+91 98765-43210").number == "919876543210"
    with pytest.raises(PhoneFault):
        recipient("098765 43210")
    assert recipient("098765 43210", region="IN").number == "919876543210"


def test_every_repair_has_a_sentence() -> None:
    seen = set()
    for was, region in [("098765 43210", "IN"), ("tel:+91-98765-43210;ext=12", None), ("+52 1 55 1234 5678", None)]:
        seen |= {one.code for one in diagnose(was, region=region).repairs}
    assert seen <= REPAIRS.keys()
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    unknown = {code for code in REPAIRS if f'"{code}"' not in source}
    assert not unknown


@pytest.mark.parametrize(
    ("value", "region"),
    [
        ("IN", "IN"), ("in", "IN"), (" India ", "IN"), ("IND", "IN"), ("Indien", "IN"), ("भारत", "IN"), ("+91", "IN"),
        ("91", "IN"), (91, "IN"), ("0091", "IN"), ("USA", "US"), ("United States", "US"), ("+1", "US"), (1, "US"),
        ("UK", "GB"), ("United Kingdom", "GB"), ("+44", "GB"), ("UAE", "AE"), ("Deutschland", "DE"), ("España", "ES"),
        ("espana", "ES"), ("Brasil", "BR"), ("México", "MX"), ("Côte d'Ivoire", "CI"), ("+1-684", "US"), ("Türkiye", "TR"),
        ("", None), ("Atlantis", None), ("+999", None), ("XX", None), (True, None), (None, None), ("0", None),
        ("x" * 100, None), (["IN"], None), (98765, None),
    ],
)  # fmt: skip
def test_a_country_is_known_however_it_is_written(value: Any, region: str | None) -> None:
    assert region_of(value) == region


REGIONS = st.sampled_from([None, "IN", "US", "DE", "BR", "AR", "MX", "IT", "GB", "SG"])
DIALLED = st.text(alphabet="0123456789+() -./x,;:eE'\u00a0\u0966", max_size=30)


@given(st.one_of(DIALLED, st.text(max_size=70), st.integers(-(10**20), 10**20), st.decimals(allow_nan=True)), REGIONS)
def test_what_comes_out_is_digits_with_country_code_and_reads_as_itself(value: Any, region: str | None) -> None:
    try:
        found = diagnose(value, region=region)
    except PhoneFault:
        return
    assert re.fullmatch(r"[1-9][0-9]{6,14}", found.number)
    assert recipient(str(found.number)).number == found.number
    assert diagnose(f"+{found.number}", region=region).number == found.number
    json.dumps([(one.code, one.was, one.now) for one in found.repairs])
    assert all(one.code in REPAIRS for one in found.repairs)
