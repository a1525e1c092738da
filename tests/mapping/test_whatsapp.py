"""What people write that WhatsApp does not show as they mean it."""

from __future__ import annotations

import time

import pytest

from adapter.mapping.whatsapp import brought, counted, doubts, lint


@pytest.mark.parametrize(
    "text",
    ["Hi Asha, *thank you* for _your_ order ~12~ 10!", "2*3*4", "snake_case_name", "* one\n* two", "- one", "a < b > c", "5 * 3", "I <3 you", "[1] (see below)", "{not} a field", "```code```", "> quoted"],
)  # fmt: skip
def test_an_ordinary_text_has_no_doubts(text: str) -> None:
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Big **Sale** today", '"**Sale**" is shown with its marks; bold text has one * on each side'),
        ("__really__", '"__really__" is shown with its marks; italic text has one _'),
        ("~~10~~ 9", '"~~10~~" is shown with its marks; struck through text has one ~'),
        ("See [our shop](https://example.com/x)", "WhatsApp knows no named links"),
        ("Hi<br>there", '"<br>" is shown as it stands; WhatsApp knows no HTML'),
        ('<a href="https://example.com">x</a>', "WhatsApp knows no HTML"),
        ("Hi {{ name }}", 'The text holds "{{ name }}", which the sender did not fill in'),
        ("Hi ${Leads.Name}", 'The text holds "${Leads.Name}", which the sender did not fill in'),
    ],
)
def test_markup_and_left_over_fields_are_told(text: str, words: str) -> None:
    found = doubts(text)
    assert len(found) == 1
    assert words in found[0]


def test_length_is_told_from_4001_characters_and_where_emoji_count_double() -> None:
    assert doubts("a" * 4000) == []
    assert "4,001 characters" in doubts("a" * 4001)[0]
    assert doubts("👋" * 2048) == []
    assert "counts 4,098 where an emoji counts two" in doubts("👋" * 2049)[0]
    assert counted("a👋") == 3


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("Hi *Sale*", "*Sale*", True),
        ("*Hi Asha*!*", "Asha*!", True),
        ("Hi asha_m@example.com", "asha_m@example.com", False),
        ("Hi 2*3", "2*3", False),
        ("Hi *", "*", False),
        ("Hi Asha", "Asha", False),
        ("Hi Asha*", "Asha*", False),
    ],
)
def test_marks_in_a_value_are_told_by_its_field(text: str, value: str, told: bool) -> None:
    found = brought(text, {"name": value, "other": None}, ["name", "other"])
    assert len(found) == told
    assert not told or found == ['name contains "*", which WhatsApp may read as the mark for bold text.']


@pytest.mark.parametrize(
    ("literal", "words"),
    [
        ("Hi *\ufffc, thank you", 'the * before "…, thank you" is not closed on its line'),
        ("Hi *Asha\nbye*", "is not closed on its line"),
        ("Hi {name}!", '"{name}" is printed as it stands; a field is written "{{ name }}"'),
        ("Hi ${Leads.Name}!", '"${Leads.Name}" is printed as it stands'),
        ("Hi **\ufffc**", '"**…**" is shown with its marks'),
        ("[shop](\ufffc)", "WhatsApp knows no named links"),
    ],
)
def test_the_linter_reads_the_text_without_its_values(literal: str, words: str) -> None:
    found = lint(literal)
    assert len(found) == 1
    assert words in found[0]
    assert not found[0].endswith(".")


@pytest.mark.parametrize(
    "literal", ["*\ufffc* and _\ufffc_", "~20 min", "* item", "Hi \ufffc!", "5 * 3 = 15", "snake_case and _this_"]
)
def test_the_linter_is_silent_about_what_is_meant(literal: str) -> None:
    assert lint(literal) == []


@pytest.mark.parametrize("piece", ["**", "*a", "[a](", "<a ", "__", "~~", "{{", "${", "{a", " *", "_ "])
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * 4096)[:4096]
    begun = time.perf_counter()
    doubts(text)
    lint(text)
    brought(text, {"x": text}, ["x"])
    assert time.perf_counter() - begun < 0.5
