"""Lists of rows in the two other shapes that senders give them: numbered objects and parallel lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rows(value: Any) -> list[Any] | None:
    """A list itself; the values of an object with the keys "0" … "n-1" in that order; the rows of an object of lists of
    one length, as Zapier's line items are. None for anything else."""
    if isinstance(value, list):
        return value
    if not isinstance(value, Mapping) or not value:
        return None
    if all(str(index) in value for index in range(len(value))):
        return [value[str(index)] for index in range(len(value))]
    if all(isinstance(column, list) for column in value.values()) and len({len(c) for c in value.values()}) == 1:
        return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]
    return None
