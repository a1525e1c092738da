"""The table of texts is whole: each state and code that is ever written has its sentences, and each stands once."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from adapter.delivery.states import MEANINGS
from adapter.delivery.texts import CODES, MOMENTS, OWN, STATES, Text, first_sentence
from adapter.picky.outcome import ALL_MEANINGS

ROOT = Path(__file__).resolve().parents[2] / "adapter"
OF_THE_ENGINE = (
    "preparation_failed", "delivery_failed", "refunded", "window_closed", "delayed", "send_at", "quiet_hours", "over_limit",
    "daily_cap", "expired", "opted_out", "overtaken", "delivered_otherwise",
)  # fmt: skip


def trees(*folders: str) -> Iterator[ast.AST]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def errors_written(tree: ast.AST) -> Iterator[str]:
    """Words that stand as the value of `error`, in a dictionary or among the arguments."""
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr | str | None, ast.expr]] = []
        if isinstance(node, ast.Dict):
            pairs = [
                (key.value if isinstance(key, ast.Constant) else None, value)
                for key, value in zip(node.keys, node.values, strict=True)
            ]  # type: ignore[misc]
        elif isinstance(node, ast.Call):
            pairs = [(one.arg, one.value) for one in node.keywords]
        yield from (
            value.value
            for key, value in pairs
            if key == "error" and isinstance(value, ast.Constant) and isinstance(value.value, str)
        )


def sentences(tree: ast.AST) -> Iterator[str]:
    """Sentences for people: texts with a full stop or a command, but no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            text = node.value.strip()
            if " " in text and (text.endswith(".") or "python -m adapter" in text):
                yield text


def test_every_state_has_its_text_and_its_meaning_is_the_one_of_the_table_of_states() -> None:
    assert {state: text.cause for state, text in STATES.items()} == dict(MEANINGS)
    assert set(OWN) <= set(STATES)


def test_every_code_that_is_written_has_its_text() -> None:
    written = {code for tree in trees("delivery") for code in errors_written(tree)}
    assert "preparation_failed" in written  # the search finds what is there
    written |= {meaning.code for meaning in ALL_MEANINGS} | set(OF_THE_ENGINE)
    assert written - set(CODES) == set()


def test_no_sentence_stands_in_two_places() -> None:
    counted = Counter(text for tree in trees("delivery", "picky") for text in sentences(tree))
    assert counted[MEANINGS["queued"]] == 1  # the search finds what is there
    assert [text for text, count in counted.items() if count > 1] == []


def test_no_two_texts_say_the_same() -> None:
    causes = Counter(text.cause for table in (STATES, CODES, MOMENTS) for text in table.values() if text.cause)
    assert [cause for cause, count in causes.items() if count > 1] == []


@pytest.mark.parametrize("table", [STATES, CODES])
def test_a_cause_is_a_whole_sentence_and_its_places_are_columns_of_a_message(table: dict[str, Text]) -> None:
    for text in table.values():
        assert text.cause.endswith(".")
        places = {name for part in (text.cause, text.do) for _, name, _, _ in Formatter().parse(part) if name}
        assert places <= {"id", "account", "hook", "msg_id"}


def test_of_what_happened_only_the_first_sentence_is_said_of_an_attempt() -> None:
    assert first_sentence("not_connected") == "No connection to Picky Assist; nothing was sent."
    assert first_sentence("accepted") == "Picky Assist took it."
    assert first_sentence("a code of a later version") == "a code of a later version"
