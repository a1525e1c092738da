"""JSON and Python literals: numbers keep every digit, and only what cannot be mistaken is rescued."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapter.errors import Undecodable
from adapter.intake.decode.json_text import read_json
from adapter.intake.decode.limits import DEFAULT_LIMITS
from adapter.intake.decode.notes import Notes
from adapter.intake.decode.python_text import read_python


@pytest.mark.parametrize(
    ("text", "value", "printed"),
    [
        ("4600000000000391297", 4600000000000391297, "4600000000000391297"),
        ("1299.50", Decimal("1299.50"), "1299.50"),
        ("0.1", Decimal("0.1"), "0.1"),
        ("12345678901234567890.123456789", Decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"),
        ("9.19876543210E11", Decimal("919876543210"), "919876543210"),
        ("9" * 400, int("9" * 400), "9" * 400),
        ("-7", -7, "-7"),
    ],
)
def test_numbers_lose_nothing(text: str, value: Any, printed: str) -> None:
    found = read_json(text, Notes(), DEFAULT_LIMITS)
    assert found == value
    assert type(found) is type(value)
    assert str(found) == printed


@pytest.mark.parametrize(
    ("text", "value", "code", "was"),
    [
        ('{"a": "x\ny\tz"}', {"a": "x\ny\tz"}, "control_character", "line 1 column 9"),
        ('{"a": [1, 2,\n ], }', {"a": [1, 2]}, "trailing_comma", "line 2 column 2"),
        ('{"a": ",}", "b": "\\",]",}', {"a": ",}", "b": '",]'}, "trailing_comma", "line 1 column 25"),
    ],
)
def test_it_rescues_with_a_note(text: str, value: Any, code: str, was: str) -> None:
    notes = Notes()
    assert read_json(text, notes, DEFAULT_LIMITS) == value
    assert [(repair.code, repair.was) for repair in notes.repairs] == [(code, was)]


def test_a_failed_rescue_leaves_no_note() -> None:
    notes = Notes()
    with pytest.raises(Undecodable):
        read_json('{"a": "x\ny", "b": "he said "hi,}"}', notes, DEFAULT_LIMITS)
    assert notes.repairs == ()


def test_of_a_key_given_twice_the_last_wins_with_a_warning() -> None:
    notes = Notes()
    assert read_json('{"a": {"b": 1, "b": 2}}', notes, DEFAULT_LIMITS) == {"a": {"b": 2}}
    assert notes.warnings == ('The key "b" stands twice in one JSON object; the last one was taken.',)


def test_python_numbers_are_exact() -> None:
    found = read_python("{'a': 1299.5, 'b': 12, 'c': -0.1}", DEFAULT_LIMITS)
    assert found == {"a": Decimal("1299.5"), "b": 12, "c": Decimal("-0.1")}


@pytest.mark.parametrize(
    "text",
    [
        "{'a': __import__('os')}",
        "{'a': 1e999}",
        "{'a': 1j}",
        "{'a': {1, 2}}",
        "{'a': b'x'}",
        "{(1, 2): 'a'}",
        "{'a': 0x" + "f" * 400 + "}",
        "{'a': '\\d'}",
        "{'a': " + "[" * 40 + "]" * 40 + "}",
        "{'a': '" + "x" * 70_000 + "'}",
        "{'a': [}",
        '{"a": 1}x',
        "{'a': '\0'}",
    ],
)
def test_what_is_no_plain_python_literal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a Python literal"):
        read_python(text, DEFAULT_LIMITS)
