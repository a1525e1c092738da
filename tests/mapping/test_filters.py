"""Values as people write them: expected spellings are CLDR's and the numbering plans', blanks made plain."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.filters import Voice
from adapter.mapping.template import TemplateFault, Text

INDIA = Voice("en_IN", zoneinfo.ZoneInfo("Asia/Kolkata"), "IN")
GERMANY = Voice("de_DE", zoneinfo.ZoneInfo("Europe/Berlin"), "DE")
ENGLISH = Voice()
VOICES = {"in": INDIA, "de": GERMANY, "en": ENGLISH, "fr": Voice("fr_FR"), "us": Voice("en-US"), "es": Voice("es_ES")}
LATE = dt.datetime(2026, 4, 10, 20, 30, 15, tzinfo=dt.UTC)


def made(source: str, x: Any, voice: Voice = INDIA) -> str:
    return Text("{{ x | " + source + " }}", voice).render({"x": x})


@pytest.mark.parametrize(
    ("voice", "value", "source", "text"),
    [
        ("in", Decimal(125000), 'currency("INR")', "₹1,25,000.00"),
        ("in", "125000", 'currency("inr")', "₹1,25,000.00"),
        ("in", "₹1,25,000", 'currency("INR")', "₹1,25,000.00"),
        ("in", 0, 'currency("INR")', "₹0.00"),
        ("de", Decimal("1299.5"), 'currency("EUR")', "1.299,50 €"),
        ("us", Decimal("-3"), 'currency("USD")', "-$3.00"),
        ("us", Decimal("1234.5"), 'currency("JPY")', "¥1,235"),
        ("us", Decimal("2.665"), 'currency("USD")', "$2.67"),
        ("us", Decimal("2.675"), 'currency("USD")', "$2.68"),
        ("in", Decimal("1234567.5"), "number", "12,34,567.5"),
        ("in", Decimal("1234567.5"), "number(2)", "12,34,567.50"),
        ("in", Decimal("1234567.5"), "number(0)", "12,34,568"),
        ("de", "1234567.891", "number(2)", "1.234.567,89"),
        ("fr", 1299, "number", "1 299"),
        ("en", 0.1, "number(3)", "0.100"),
    ],
)
def test_money_and_numbers(voice: str, value: Any, source: str, text: str) -> None:
    assert made(source, value, VOICES[voice]) == text


@pytest.mark.parametrize(
    ("voice", "value", "source", "text"),
    [
        ("en", dt.date(2026, 4, 10), "date", "Apr 10, 2026"),
        ("in", dt.date(2026, 4, 10), "date", "10 Apr 2026"),
        ("de", dt.date(2026, 4, 10), "date", "10.04.2026"),
        ("de", "2026-04-10", 'date("long")', "10. April 2026"),
        ("es", "2026-04-10", 'date("full")', "viernes, 10 de abril de 2026"),
        ("in", "2026-04-10", 'date("d MMM yyyy")', "10 Apr 2026"),
        ("in", "2026-04-10", 'date("dd/MM/yyyy")', "10/04/2026"),
        ("in", LATE, "date", "11 Apr 2026"),
        ("en", LATE, "date", "Apr 10, 2026"),
        ("in", "2026-04-10T20:30:00Z", "date", "11 Apr 2026"),
        ("in", "2026-04-10T20:30:00", 'datetime("dd.MM.yyyy HH:mm")', "10.04.2026 20:30"),
        ("en", LATE, "datetime", "Apr 10, 2026, 8:30 PM"),
        ("de", LATE, "datetime", "10.04.2026, 22:30"),
        ("en", LATE, 'datetime("medium")', "Apr 10, 2026, 8:30:15 PM"),
        ("in", LATE, 'datetime("HH:mm")', "02:00"),
        ("en", dt.date(2026, 4, 10), "datetime", "Apr 10, 2026"),
        ("en", LATE, "time", "8:30 PM"),
        ("de", LATE, "time", "22:30"),
        ("de", LATE, 'time("HH.mm")', "22.30"),
        ("en", "09:30", "time", "9:30 AM"),
        ("en", dt.time(9, 30), 'time("full")', "9:30:00 AM"),
    ],
)
def test_dates_and_times_in_the_zone_of_the_hook(voice: str, value: Any, source: str, text: str) -> None:
    assert made(source, value, VOICES[voice]) == text


@pytest.mark.parametrize(
    ("value", "source", "text"),
    [
        ("919876543210", "phone", "+91 98765 43210"),
        (919876543210, "phone", "+91 98765 43210"),
        ("919876543210", 'phone("national")', "098765 43210"),
        ("098765 43210", "phone", "+91 98765 43210"),
        ("4930123456", "phone", "+49 30 123456"),
        ("34600000001", 'phone("national")', "600 00 00 01"),
    ],
)
def test_phones(value: Any, source: str, text: str) -> None:
    assert made(source, value) == text


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Asha Menon", "Asha"), ("Menon, Asha", "Asha"), ("Menon, Asha K.", "Asha"), ("Dr. Asha Menon", "Asha"), ("Smt. ASHA MENON", "Asha"),
        ("Mr Ravi", "Ravi"), ("Herr Jürgen Groß", "Jürgen"), ("asha", "Asha"), ("JEAN-PIERRE Dupont", "Jean-Pierre"), ("o'brien", "O'Brien"),
        ("María José Pérez", "María"), ("K. Ramesh", "Ramesh"), ("R Suresh Kumar", "Suresh"), ("A. P.", "A."), ("McDonald", "McDonald"),
        ("Asha Menon, MD", "Asha"), ("Don Draper", "Don"), ("Sri Mulyani", "Sri"), ("Sri. Ramesh", "Ramesh"), ("Dr.", "Dr."),
        ("  Asha  ", "Asha"), ("李 小龙", "李"), ("محمد علي", "محمد"), ("Asha,", "Asha"), (",", ""),
    ],
)  # fmt: skip
def test_first_names(name: str, first: str) -> None:
    assert made("first_name", name).rstrip(".") == first.rstrip(".")


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("The quick brown fox", 19, "The quick brown fox"),
        ("The quick brown fox", 18, "The quick brown…"),
        ("The quick brown fox", 10, "The quick…"),
        ("The quick brown fox", 9, "The…"),
        ("Donaudampfschifffahrt", 6, "Donau…"),
        ("The, quick", 6, "The…"),
        ("ab", 1, "…"),
        ("a👨‍👩‍👧b", 4, "a…"),
        ("cafe\u0301s au lait", 5, "caf…"),
    ],
)
def test_texts_are_cut_between_words(text: str, most: int, cut: str) -> None:
    assert made(f"truncate_text({most})", text) == cut


@given(st.text(max_size=60), st.integers(1, 50))
def test_a_cut_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(made(f"truncate_text({most})", text)) <= most


@pytest.mark.parametrize(
    ("value", "text"), [(None, "there"), ("", "there"), ("  ", "there"), ([], "there"), (0, "0"), (False, "False"), ("Asha", "Asha")]
)  # fmt: skip
def test_a_default_stands_for_what_is_empty(value: Any, text: str) -> None:
    assert made('default_if_empty("there")', value) == text


def test_a_default_stands_for_a_key_that_is_missing() -> None:
    assert Text('{{ x.note | default_if_empty("-") }}').render({"x": {}}) == "-"


WRITERS = [
    'currency("INR")',
    "number",
    "number(2)",
    "date",
    "datetime",
    "time",
    "phone",
    "first_name",
    "truncate_text(3)",
]


@pytest.mark.parametrize(
    "source", [*WRITERS, "round", "abs", "first", "last", "max", "min", "upper", "title", "list", "map('upper')"]
)
def test_a_missing_value_prints_nothing(source: str) -> None:
    assert made(source, None) == ""


@pytest.mark.parametrize("source", WRITERS)
def test_a_blank_text_prints_nothing(source: str) -> None:
    assert made(source, "") == ""
    assert made(source, "  ") == ""


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ('currency("INR")', "lots", 'currency cannot read "lots": it is not a number'),
        ("number", True, 'number cannot read "True": it is not a number'),
        ("number", [1], 'number cannot read "[1]"'),
        ("date", "soon", 'date cannot read "soon" as a date'),
        ("date", "09:30", 'date cannot read "09:30" as a date'),
        ("date", 5, 'date cannot read "5" as a date'),
        ("time", "2026-04-10", 'time cannot read "2026-04-10" as a time of day'),
        ("phone", "the boss", 'phone cannot read "the boss" as a phone number'),
        ("number", "9" * 100, "number cannot read"),
    ],
)
def test_what_cannot_be_read_names_the_filter_and_the_value(source: str, value: Any, words: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        made(source, value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("currency", 'currency needs a code such as "INR"'),
        ('currency("RUPEE")', 'not "RUPEE"'),
        ('currency("")', "currency needs a code"),
        ('number("two")', 'number takes 0 to 12 decimals, not "two"'),
        ("number(99)", "number takes 0 to 12 decimals"),
        ('date("DD/MM/YYYY")', "write dd and yyyy"),
        ('date("%d %b %Y")', "that is strftime's spelling"),
        ('date("meduim")', 'did you mean "medium"?'),
        ('date("HH:mm")', "date knows days"),
        ('date("dd-mm-yyyy")', "date knows days (MM is the month)"),
        ('date("")', "it is empty"),
        ('date("d MMM wibble")', "date cannot write"),
        ('date("' + "d " * 50 + '")', "it is longer than 60 characters"),
        ("date(5)", "date cannot write"),
        ('phone("local")', 'phone is "international" or "national", not "local"'),
        ("truncate_text", "truncate_text needs the most characters"),
        ("truncate_text(0)", "truncate_text needs the most characters"),
        ('truncate_text("5")', "truncate_text needs the most characters"),
        ("first_name(1, 2)", "first_name does not take these arguments"),
    ],
)
def test_a_constant_argument_is_tried_while_the_hook_loads(source: str, words: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Text("one\n{% if x %}{{ x | " + source + " }}{% endif %}")
    assert words in str(caught.value)
    assert caught.value.line == 2


def test_an_argument_that_comes_from_a_field_is_tried_when_it_comes() -> None:
    text = Text("{{ x | currency(code) }}", INDIA)
    assert text.render({"x": 5, "code": "inr"}) == "₹5.00"
    with pytest.raises(TemplateFault, match='not "ABCDE"'):
        text.render({"x": 5, "code": "ABCDE"})


def test_a_locale_nobody_speaks_is_told_while_the_hook_loads() -> None:
    with pytest.raises(TemplateFault, match='"xx_YY" is no locale'):
        Text("{{ x | number }}", Voice("xx_YY"))


def test_babel_is_loaded_by_the_first_filter_that_needs_it() -> None:
    code = "import sys; from adapter.mapping.template import Text; Text('{{ x }}'); print('babel' in sys.modules); Text('{{ x | number }}'); print('babel' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True"]
