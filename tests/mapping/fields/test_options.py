"""What a hook file may say of a field, each option with what it does to a value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from adapter.errors import InvalidFields
from tests.mapping.fields.loading import load, spec


def value(raw: Any, kind: str = "text", **options: Any) -> Any:
    return load({"x": raw}, spec("x", kind, **options)).values["x"]


@pytest.mark.parametrize(
    ("options", "raw", "read"),
    [
        ({"strip": True}, "  a  ", "a"),
        ({"strip": False}, "  a  ", "  a  "),
        ({"strip": "#*"}, " ##1001* ", "1001"),
        ({"strip": "html"}, "<p>Hello <b>Asha</b>,<br>bye &amp; thanks</p>", "Hello Asha,\nbye & thanks"),
        ({"case": "upper"}, "abc", "ABC"),
        ({"case": "lower"}, "ABC", "abc"),
        ({"case": "title"}, "zoë o’neil", "Zoë O’neil"),
        ({"case": "sentence"}, "HELLO", "Hello"),
        ({"join": ", "}, ["a", 2, None, "c"], "a, 2, c"),
        ({"split": "||", "join": " and "}, "Tea|| Coffee ||", "Tea and Coffee"),
        ({"table": {"closed won": "won", "2": "two"}}, " Closed Won ", "won"),
        ({"table": {"closed won": "won", "2": "two"}}, 2, "two"),
        ({"table": {"closed won": "won"}}, "Lost", "Lost"),
        ({"table": {"closed won": "won", "*": "other"}}, "Lost", "other"),
        ({"pattern": r"[A-Z]{2}-\d+"}, "AB-12", "AB-12"),
        ({"minimum": 2, "maximum": 3}, "abc", "abc"),
    ],
)
def test_a_text_is_prepared_as_the_hook_says(options: dict[str, Any], raw: Any, read: str) -> None:
    assert value(raw, **options) == read


def test_entities_of_html_are_text_again_and_noted() -> None:
    loaded = load({"x": "D&#39;Souza &amp; Sons"}, spec("x"))
    assert loaded.values == {"x": "D'Souza & Sons"}
    assert [(one.code, one.was, one.now) for one in loaded.repairs] == [
        ("html_entities", "D&#39;Souza &amp; Sons", "D'Souza & Sons")
    ]
    assert load({"x": "AT&T &c; &nothing;"}, spec("x")).values == {"x": "AT&T &c; &nothing;"}


@pytest.mark.parametrize(
    ("kind", "raw", "options", "words"),
    [
        ("text", "ab-12", {"pattern": r"[A-Z]{2}-\d+"}, "does not match the hook's pattern"),
        ("text", "a" * 40 + "!", {"pattern": r"(a+)+b|(a|a)*c"}, "does not match|takes too long"),
        ("text", "a", {"minimum": 2}, "less than 2 characters"),
        ("text", "abcd", {"maximum": 3}, "more than 3 characters"),
        ("integer", "0", {"minimum": 1}, '"0" is less than 1'),
        ("decimal", "1000.01", {"maximum": Decimal(1000)}, '"1000.01" is more than 1000'),
        ("date", "2026-04-10", {"minimum": dt.date(2026, 5, 1)}, "less than 2026-05-01"),
        ("list", "a,b,c", {"maximum": 2}, "more than 2 entries"),
        ("choice", "huge", {"choices": (("small", ("S",)), ("large", ()))}, '"huge" is none of small, large'),
        ("date", "05/04/2026", {"formats": ("YYYY-MM-DD",)}, "does not look like YYYY-MM-DD"),
    ],
)
def test_what_is_out_of_bounds_is_an_error_with_what_came(
    kind: str, raw: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidFields, match=words) as caught:
        value(raw, kind, **options)
    assert list(caught.value.fields) == ["x"]


def test_a_pattern_that_never_ends_is_stopped() -> None:
    with pytest.raises(InvalidFields, match="takes too long"):
        value("a" * 5_000, pattern=r"(a|aa|aaa)+(a|aa)+(a|aaa)+b(?=c)\d|(?:a?){60}a{60}z")


def test_a_choice_is_found_by_its_synonyms_and_noted() -> None:
    choices = (("small", ("S", "sm.")), ("large", ("L",)))
    loaded = load({"x": " s "}, spec("x", "choice", choices=choices))
    assert loaded.values == {"x": "small"}
    assert [one.code for one in loaded.repairs] == ["synonym"]
    assert value("LARGE", "choice", choices=choices) == "large"


@pytest.mark.parametrize(
    "word", ["yes", "Y", "true", "1", "on", "sí", "Ja", "हाँ", "Yes, please", "checked", "✓", True, 1]
)
def test_people_say_yes_in_many_words(word: Any) -> None:
    assert value(word, "boolean") is True


@pytest.mark.parametrize("word", ["no", "N", "false", "0", "off", "nein", "não", "नहीं", "No, thanks", False, 0])
def test_people_say_no_in_many_words(word: Any) -> None:
    assert value(word, "boolean") is False


def test_a_value_table_may_say_what_yes_is() -> None:
    assert value("Won", "boolean", table={"won": True, "lost": False}) is True


def test_a_moment_without_an_offset_is_meant_in_the_zone_of_the_field_or_the_hook() -> None:
    india, berlin = dt.timezone(dt.timedelta(hours=5.5)), dt.timezone(dt.timedelta(hours=1))
    moment = dt.datetime(2026, 3, 5, 9, 30)  # noqa: DTZ001 - the test gives the zone
    assert load({"x": "2026-03-05 09:30"}, spec("x", "datetime"), zone=india).values["x"] == moment.replace(
        tzinfo=india
    )
    own = load({"x": "2026-03-05 09:30"}, spec("x", "datetime", zone=berlin), zone=india).values["x"]
    assert own == moment.replace(tzinfo=berlin)


def test_the_locale_of_the_hook_decides_what_could_be_read_in_two_ways() -> None:
    assert load({"x": "1.299"}, spec("x", "decimal"), locale="de_DE").values["x"] == 1299
    assert load({"x": "1.299"}, spec("x", "decimal", locale="en_US"), locale="de_DE").values["x"] == Decimal("1.299")
    doubtful = load({"x": "1.299"}, spec("x", "decimal"))
    assert doubtful.values["x"] == Decimal("1.299")
    assert "decimal point" in doubtful.warnings[0]


ROWS = (spec("sku", "text", "SKU", "sku", required=True), spec("qty", "integer", "Quantity", "qty", default=1))


@pytest.mark.parametrize(
    "raw",
    [
        [{"sku": "A1", "qty": "2"}, {"SKU": "B2"}],
        {"0": {"sku": "A1", "qty": "2"}, "1": {"sku": "B2", "qty": "1"}},
        {"sku": ["A1", "B2"], "qty": ["2", "1"]},
    ],
)
def test_rows_are_read_with_fields_of_their_own(raw: Any) -> None:
    assert value(raw, "list", rows=ROWS) == [{"sku": "A1", "qty": 2}, {"sku": "B2", "qty": 1}]


def test_a_single_row_is_a_list_of_one() -> None:
    assert value({"sku": "A1"}, "list", rows=ROWS) == [{"sku": "A1", "qty": 1}]


def test_a_fault_in_a_row_says_which_one() -> None:
    with pytest.raises(InvalidFields) as caught:
        load({"items": [{"sku": "A1", "qty": "lots"}, {"qty": 1}, 7]}, spec("rows", "list", "items", rows=ROWS))
    (texts,) = caught.value.fields.values()
    assert list(caught.value.fields) == ["items"]
    assert texts[0] == 'row 1: "lots" is not a whole number.'
    assert texts[1].startswith("row 2: sku is missing. The hook looks for SKU or sku")
    assert texts[2] == 'row 3 is no object with keys but "7".'


def test_words_of_a_sender_for_nothing_are_missing() -> None:
    words = frozenset({"-none-", "null"})
    assert load({"x": "-None-"}, spec("x"), empty_words=words).values == {"x": None}
    assert load({"x": "-None-"}, spec("x")).values == {"x": "-None-"}


@pytest.mark.parametrize("country", ["IN", "in", "IND", "India", "Indien", "+91", "91", 91, "0091"])
def test_a_country_may_come_in_a_field_of_its_own(country: Any) -> None:
    specs = [spec("phone", "phone", region_from=spec("country", "text", "Country").places)]
    assert load({"phone": "098765 43210", "Country": country}, *specs, region="DE").values == {"phone": "919876543210"}


def test_a_country_nobody_knows_is_said_and_the_hooks_one_stands_in() -> None:
    specs = [spec("phone", "phone", region_from=spec("country", "text", "Country").places)]
    loaded = load({"phone": "098765 43210", "Country": "Atlantis"}, *specs, region="IN")
    assert loaded.values == {"phone": "919876543210"}
    assert loaded.warnings == ('Country: "Atlantis" is no country this adapter knows.',)


def test_the_fields_own_country_comes_first() -> None:
    told = spec("country", "text", "Country").places
    own = spec("phone", "phone", region="IN")
    assert load({"phone": "098765 43210", "Country": "DE"}, own, region_from=told).values == {"phone": "919876543210"}


@pytest.mark.parametrize("path", ["contact.Full Name", "contact.full_name", "rows[0].Full Name"])
def test_steps_of_a_path_may_be_spelt_as_people_write_them(path: str) -> None:
    data = {"contact": {"Full_Name": "Asha"}, "rows": [{"full-name": "Asha"}]}
    assert load(data, spec("x", "text", path)).values == {"x": "Asha"}


def test_a_path_may_ask_for_rows() -> None:
    data = {"items": {"sku": ["A1", "B2"], "qty": [1, 2]}}
    assert load(data, spec("x", "text", "rows(items)[1].sku")).values == {"x": "B2"}


@pytest.mark.parametrize(
    "raw",
    [
        {"area": "98765", "phone": "43210"},
        {"country": "91", "area": "98765", "phone": "43210"},
        {"country_code": "+91", "number": 9876543210},
        {"full": "(+91) 98765 43210"},
        {"value": "98765 43210", "primary": True, "label": "work"},
        [{"value": "98765 43211", "primary": False}, {"value": "98765 43210", "primary": True}],
        [{"area": "98765", "phone": "43210"}],
    ],
)
def test_a_number_in_pieces_is_put_together_and_noted(raw: Any) -> None:
    loaded = load({"x": raw}, spec("x", "phone", region="IN"))
    assert loaded.values == {"x": "919876543210"}
    assert loaded.repairs[0].code == "phone_parts"


@pytest.mark.parametrize("raw", [{"a": 1}, {"phone": {"x": 1}}, [{"value": "98765 43210"}, {"value": "98765 43211"}]])
def test_an_object_that_is_no_number_is_an_error(raw: Any) -> None:
    with pytest.raises(InvalidFields, match="One value is expected here"):
        load({"x": raw}, spec("x", "phone", region="IN"))


def test_a_thousand_rows_are_read_at_most() -> None:
    assert len(value([{"sku": "A"}] * 1_000, "list", rows=ROWS)) == 1_000
    with pytest.raises(InvalidFields, match="1,001 rows came; 1,000 are read at most"):
        value([{"sku": "A"}] * 1_001, "list", rows=ROWS)
