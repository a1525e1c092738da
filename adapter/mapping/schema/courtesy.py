"""The parts of a hook file that say when its messages may leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.mapping.courtesy import HOOK, RECIPIENT
from adapter.mapping.schema.types import Strict, Zone, span, text

CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\Z")
MOST_COUNT: Final = 1_000


class Clock(fields.Field[int]):
    """A time of day such as `21:00`, as minutes since midnight."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        match = CLOCK.match(value) if isinstance(value, str) else None
        if match is None:
            raise ma.ValidationError('must be a time of day such as "21:00"')
        return int(match[1]) * 60 + int(match[2])


class QuietZone(fields.Field[str]):
    """`recipient`, `hook`, or the name of a time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value in (RECIPIENT, HOOK):
            return str(value)
        try:
            return str(Zone().deserialize(value))
        except ma.ValidationError:
            raise ma.ValidationError(
                f'"{value}" must be {RECIPIENT}, {HOOK}, or a time zone such as Asia/Kolkata'
            ) from None


class QuietSchema(Strict):
    """`quiet: {from: "21:00", until: "08:00", zone: recipient}`."""

    starts = Clock(data_key="from", required=True)
    ends = Clock(data_key="until", required=True)
    zone = QuietZone(load_default=RECIPIENT)

    @ma.validates_schema
    def is_no_whole_day(self, data: Mapping[str, Any], **_: Any) -> None:
        """Quiet all day would mean never to send."""
        if data["starts"] == data["ends"]:
            raise ma.ValidationError("must be another time of day than from", "until")


class LimitSchema(Strict):
    """`limit: {per: recipient, count: 3, within: 24h}`."""

    per = text(load_default=RECIPIENT, validate=validate.OneOf([RECIPIENT], error="must be recipient"))
    count = fields.Integer(
        strict=True, required=True,
        validate=validate.Range(1, MOST_COUNT, error=f"must be a number from 1 to {MOST_COUNT:,}"),
        error_messages={"invalid": f"must be a number from 1 to {MOST_COUNT:,}"},
    )  # fmt: skip
    within = span(30, required=True)
