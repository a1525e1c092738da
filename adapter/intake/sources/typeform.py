"""Typeform: answers are a list, each value under a key equal to its type, and the titles stand in `definition`.

https://www.typeform.com/developers/webhooks/example-payload/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapter.intake.sources.labels import at, labelled, mapping, objects


def answers(data: Any) -> dict[str, Any]:
    """Answers by the title and by the `ref` of their question, and the hidden fields. Unanswered ones are missing."""
    return labelled(_pairs(at(data, "form_response")))


def _pairs(response: Any) -> Iterator[tuple[Any, Any]]:
    titles = {_text(field.get("id")): field.get("title") for field in objects(at(response, "definition", "fields"))}
    found = [(mapping(row.get("field")), _value(row)) for row in objects(at(response, "answers"))]
    yield from ((titles.get(_text(field.get("id"))), value) for field, value in found)
    yield from ((field.get("ref"), value) for field, value in found)
    yield from mapping(at(response, "hidden")).items()


def _value(answer: dict[str, Any]) -> Any:
    value = answer.get(_text(answer.get("type")))
    if not isinstance(value, dict):
        return value
    if isinstance(labels := value.get("labels"), list):
        return [*labels, *([value["other"]] if value.get("other") else [])]
    return value.get("label") or value.get("other") or value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
