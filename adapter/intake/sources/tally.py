"""Tally: fields are a list with labels; choices are ids of `options`, a matrix is ids of `rows` and `columns`.

https://tally.so/help/webhooks
"""

from __future__ import annotations

from typing import Any

from adapter.intake.sources.labels import at, labelled, mapping, objects, urls


def answers(data: Any) -> dict[str, Any]:
    """Values by label, the ids of choices replaced by their texts, files by their addresses."""
    return labelled((field.get("label"), _value(field)) for field in objects(at(data, "data", "fields")))


def _value(field: dict[str, Any]) -> Any:
    value = field.get("value")
    if isinstance(field.get("rows"), list):
        rows, columns = _texts(field["rows"]), _texts(field.get("columns"))
        return {rows.get(row, row): _resolved(picked, columns) for row, picked in mapping(value).items()}
    return urls(_resolved(value, _texts(field.get("options"))))


def _texts(options: Any) -> dict[str, Any]:
    """The texts of choices by their id."""
    rows = objects(options)
    return {
        row["id"]: row["text"] for row in rows if isinstance(row.get("id"), str) and isinstance(row.get("text"), str)
    }


def _resolved(value: Any, texts: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(inner, texts) if isinstance(inner, str) else inner for inner in value]
    return texts.get(value, value) if isinstance(value, str) else value
