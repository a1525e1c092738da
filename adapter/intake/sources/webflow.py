"""Webflow: the answers are an object by the labels of the fields, inside `payload.data` (version 1: `data`)."""

from __future__ import annotations

from typing import Any, Final

from adapter.intake.sources.labels import at, labelled, mapping

# Captured: a label "Bok.nr." arrives with U+FF0E instead of dots.
_WIDE_DOT: Final = "\uff0e"


def answers(data: Any) -> dict[str, Any]:
    """Values by label, also as it was written before Webflow replaced its dots."""
    found = mapping(at(data, "payload", "data") or at(data, "data"))
    dotted = {key.replace(_WIDE_DOT, "."): value for key, value in found.items()}
    return labelled([*found.items(), *dotted.items()])
