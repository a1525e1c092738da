"""YAML as a hook file means it: text stays text, and every fault has its line."""

from __future__ import annotations

import pytest

from adapter.located import YamlFault, read_yaml


def test_only_true_and_false_are_booleans() -> None:
    data = read_yaml("a: NO\nb: yes\nc: on\nd: 0123\ne: 1:30\nf: true\ng: false\nh: 'true'").data
    assert data == {"a": "NO", "b": "yes", "c": "on", "d": "0123", "e": "1:30", "f": True, "g": False, "h": "true"}


def test_plain_numbers_and_null_are_read() -> None:
    assert read_yaml("a: 12\nb: -1.5\nc: null\nd:\ne: 1e5").data == {
        "a": 12,
        "b": -1.5,
        "c": None,
        "d": None,
        "e": "1e5",
    }


def test_every_value_has_its_line() -> None:
    located = read_yaml("a: 1\nb:\n  c: [x,\n    y]\n")
    assert located.line(("b", "c", 1)) == 4
    assert located.line(("b", "gone")) == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 'the key "a" stands twice'),
        ("a: [1\nb: 2\n", 2, "not YAML"),
        ("? [x]\n: 1\n", 1, "a key must be plain text"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nests or repeats too much"),
        ("a:\n  b: " + "[" * 5_000, 2, "nests or repeats too much"),
        ("{" * 100_000, 1, "nests or repeats too much"),
        ("x: 1\n" + " " * 300_000, 1, "larger than 256 KiB"),
    ],
)
def test_a_document_that_cannot_be_read_says_where_and_why(text: str, line: int, words: str) -> None:
    with pytest.raises(YamlFault, match=words) as caught:
        read_yaml(text)
    assert caught.value.line == line


@pytest.mark.parametrize("start", ["[" * 40, "- x\n" * 20_001])
def test_what_is_too_much_is_not_read_on(start: str) -> None:
    with pytest.raises(YamlFault, match="nests or repeats too much"):
        read_yaml(start + "} what follows is not even YAML")


def test_a_bomb_of_aliases_is_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    with pytest.raises(YamlFault, match="repeats too much"):
        read_yaml(bomb)
