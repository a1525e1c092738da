"""One entry of `fields` in a hook file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from adapter.mapping.fields import TYPES
from adapter.mapping.schema.types import NotYet, Strict, TextOrList, boolean, region, text


class FieldSchema(Strict):
    """One entry of `fields`."""

    type = text(
        load_default="text", validate=validate.OneOf(list(TYPES), error="unknown type; known are " + ", ".join(TYPES))
    )
    from_ = TextOrList(data_key="from")
    required = boolean(load_default=False)
    default = fields.Raw(allow_none=True)
    region = region()
    choices = TextOrList()
    min = NotYet()
    max = NotYet()
    map = NotYet()
    pattern = NotYet()
    strip = NotYet()
    case = NotYet()
    split = NotYet()
    join = NotYet()
    format = NotYet()
    region_from = NotYet()
    fields_ = NotYet(data_key="fields")

    @ma.validates_schema
    def fits_its_type(self, data: Mapping[str, Any], **_: Any) -> None:
        """Options belong to a type, and a required field needs no default."""
        if data.get("required") and data.get("default") is not None:
            raise ma.ValidationError("a required field cannot have a default; keep one of them", "default")
        if "region" in data and data["type"] != "phone":
            raise ma.ValidationError("region belongs to a field of type phone", "region")
        if ("choices" in data) != (data["type"] == "choice"):
            raise ma.ValidationError("choices and type: choice belong together", "choices")
