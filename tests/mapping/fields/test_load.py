"""From an untrusted payload to trusted values, or to sentences about the sender's own keys."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from adapter.errors import InvalidFields
from tests.mapping.fields.loading import load, spec


@pytest.mark.parametrize("key", ["First_Name", "first name", "FIRST-NAME", " First Name "])
def test_a_key_is_found_however_it_is_spelt(key: str) -> None:
    assert load({key: "Asha"}, spec("name", "text", "First_Name")).values == {"name": "Asha"}


def test_the_first_place_that_yields_something_wins() -> None:
    places = spec("phone", "text", "Mobile", "contact.phone", "Phone")
    assert load({"Mobile": " ", "contact": {"phone": "2"}, "Phone": "3"}, places).values == {"phone": "2"}


def test_an_empty_spelling_gives_way_to_another_of_the_same_key() -> None:
    assert load({"phone": "", "Phone": "2", "PHONE ": "3"}, spec("phone")).values == {"phone": "2"}


def test_a_fault_is_keyed_by_the_key_that_came() -> None:
    with pytest.raises(InvalidFields) as caught:
        load({"phone": "null"}, spec("phone", "phone", "Mobile", "phone", required=True))
    assert list(caught.value.fields) == ["phone"]


def test_a_path_may_calculate_with_decimals() -> None:
    items = {"items": [{"price": Decimal("1.5")}, {"price": 2}]}
    assert load(items, spec("total", "decimal", "sum(items[].price)")).values == {"total": Decimal("3.5")}


def test_a_literal_key_comes_before_a_path() -> None:
    assert load({"1.3": "x", "a.b": "literal", "a": {"b": "path"}}, spec("a", "text", "a.b")).values == {"a": "literal"}


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("text", 19.5, "19.5"),
        ("text", 5725767000003000010, "5725767000003000010"),
        ("text", 1e22, "10000000000000000000000"),
        ("text", "  a b ", "a b"),
        ("text", True, "true"),
        ("text", 0, "0"),
        ("email", "a@example.com", "a@example.com"),
        ("integer", "1,299,000", 1299000),
        ("integer", "12.0", 12),
        ("decimal", "1299.50", Decimal("1299.50")),
        ("decimal", "1,299.50", Decimal("1299.50")),
        ("decimal", "1.299,50", Decimal("1299.50")),
        ("decimal", "1,25,000.00", Decimal("125000.00")),
        ("decimal", "₹ 1,299.00", Decimal("1299.00")),
        ("decimal", "1 299,50", Decimal("1299.50")),
        ("decimal", -3, Decimal(-3)),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("date", "2026-04-10", dt.date(2026, 4, 10)),
        ("date", "2026-03-05T09:30:00+01:00", dt.date(2026, 3, 5)),
        ("datetime", "2026-03-05T08:30:00.0000000", dt.datetime(2026, 3, 5, 8, 30, tzinfo=dt.UTC)),
        ("url", "https://example.com/a", "https://example.com/a"),
        ("list", "A1, B2", ["A1", "B2"]),
        ("list", ["a"], ["a"]),
        ("json", {"a": [1]}, {"a": [1]}),
        ("text", ["only"], "only"),
        ("integer", "1,299", 1299),
    ],
)
def test_a_value_is_read_as_its_type(kind: str, raw: Any, value: Any) -> None:
    assert load({"x": raw}, spec("x", kind)).values == {"x": value}


@pytest.mark.parametrize(
    ("kind", "raw", "words"),
    [
        ("email", "asha", '"asha" is not an e-mail address'),
        ("integer", "12.5", '"12.5" is not a whole number'),
        ("decimal", "1,299", "read in two ways"),
        ("decimal", "lots", '"lots" is not a number'),
        ("boolean", "perhaps", "neither yes nor no"),
        ("date", "10/04/2026", "two different days"),
        ("url", "javascript:alert(1)", "https://"),
        ("text", ["a", "b"], "2 came"),
        ("text", {"a": 1}, "an object came"),
        ("phone", "12", "has 2 digits"),
        ("decimal", "(5)", "not a number"),
        ("date", "31/02/2026", "does not exist"),
    ],
)
def test_a_wrong_value_is_an_error_even_where_it_is_optional(kind: str, raw: Any, words: str) -> None:
    with pytest.raises(InvalidFields, match=words) as caught:
        load({"Their Key": raw}, spec("x", kind, "their_key"))
    assert list(caught.value.fields) == ["Their Key"]


@pytest.mark.parametrize("empty", [None, "", "  ", [], {}, [""], ["  "], [[]], ["${x}"]])
def test_an_empty_value_is_missing(empty: Any) -> None:
    assert load({"x": empty}, spec("x")).values == {"x": None}
    with pytest.raises(InvalidFields, match="x is missing"):
        load({"x": empty}, spec("x", required=True))


@pytest.mark.parametrize("value", [0, False])
def test_zero_and_false_are_values(value: Any) -> None:
    assert load({"x": value}, spec("x", "json")).values == {"x": value}


@pytest.mark.parametrize("word", ["-None-", "-Select-", "null", "None", "undefined"])
def test_a_phone_has_empty_words_in_every_source(word: str) -> None:
    with pytest.raises(InvalidFields, match="phone is missing"):
        load({"phone": word}, spec("phone", "phone", required=True))
    assert load({"x": word}, spec("x")).values == {"x": word}


def test_an_unresolved_merge_field_is_missing_and_said() -> None:
    with pytest.raises(InvalidFields, match=r'the placeholder "\$\{Leads.Phone\}" came'):
        load({"Phone": "${Leads.Phone}"}, spec("phone", "phone", "Phone", required=True))
    assert load({"x": "${!Leads.Id}"}, spec("x")).values == {"x": None}


def test_a_missing_field_names_where_it_looked_and_what_came() -> None:
    with pytest.raises(InvalidFields) as caught:
        load({"Full_Name": "Asha", "Mobile No": "1"}, spec("phone", "phone", "Mobile", "Phone", required=True))
    assert caught.value.sentence == (
        "phone is missing. The hook looks for Mobile or Phone; the request had Full_Name, Mobile No."
    )


def test_a_default_stands_in_for_a_missing_value() -> None:
    assert load({}, spec("name", default="there")).values == {"name": "there"}


def test_the_payload_is_not_changed() -> None:
    data = {"x": [" a "]}
    load(data, spec("x"))
    assert data == {"x": [" a "]}


def test_a_list_where_one_object_is_read_is_told() -> None:
    with pytest.raises(InvalidFields, match='A list of 2 came; write `for_each: "@"` in the hook') as caught:
        load([{"phone": "1"}, {"phone": "2"}], spec("phone", required=True))
    assert list(caught.value.fields) == ["phone"]
