"""Jotform: answers are keys such as `q6_nomeCompleto6` inside `rawRequest`; names, phones and dates come in pieces.

Captured; the rule of the keys is that of n8n's JotFormTrigger.node.ts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter.intake.sources.labels import at, labelled, mapping, texts

_ANSWER: Final = re.compile(r"q(\d{1,6})_(.+)", re.DOTALL)
_NAME: Final = ("prefix", "first", "middle", "last", "suffix")
_PHONE: Final = ("country", "area", "phone")
_DATE: Final = ("year", "month", "day")


def answers(data: Any) -> dict[str, Any]:
    """Values by the question's name, what came in pieces as one text. Decode has put `rawRequest` beside its keys."""
    return labelled([*_pairs(mapping(data)), *_pairs(mapping(at(data, "rawRequest")))])


def _pairs(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    found = [(match, value) for key, value in data.items() if (match := _ANSWER.fullmatch(key))]
    yield from ((match[2], _joined(value)) for match, value in found)
    # Jotform ends the name it makes of a label with the question's number: "Nome completo" is `q6_nomeCompleto6`.
    yield from ((match[2].removesuffix(match[1]), _joined(value)) for match, value in found)


def _joined(value: Any) -> Any:
    """One text the way a person writes it; a value of another shape as it is."""
    if not isinstance(value, dict):
        return value
    keys = value.keys()
    if keys == {"full"}:
        return " ".join(texts(value["full"]))
    if "phone" in keys and keys <= set(_PHONE):
        country, area, phone = ("".join(texts(value.get(key))) for key in _PHONE)
        return " ".join(filter(None, (f"+{country.removeprefix('+')}" if country else "", area, phone)))
    if "first" in keys and keys <= set(_NAME):
        return " ".join(texts(*(value.get(key) for key in _NAME)))
    if keys == set(_DATE) and len(parts := texts(*(value[key] for key in _DATE))) == len(_DATE):
        return "-".join(part.zfill(2) for part in parts)
    return value
