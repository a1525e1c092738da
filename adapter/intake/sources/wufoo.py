"""Wufoo: keys are `Field1`, `Field2`; the titles come in `FieldStructure`, where the webhook was made with metadata.

n8n's WufooTrigger.node.ts; http://help.wufoo.com, "Webhooks".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapter.intake.sources.labels import at, labelled, mapping, objects, texts


def answers(data: Any) -> dict[str, Any]:
    """Values by the title of their field; the pieces of a name also by their own label, such as First."""
    fields = objects(at(data, "FieldStructure", "Fields"))
    return labelled([(field.get("Title"), _value(data, field)) for field in fields] + list(_pieces(data, fields)))


def _value(data: Any, field: dict[str, Any]) -> Any:
    pieces = objects(field.get("SubFields"))
    if not pieces:
        return _single(data, field.get("ID"))
    values = texts(*(_single(data, piece.get("ID")) for piece in pieces))
    return " ".join(values) if _is_name(field) else values


def _pieces(data: Any, fields: list[dict[str, Any]]) -> Iterator[tuple[Any, Any]]:
    for field in filter(_is_name, fields):
        yield from ((piece.get("Label"), _single(data, piece.get("ID"))) for piece in objects(field.get("SubFields")))


def _is_name(field: dict[str, Any]) -> bool:
    return field.get("Type") in ("name", "shortname")


def _single(data: Any, identity: Any) -> Any:
    """The value of `Field10`, or the address of the file in `Field10-url`."""
    if not isinstance(identity, str):
        return None
    return mapping(data).get(f"{identity}-url") or mapping(data).get(identity)
