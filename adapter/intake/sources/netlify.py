"""Netlify Forms: the same answers stand in up to four places; `data` has them all. Captured."""

from __future__ import annotations

from typing import Any

from adapter.intake.sources.labels import at, labelled, mapping, pairs


def answers(data: Any) -> dict[str, Any]:
    """Values by the name of their input, then by the title people see; a function's event has all inside `payload`."""
    form = mapping(data) if "data" in mapping(data) else mapping(at(data, "payload"))
    titled = pairs(form.get("ordered_human_fields"), "title", "value")
    return labelled([*mapping(form.get("data")).items(), *titled])
