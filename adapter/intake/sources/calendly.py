"""Calendly: the invitee's answers, in today's list and in the numbered keys of its retired version 1. Captured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from adapter.intake.sources.labels import at, labelled, mapping, pairs

_QUESTION: Final = re.compile(r"(\d{1,3})_question")


def answers(data: Any) -> dict[str, Any]:
    """Answers by their question."""
    rows = at(data, "payload", "questions_and_answers")
    return labelled([*pairs(rows, "question", "answer"), *_numbered(at(data, "payload", "questions_and_responses"))])


def _numbered(told: Any) -> Iterator[tuple[Any, Any]]:
    """`{"1_question": …, "1_response": …}`."""
    for key, question in mapping(told).items():
        if match := _QUESTION.fullmatch(key):
            yield question, mapping(told).get(f"{match[1]}_response")
