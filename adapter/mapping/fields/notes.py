"""What is known about a sender, and what is noted, while one payload is loaded: marshmallow's context of a load."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from marshmallow.experimental.context import Context

from adapter.intake.payload import Repair

_MOST_SHOWN: Final = 60


@dataclasses.dataclass(slots=True)
class Notes:
    """What was changed or is doubtful, and how many patterns were compared.

    `region` is the country of numbers without one, `regions` those of single fields, `locale` what the hook says of the
    sender's way to write numbers (None: nothing).
    """

    region: str | None = None
    regions: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    zone: dt.tzinfo = dt.UTC
    locale: str | None = None
    repairs: list[Repair] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    patterns: int = 0

    def repair(self, field: str, code: str, was: Any, now: Any) -> None:
        """Note a change."""
        self.repairs.append(Repair(field, code, as_text(was)[:80], as_text(now)[:80]))


def notes() -> Notes:
    """Those of the load that is under way."""
    found: Notes = Context.get()
    return found


def as_text(value: Any) -> str:
    """A scalar as people write it: no exponent, no Python spelling."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return format(Decimal(str(value)), "f")
    return str(value)


def shown(value: Any) -> str:
    """A received value as an error may show it: short, in quotes."""
    text = as_text(value)
    return f'"{text[:_MOST_SHOWN]}…"' if len(text) > _MOST_SHOWN else f'"{text}"'
