"""What is written as YAML is read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapter.located import read_yaml
from adapter.written import block, comment, scalar, sequence

# Every character that can reach a hook: decode lets no half of a broken one through.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(TEXTS)
@example("")
@example("null")
@example("a: b")
@example("a #b")
@example("-")
@example("1.3")
@example("0x10")
@example("a ")
@example("${X}")
@example("{{ x }}")
@example("\ufeff\x85\u2028")
@example('"\\')
@example("k" * 200)
def test_a_text_comes_back_from_a_value_a_key_and_a_list(text: str) -> None:
    written = f"{scalar(text)}: {scalar(text)}\nlist: {sequence([text, text])}\nmap: {{a: {scalar(text)}}}\n"
    if text == "list" or text == "map":
        return
    assert read_yaml(written).data == {text: text, "list": [text, text], "map": {"a": text}}


@given(st.lists(TEXTS, min_size=1, max_size=5).map("\n".join))
@example("Hi\n\n  indented\n# no comment\n--- \n")
@example(" leading\nblank")
@example("\n\nafter blank lines")
@example("tab\there\nand there")
@example("...\n---")
def test_a_text_of_several_lines_comes_back_without_the_blank_lines_at_its_end(text: str) -> None:
    data = read_yaml(f"a:\n  - b: {block(text, '      ')}\n    c: end\n").data
    assert data["a"][0]["b"].rstrip() == text.rstrip()
    assert data["a"][0]["c"] == "end"


@given(TEXTS)
@example("a\nb: c")
@example("a\u2028b: c")
@example("x" * 500)
def test_a_comment_is_never_read(text: str) -> None:
    assert read_yaml(f"a: b\n{comment(text)}\n  # {comment(text)}\nc: d\n").data == {"a": "b", "c": "d"}


@pytest.mark.parametrize(
    ("text", "written"),
    [("Mobile", "Mobile"), ("Full Name", "Full Name"), ("Teléfono / WhatsApp", "Teléfono / WhatsApp"), ("no", '"no"')],
)
def test_a_text_that_needs_no_quotes_has_none(text: str, written: str) -> None:
    assert scalar(text) == written
