"""One field as a hook file declares it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from adapter.mapping.lookup import Place


@dataclasses.dataclass(frozen=True, slots=True)
class FieldSpec:
    """One entry of `fields`; None and () mean that the hook file does not say.

    `region_from` are places that tell a phone's country. `choices` are (choice, its synonyms), `table` the value table
    of `map`. `formats` are date formats, tried in order. `rows` are the fields of each row of a list, () for a plain
    list. `minimum` and `maximum` bound numbers and dates by value, texts and lists by length.
    """

    name: str
    type: str
    places: tuple[Place, ...]
    required: bool = False
    default: Any = None
    region: str | None = None
    region_from: tuple[Place, ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    table: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    pattern: str | None = None
    strip: bool | str = True
    case: str | None = None
    split: str | None = None
    join: str | None = None
    minimum: Any = None
    maximum: Any = None
    formats: tuple[str, ...] = ()
    zone: dt.tzinfo | None = None
    locale: str | None = None
    rows: tuple[FieldSpec, ...] = ()
