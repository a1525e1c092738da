"""One entry of `fields` in a hook file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
import regex
from marshmallow import fields, validate

from adapter.mapping.fields import CASES, TYPES
from adapter.mapping.fields.dates import DateFault, as_code
from adapter.mapping.schema.types import Locale, Strict, TextOrList, Zone, boolean, region, text

_TEXTS: Final = frozenset({"text"})
_NUMBERS: Final = frozenset({"integer", "decimal"})
_DATES: Final = frozenset({"date", "datetime"})
# Which types an option belongs to; one that stands elsewhere would be read and ignored.
_BELONGS: Final[Mapping[str, frozenset[str]]] = {
    "region": frozenset({"phone"}),
    "region_from": frozenset({"phone"}),
    "choices": frozenset({"choice"}),
    "case": _TEXTS,
    "join": _TEXTS,
    "split": _TEXTS | {"list"},
    "pattern": frozenset({"text", "email", "url"}),
    "min": _TEXTS | _NUMBERS | _DATES | {"list"},
    "max": _TEXTS | _NUMBERS | _DATES | {"list"},
    "format": _DATES,
    "timezone": frozenset({"datetime"}),
    "locale": _NUMBERS | _DATES,
    "fields": frozenset({"list"}),
    "strip": frozenset(TYPES) - {"list", "json"},
    "map": frozenset(TYPES) - {"list", "json"},
}


class ChoicesField(fields.Field[Any]):
    """A list of words, or a mapping of words to their synonyms; always (word, synonyms) pairs."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        pairs = value.items() if isinstance(value, Mapping) else [(one, ()) for one in TextOrList().deserialize(value)]
        found = tuple((str(word), self._synonyms(other)) for word, other in pairs)
        if not found:
            raise ma.ValidationError("must be a list of words, or a mapping of words to their synonyms")
        return found

    @staticmethod
    def _synonyms(value: Any) -> tuple[str, ...]:
        return tuple(TextOrList().deserialize(value) or ()) if value else ()


class TableField(fields.Field[Any]):
    """A value table: what comes (ignoring case and outer blanks) to what it means; `*` is everything else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping) or not value:
            raise ma.ValidationError("must be a mapping of what comes to what it means")
        if any(isinstance(one, list | Mapping) for one in value.values()):
            raise ma.ValidationError("each value must be text, a number, true or false")
        return {str(key).strip().casefold(): one for key, one in value.items()}


class StripField(fields.Field[Any]):
    """`true`, `false`, `html`, or the characters to drop at both ends."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or (isinstance(value, str) and value):
            return value
        raise ma.ValidationError("must be true, false, html, or the characters to drop at both ends")


def _pattern(value: str) -> None:
    try:
        regex.compile(value)
    except regex.error as fault:
        raise ma.ValidationError(f"is not a regular expression: {fault}") from None


def _format(value: list[str]) -> None:
    for one in value:
        try:
            as_code(one)
        except DateFault as fault:
            raise ma.ValidationError(f'"{one}" {fault}') from None


class FieldSchema(Strict):
    """One entry of `fields`."""

    type = text(
        load_default="text", validate=validate.OneOf(list(TYPES), error="unknown type; known are " + ", ".join(TYPES))
    )
    from_ = TextOrList(data_key="from")
    required = boolean(load_default=False)
    default = fields.Raw(allow_none=True)
    region = region()
    region_from = TextOrList()
    choices = ChoicesField()
    map = TableField()
    pattern = text(validate=_pattern)
    strip = StripField()
    case = text(validate=validate.OneOf(list(CASES), error="must be one of " + ", ".join(CASES)))
    split = text(validate=validate.Length(min=1))
    join = text()
    min = fields.Raw()
    max = fields.Raw()
    format = TextOrList(validate=_format)
    timezone = Zone()
    locale = Locale()
    fields_ = fields.Dict(
        data_key="fields",
        keys=fields.String(),
        values=fields.Nested(lambda: FieldSchema()),  # noqa: PLW0108 - the name is bound later
        error_messages={"invalid": "must be a mapping of field names to their types"},
    )

    @ma.validates_schema
    def fits_its_type(self, data: Mapping[str, Any], **_: Any) -> None:
        """Options belong to types, and a required field needs no default."""
        if data.get("required") and data.get("default") is not None:
            raise ma.ValidationError("a required field cannot have a default; keep one of them", "default")
        for option, types in _BELONGS.items():
            if (f"{option}_" if option == "fields" else option) in data and data["type"] not in types:
                raise ma.ValidationError(f"{option} belongs to a field of type {' or '.join(sorted(types))}", option)
        if data["type"] == "choice" and "choices" not in data:
            raise ma.ValidationError("choices and type: choice belong together", "choices")
        if "region" in data and "region_from" in data:
            raise ma.ValidationError(
                "give region or region_from; the hook's own region stands in for both", "region_from"
            )
