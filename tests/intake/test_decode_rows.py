"""Rows in the shapes senders give them."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.intake.decode import rows
from tests.intake.test_decode import FORM, read

A, B = {"sku": "A"}, {"sku": "B"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([A, B], [A, B]),
        ([], []),
        ({}, []),
        ({"0": A, "1": B}, [A, B]),
        ({"1": B, "0": A}, [A, B]),
        ({"0": "x", "1": ["y"]}, ["x", ["y"]]),
        ({"1": A, "2": B}, [A, B]),
        ({"0": A, "2": B}, [A, B]),
        ({"10": B, "9": A}, [A, B]),
        ({str(index): index for index in range(12)}, list(range(12))),
        ({"sku": ["A", "B"], "qty": ["1", "2"]}, [{"sku": "A", "qty": "1"}, {"sku": "B", "qty": "2"}]),
        ({"sku": ["A"]}, [A]),
        ({"sku": [], "qty": []}, []),
    ],
)
def test_rows_are_read(value: Any, found: list[Any]) -> None:
    assert rows(value) == found


@pytest.mark.parametrize(
    "value",
    [
        None,
        "A,B",
        7,
        A,
        {"2024": 5, "2025": 7},
        {"1": "María", "3": "(600) 000-0001"},
        {"0": "x", "2": "y"},
        {"0": A, "note": B},
        {"00": A, "01": B},
        {"-1": A, "0": B},
        {"٠": A},
        {"1.3": A},
        {"0": A, "9999999": B},
        {"sku": ["A", "B"], "qty": ["1"]},
        {"sku": ["A", "B"], "currency": "EUR"},
    ],
)
def test_what_is_no_list_of_rows_is_none(value: Any) -> None:
    assert rows(value) is None


def test_rows_are_bounded() -> None:
    assert rows({str(index): A for index in range(10_000)}) == [A] * 10_000
    assert rows({str(index): A for index in range(10_001)}) is None
    assert rows({"a": [1] * 10_001}) is None
    assert rows({str(name) + "x": [1] * 1_000 for name in range(101)}) is None


def test_a_list_is_itself_and_an_object_is_left_alone() -> None:
    listed, keyed = [A], {"0": A}
    assert rows(listed) is listed
    rows(keyed)
    assert keyed == {"0": A}


def test_a_row_deleted_in_a_form_leaves_no_hole() -> None:
    data = read("i[0][sku]=A&i[2][sku]=B", FORM).data
    assert data["i"] == {"0": A, "2": B}
    assert rows(data["i"]) == [A, B]
