"""Elementor Pro with "Advanced Data": `fields[<id>][title|type|value]`, `meta[<key>][title|value]`.

`modules/forms/actions/webhook.php`; captured. Without that switch the keys are labels already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapter.intake.sources.labels import at, labelled, mapping

# Ids are free text and titles change; the type is what finds a phone.
_TYPES: Final = ("tel", "email")


def answers(data: Any) -> dict[str, Any]:
    """Values by title and by id, the first `tel` and `email` also by their type, and what is told of the visit."""
    return labelled(_pairs(data))


def _pairs(data: Any) -> Iterator[tuple[Any, Any]]:
    fields = [
        (key, field)
        for key, field in mapping(at(data, "fields")).items()
        if isinstance(field, dict) and "value" in field and field.get("type") != "step"
    ]
    yield from ((field.get("title"), field["value"]) for _, field in fields)
    yield from ((key, field["value"]) for key, field in fields)
    yield from ((field["type"], field["value"]) for _, field in fields if field.get("type") in _TYPES)
    told = (mapping(row) for row in mapping(at(data, "meta")).values())
    yield from ((row.get("title"), row.get("value")) for row in told)
