"""Countries as people, forms and CRMs write them. Expected letters are ISO 3166-1's, dial codes the ITU's (E.164)."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.phone import country_name, region_of
from tests.running import ROOT


@pytest.mark.parametrize(
    ("value", "region"),
    [
        ("IN", "IN"), ("in", "IN"), (" India ", "IN"), ("IND", "IN"), ("ind", "IN"), ("INDIA", "IN"), ("Indien", "IN"),
        ("भारत", "IN"), ("印度", "IN"), ("インド", "IN"), ("Индия", "IN"), ("الهند", "IN"), ("Hindistan", "IN"),
        ("+91", "IN"), ("91", "IN"), (91, "IN"), (91.0, "IN"), (Decimal(91), "IN"), ("91.0", "IN"), ("0091", "IN"),
        ("(+91)", "IN"), (" 91", "IN"), ("India (+91)", "IN"), ("+91 (India)", "IN"), ("IN - India", "IN"),
        ("IN-India", "IN"), ("India/IN", "IN"), ("🇮🇳", "IN"), ("🇮🇳 +91", "IN"), ("+91 98765 43210", "IN"),
        ("USA", "US"), ("U.S.A.", "US"), ("us", "US"), ("United States", "US"), ("United States of America", "US"),
        ("+1", "US"), (1, "US"), ("Vereinigte Staaten", "US"), ("Canada (+1)", "CA"), ("+1-684", "AS"), ("1868", "TT"),
        ("Jamaica (+1-876)", "JM"), ("UK", "GB"), ("U.K.", "GB"), ("GBR", "GB"), ("England", "GB"), ("+44", "GB"),
        ("Great Britain", "GB"), ("Reino Unido", "GB"), ("UAE", "AE"), ("United Arab Emirates", "AE"),
        ("Deutschland", "DE"), ("Alemania", "DE"), ("de", "DE"), ("España", "ES"), ("espana", "ES"), ("ESPAÑA", "ES"),
        ("Brasil", "BR"), ("México", "MX"), ("Mexico", "MX"), ("Côte d'Ivoire", "CI"), ("Côte d’Ivoire", "CI"),
        ("Ivory Coast", "CI"), ("Türkiye", "TR"), ("Turkey", "TR"), ("The Netherlands", "NL"), ("Holland", "NL"),
        ("Korea, Republic of", "KR"), ("Iran (Islamic Republic of)", "IR"), ("Viet Nam", "VN"), ("Hong Kong", "HK"),
        ("Trinidad and Tobago", "TT"), ("St Lucia", "LC"), ("Saint Lucia", "LC"), ("Guinea", "GN"), ("Niger", "NE"),
        ("Guinea-Bissau", "GW"), ("Österreich", "AT"), ("Oesterreich", "AT"), ("Áo", "AT"), ("AO", "AO"), ("+7", "RU"),
        ("Polska", "PL"), ("Paris, France", "FR"), ("ZAF", "ZA"), ("Kosovo", "XK"), ("+39", "IT"),
        ("கென்யா", "KE"), ("கினியா", "GN"),  # Kenya and Guinea differ in their vowel signs only
    ],
)  # fmt: skip
def test_a_country_is_known_however_it_is_written(value: Any, region: str) -> None:
    assert region_of(value) == region


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "Atlantis", "+999", "XX", "ZZ", "0", "000", "+800", "SUN", "-None-", "null", True, False, None, ["IN"], {},
        98765, -91, 91.5, float("nan"), float("inf"), Decimal("sNaN"), Decimal("1E+1000000"), 10**400, "x" * 100,
        "Congo", "India +1", "India / Nepal", "State of Rio de Janeiro", "call me", "98765 43210",
    ],
)  # fmt: skip
def test_what_names_no_single_country_is_none(value: Any) -> None:
    assert region_of(value) is None


def test_every_country_is_known_by_its_letters_and_its_english_name() -> None:
    for region in phonenumbers.SUPPORTED_REGIONS:
        assert region_of(region.lower()) == region
        assert region_of(country_name(region)) == region


def test_every_country_code_leads_to_its_main_country() -> None:
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        expected = None if regions[0] == "001" else regions[0]
        assert (region_of(code), region_of(f"+{code}"), region_of(f"00{code}")) == (expected, expected, expected)


def test_a_country_stands_in_a_sentence() -> None:
    assert [country_name(region) for region in ("IN", "GB", "US")] == [
        "India",
        "the United Kingdom",
        "the United States",
    ]


@given(st.one_of(st.text(max_size=90), st.integers(), st.floats(), st.decimals()))
def test_whatever_comes_is_a_country_or_none(value: Any) -> None:
    assert region_of(value) in {None, *phonenumbers.SUPPORTED_REGIONS}


def test_names_of_countries_are_loaded_only_when_one_is_asked_for() -> None:
    program = (
        "import sys; from adapter.mapping.phone import diagnose, region_of;"
        "assert diagnose('098765 43210', region=region_of('+91')).number == '919876543210';"
        "sys.exit('babel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=30).returncode == 0
