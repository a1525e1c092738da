"""A text as WhatsApp shows it: the marks that pair and those that stay, lines, monospace and addresses."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.bubble import Block, Span, blocks, literal


def shown(text: str) -> list[tuple[str, ...]]:
    """The spans of a text of one block: (text, styles…)."""
    (block,) = blocks(text)
    return [(span.text, *span.styles) for span in block.spans]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("*bold*", [("bold", "bold")]),
        ("_italic_", [("italic", "italic")]),
        ("~strike~", [("strike", "strike")]),
        ("Hi *Asha*, thanks", [("Hi ",), ("Asha", "bold"), (", thanks",)]),
        ("_*x*_", [("x", "italic", "bold")]),
        ("*a _b_ c*", [("a ", "bold"), ("b", "bold", "italic"), (" c", "bold")]),
        ("(*x*)", [("(",), ("x", "bold"), (")",)]),
        ("*123*", [("123", "bold")]),
        ("```mono *no*```", [("mono *no*", "mono")]),
        ("```two\nlines```", [("two\nlines", "mono")]),
        ("`code _no_`", [("code _no_", "code")]),
        ("*a `b` c*", [("a ", "bold"), ("b", "bold", "code"), (" c", "bold")]),
        ("see https://shop.example/a_b_c?x=1.", [("see ",), ("https://shop.example/a_b_c?x=1", "link"), (".",)]),
        ("www.shop.example", [("www.shop.example", "link")]),
        ("*https://shop.example*", [("https://shop.example", "bold", "link")]),
        ("*a _b* c_", [("a _b", "bold"), (" c_",)]),
    ],
)
def test_marks_that_pair_become_looks(text: str, spans: list[tuple[str, ...]]) -> None:
    assert shown(text) == spans


@pytest.mark.parametrize(
    "text",
    ["2*3*4", "snake_case_name", "so * x * y", "**x**", "~~x~~", "__x__", "*open", "open*", "a*b*", "*b*c", "*a\nb*", "`open", "``` ", "`two\nlines`", "*", "**", "xhttp://a.example", "ftp://a.example", "http://", "\ufffc", "ü*b*"],
)  # fmt: skip
def test_what_does_not_pair_is_shown_as_it_stands(text: str) -> None:
    assert shown(text) == [(text,)]


def test_a_mark_does_not_reach_over_monospace_of_several_lines() -> None:
    assert shown("*a ```b\nc``` d*") == [("*a ",), ("b\nc", "mono"), (" d*",)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("- one\n* two", [("bullet", "•", "one"), ("bullet", "•", "two")]),
        ("1. one\n12. two", [("number", "1.", "one"), ("number", "12.", "two")]),
        ("> said", [("quote", "", "said")]),
        ("Hi\n\n- *a*\nbye\nnow", [("text", "", "Hi\n"), ("bullet", "•", "a"), ("text", "", "bye\nnow")]),
        ("-one\n1.5 kg\n- ", [("text", "", "-one\n1.5 kg\n- ")]),
        ("* x *", [("bullet", "•", "x *")]),
    ],
)
def test_the_start_of_a_line_makes_lists_and_quotes(text: str, kinds: list[tuple[str, str, str]]) -> None:
    assert [(block.kind, block.label, block.text) for block in blocks(text)] == kinds


def test_an_sms_shows_its_marks() -> None:
    assert literal("*Hi*\n- x") == (Block("text", "", (Span("*Hi*\n- x"),)),)


@given(st.text(st.sampled_from("ab 1*_~`>-.\n\ufffc") | st.characters()))
def test_no_text_fails_and_nothing_but_marks_is_lost(text: str) -> None:
    found = blocks(text)
    left_out = str.maketrans("", "", "*_~`>-•\n .0123456789")
    told = "".join(block.label + block.text for block in found)
    assert told.translate(left_out) == text.translate(left_out)
    assert "".join(block.text for block in literal(text)) == text


@pytest.mark.parametrize(
    "piece",
    [
        "*",
        "_*",
        "*a",
        "*a ",
        " *a* ",
        "`",
        "```",
        "`a",
        "``` `",
        "www.*",
        "http://",
        "- *a\n",
        "*_~a",
        "a*\n",
        "https://a.b)*",
    ],
)
def test_4096_characters_of_marks_take_no_time(piece: str) -> None:
    text = (piece * 4096)[:4096]
    started = time.process_time()
    blocks(text)
    assert time.process_time() - started < 2.0  # what is not linear takes minutes
