"""The rows of a list that came in another shape: an object keyed "0", "1", …, or an object of parallel lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,5}")
_MOST_ROWS: Final = 10_000
_MOST_CELLS: Final = 100_000


def rows(value: Any) -> list[Any] | None:
    """The value as a list of rows, None where it cannot be read as one.

    A list is itself. An object keyed "0".."n-1" is its values in the order of their numbers; where numbers are missing
    or start elsewhere, only when every value is an object (a form's deleted row leaves such a gap; `{"2024": 5}` is
    no list). An object of lists of one length is one object a place: `{"sku": ["A", "B"], "qty": [1, 2]}`. An empty
    object has no rows. More than 10,000 rows or 100,000 cells are None.
    """
    if isinstance(value, list):
        return value
    if not isinstance(value, Mapping) or len(value) > _MOST_ROWS:
        return None
    if all(isinstance(key, str) and _INDEX.fullmatch(key) for key in value):
        return _numbered(value)
    return _parallel(value)


def _numbered(value: Mapping[str, Any]) -> list[Any] | None:
    found = [value[key] for key in sorted(value, key=int)]
    complete = all(str(index) in value for index in range(len(value)))
    return found if complete or all(isinstance(row, Mapping) for row in found) else None


def _parallel(value: Mapping[str, Any]) -> list[Any] | None:
    columns = list(value.values())
    if not all(isinstance(column, list) for column in columns):
        return None
    lengths = {len(column) for column in columns}
    if len(lengths) > 1 or max(lengths) > _MOST_ROWS or max(lengths) * len(columns) > _MOST_CELLS:
        return None
    return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
