"""The repairs of the number doctor, one by one. Expected values are those of the numbering plans."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.phone import REPAIRS, PhoneFault, diagnose, recipient

MODULES = sorted((Path(__file__).resolve().parents[2] / "adapter/mapping/phone").glob("*.py"))
LONG_LINK = "https://api.whatsapp.com/send?phone=919876543210&text=" + "Hello%20" * 40


@pytest.mark.parametrize(
    ("was", "region", "number", "repairs"),
    [
        ("919876543210", "IN", "919876543210", []),
        ("098765 43210", "IN", "919876543210", ["national_number"]),
        ("98765–43210", "IN", "919876543210", ["national_number"]),
        ("98765/43210", "IN", "919876543210", ["national_number"]),
        ("98765 43210,", "IN", "919876543210", ["national_number"]),
        ("+91 98765-43210", None, "919876543210", ["separators"]),
        ("+91\u00a098765\u00a043210", None, "919876543210", ["separators"]),
        ("0091 98765 43210", None, "919876543210", ["exit_prefix"]),
        ("+00 91 98765 43210", None, "919876543210", ["exit_prefix"]),
        ("011 91 98765 43210", "US", "919876543210", ["exit_prefix"]),
        ("0011 91 98765 43210", "AU", "919876543210", ["exit_prefix"]),
        # a + that a form lost
        (" 919876543210", None, "919876543210", ["lost_plus"]),
        (" 919876543210", "IN", "919876543210", ["lost_plus"]),
        (" 34600000001", "IN", "34600000001", ["lost_plus"]),
        (" 6591234567", "IN", "916591234567", ["national_number"]),
        # zeros
        ("+44 (0)20 7946 0958", None, "442079460958", ["optional_zero", "separators"]),
        ("0044 (0) 20 7946 0958", None, "442079460958", ["optional_zero", "exit_prefix"]),
        ("+91 098765 43210", None, "919876543210", ["separators", "trunk_zero"]),
        ("+44 07400 123456", None, "447400123456", ["separators", "trunk_zero"]),
        ("91098765 43210", "IN", "919876543210", ["separators", "trunk_zero"]),
        ("+7 8 912 345-67-89", None, "79123456789", ["separators", "trunk_zero"]),
        ("+39 02 1234567", None, "39021234567", ["separators"]),
        ("+39 (0)2 1234567", None, "39021234567", ["separators"]),
        ("+39 (0)331 123456", None, "390331123456", ["separators"]),  # a landline; 331 123456 would be a mobile
        ("02 1234567", "IT", "39021234567", ["national_number"]),
        ("+39 0333 1234567", None, "393331234567", ["separators", "trunk_zero"]),
        # a country code twice
        ("+91 91 98765 43210", None, "919876543210", ["separators", "country_code_twice"]),
        ("0091-91-98765-43210", None, "919876543210", ["exit_prefix", "country_code_twice"]),
        ("+91 0091 98765 43210", None, "919876543210", ["separators", "country_code_twice"]),
        ("9191 98765 43210", "IN", "919876543210", ["separators", "country_code_twice"]),
        ("+91+919876543210", "IN", "919876543210", ["country_code_twice", "separators"]),
        ("+1 1 415 555 2671", None, "14155552671", ["separators", "country_code_twice"]),
        ("+49 49 1512 3456789", None, "4915123456789", ["separators", "country_code_twice"]),
        # spreadsheets and programs
        ("'098765 43210", "IN", "919876543210", ["apostrophe", "national_number"]),
        ('="9876543210"', "IN", "919876543210", ["apostrophe", "national_number"]),
        ("9876543210.0", "IN", "919876543210", ["decimal_zero", "national_number"]),
        ("919876543210,00", None, "919876543210", ["decimal_zero"]),
        ("9,876,543,210", "IN", "919876543210", ["grouping", "national_number"]),
        ("9.19876543210E11", None, "919876543210", ["exponent"]),
        ("9,19876543210e+11", None, "919876543210", ["exponent"]),
        ("9.198765432100E+11", None, "919876543210", ["exponent"]),
        (9876543210, "IN", "919876543210", ["json_number", "national_number"]),
        (9876543210.0, "IN", "919876543210", ["json_number", "decimal_zero", "national_number"]),
        (Decimal("9876543210.0"), "IN", "919876543210", ["json_number", "decimal_zero", "national_number"]),
        (Decimal("9.19876543210E11"), None, "919876543210", ["json_number"]),
        # other scripts and what cannot be seen
        ("९८७६५४३२१०", "IN", "919876543210", ["characters", "national_number"]),
        ("＋９１ ９８７６５ ４３２１０", None, "919876543210", ["characters", "separators"]),
        ("\u202a+91 98765 43210\u202c", None, "919876543210", ["characters", "separators"]),
        # links
        ("tel:+91-98765-43210", None, "919876543210", ["link", "separators"]),
        ("tel:098765-43210", "IN", "919876543210", ["link", "national_number"]),
        ("tel:+91-98765-43210;ext=12", None, "919876543210", ["link", "extension", "separators"]),
        ("whatsapp:+919876543210", None, "919876543210", ["link", "separators"]),
        ("https://wa.me/919876543210", "IN", "919876543210", ["link", "separators"]),
        ("wa.me/919876543210?text=Hi%20there", None, "919876543210", ["link", "separators"]),
        ("https://wa.me/6591234567", "IN", "6591234567", ["link", "separators"]),  # WhatsApp opens it as +65
        ("https://api.whatsapp.com/send?phone=919876543210&text=Hi", None, "919876543210", ["link", "separators"]),
        (LONG_LINK, None, "919876543210", ["link", "separators"]),
        ("whatsapp://send?phone=919876543210", None, "919876543210", ["link", "separators"]),
        ("919876543210@s.whatsapp.net", None, "919876543210", ["link", "separators"]),
        ("%2B919876543210", None, "919876543210", ["percent_encoding", "separators"]),
        # extensions and labels
        ("(415) 555-2671 ext. 12", "US", "14155552671", ["extension", "national_number"]),
        ("415-555-2671x12", "US", "14155552671", ["extension", "national_number"]),
        ("415-555-2671;ext=12", "US", "14155552671", ["extension", "national_number"]),
        ("+1 415 555 2671 #12", None, "14155552671", ["extension", "separators"]),
        ("Mobile: 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("Phone 1: 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("WhatsApp +91 98765 43210", None, "919876543210", ["label", "separators"]),
        ("Tel./WhatsApp: 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("(M) 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("Tel. (030) 901820", "DE", "4930901820", ["label", "national_number"]),
        ("Móvil: 600 000 001", "ES", "34600000001", ["label", "national_number"]),
        ("मोबाइल: 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("\U0001f4f1 98765 43210", "IN", "919876543210", ["label", "national_number"]),
        ("98765 43210 (WhatsApp)", "IN", "919876543210", ["label", "national_number"]),
        # plans that changed
        ("11 8123-4567", "BR", "5511981234567", ["national_number", "brazil_nine"]),
        ("+55 11 8123-4567", None, "5511981234567", ["separators", "brazil_nine"]),
        ("+55 (011) 8123-4567", None, "5511981234567", ["separators", "trunk_zero", "brazil_nine"]),
        ("(011) 98123-4567", "BR", "5511981234567", ["national_number"]),
        ("(11) 3123-4567", "BR", "551131234567", ["national_number"]),  # a landline keeps its eight digits
        ("011 15 2345-6789", "AR", "5491123456789", ["national_number", "argentina_nine"]),
        ("+54 11 15 2345 6789", None, "5491123456789", ["separators", "argentina_nine"]),
        ("+54 9 11 15 2345 6789", None, "5491123456789", ["separators", "argentina_nine"]),
        ("0341 15 234-5678", "AR", "5493412345678", ["national_number", "argentina_nine"]),
        ("+54 9 11 2345-6789", None, "5491123456789", ["separators"]),
        ("+52 1 55 1234 5678", None, "525512345678", ["separators", "mexico_one"]),
        ("044 55 1234 5678", "MX", "525512345678", ["national_number", "mexico_one"]),
        ("01 55 1234 5678", "MX", "525512345678", ["national_number", "mexico_one"]),
        # one number in two spellings
        ("98765 43210 / 098765 43210", "IN", "919876543210", ["same_number_twice", "national_number"]),
        ("+91 98765 43210 / 098765 43210", "IN", "919876543210", ["same_number_twice", "separators"]),
        ("9876543210 9876543210", "IN", "919876543210", ["same_number_twice", "national_number"]),
        ("030 / 901820", "DE", "4930901820", ["national_number"]),
        ("+49 (0)30/901820", None, "4930901820", ["optional_zero", "separators"]),
    ],
)  # fmt: skip
def test_a_number_is_repaired_step_by_step(was: Any, region: str | None, number: str, repairs: list[str]) -> None:
    found = diagnose(was, region=region)
    assert (found.number, [one.code for one in found.repairs]) == (number, repairs)


def test_a_person_can_follow_every_step() -> None:
    found = diagnose("tel:+91-098765-43210;ext=12", region=None, field="mobile")
    assert [(one.field, one.code, one.was, one.now) for one in found.repairs] == [
        ("mobile", "link", "tel:+91-098765-43210;ext=12", "+91-098765-43210;ext=12"),
        ("mobile", "extension", "+91-098765-43210;ext=12", "+91-098765-43210"),
        ("mobile", "separators", "+91-098765-43210", "9109876543210"),
        ("mobile", "trunk_zero", "9109876543210", "919876543210"),
    ]
    assert found.warnings == ("mobile: the extension was dropped; the message goes to the number itself.",)


def test_every_repair_has_a_sentence_and_every_sentence_a_repair() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES if path.name != "codes.py")
    assert [code for code in REPAIRS if f'"{code}"' not in source] == []
    assert set(re.findall(r'change\("(\w+)"', source)) <= REPAIRS.keys()


@pytest.mark.parametrize(
    ("was", "region", "number", "warning"),
    [
        ("6565551234", "US", "16565551234", "with a country code it would be a number abroad"),  # Tampa or Singapore
        ("34600000001", "IN", "34600000001", "is no number in India; read with its country code, as a number in Spain"),
        ("+54 11 2345-6789", None, "541123456789", r"a mobile number in Argentina has a 9 behind the 54 \(\+5491123456789\)"),
        ("+49 49 1512 3456789", None, "4915123456789", r"if it is not, this is the number \+494915123456789"),
        ("+62 62 218 350 123", None, "6262218350123", r"stands there twice, this is the number \+62218350123"),
        ("870773111632", "IN", "870773111632", r"as a number in the network \+870"),  # Inmarsat
        ("3901234567", "IT", "393901234567", r"could also be the country code \(then it is \+3901234567\)"),
    ],
)  # fmt: skip
def test_what_may_mean_something_else_is_said(was: str, region: str | None, number: str, warning: str) -> None:
    found = diagnose(was, region=region)
    assert found.number == number
    assert len(found.warnings) == 1
    assert re.search(warning, found.warnings[0])


@pytest.mark.parametrize("was", ["919876543210", "9876543210", "+91 98765 43210", " 919876543210"])
def test_what_is_plain_is_not_doubted(was: str) -> None:
    assert diagnose(was, region="IN").warnings == ()


def test_a_country_code_without_a_plus_is_known_where_national_numbers_have_any_length() -> None:
    # Digits after 0 may be a landline's in Germany, 04915 …; people write that 0, so 49 is the country code here.
    found = diagnose("4915123456789", region="DE")
    assert (found.number, found.repairs, found.warnings) == ("4915123456789", (), ())


def test_a_recipient_keeps_its_country_code() -> None:
    assert recipient("+91 98765-43210", region="US").number == "919876543210"
    assert recipient("0091 98765 43210").repairs[0].code == "exit_prefix"
    assert recipient("098765 43210", region="IN").number == "919876543210"
    with pytest.raises(PhoneFault) as caught:
        recipient("098765 43210")
    assert caught.value.code == "no_country"


REGIONS = st.sampled_from([None, "IN", "US", "DE", "BR", "AR", "MX", "IT", "GB", "SG", "FI", "ID", "XX"])
SPELT = st.text(alphabet="0123456789+() -./x,;:eE#'\u00a0\u0966\u200e\nMob", max_size=40)
CODED = st.builds(
    "{}{}{}".format,
    st.sampled_from(["+", "00", "", "+91 ", "tel:", " "]),
    st.sampled_from(["91", "1", "49", "54", "549", "55", "521", "39", "44", "65", "7"]),
    st.text("0123456789 -()", min_size=4, max_size=14),
)


@given(st.one_of(SPELT, CODED, st.text(max_size=70), st.integers(), st.floats(), st.decimals()), REGIONS)
def test_what_comes_out_is_digits_and_reads_as_itself(value: Any, region: str | None) -> None:
    try:
        found = diagnose(value, region=region)
    except PhoneFault:
        return
    assert re.fullmatch(r"[1-9][0-9]{6,14}", found.number)
    assert diagnose(found.number, region=region).number == found.number
    assert diagnose(f"+{found.number}", region=region).number == found.number
    assert diagnose(str(found.number), region=None).number == found.number
    assert recipient(str(found.number), region=region).number == found.number


@given(st.one_of(SPELT, CODED, st.integers(), st.decimals()), REGIONS)
def test_the_repairs_lead_from_what_came_to_the_number(value: Any, region: str | None) -> None:
    try:
        found = diagnose(value, region=region)
    except PhoneFault:
        return
    for before, after in zip(found.repairs, found.repairs[1:], strict=False):
        assert before.now == after.was
    assert {one.code for one in found.repairs} <= REPAIRS.keys()
    if found.repairs:
        assert found.repairs[-1].now == found.number
    else:
        assert str(value).strip() == found.number
