"""The field types of a hook, and the marshmallow schema compiled from what it declares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import marshmallow as ma
from marshmallow.experimental.context import Context

from adapter.intake.decode.rows import rows
from adapter.mapping.fields import scalars
from adapter.mapping.fields.limits import Validator, matching, within
from adapter.mapping.fields.notes import Notes, as_text, notes, shown
from adapter.mapping.fields.spec import FieldSpec

MOST_ROWS: Final = 1_000


class ListField(ma.fields.Field[Any]):
    """Several values, or rows of fields; a text is split at `split`, by default at commas."""

    def __init__(self, spec: FieldSpec | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.spec = spec or FieldSpec("", "list", ())
        self.schema = compile_schema(self.spec.rows) if self.spec.rows else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if self.schema is not None:
            return self.rows(value, attr or "")
        if isinstance(value, str):
            return [part.strip() for part in value.split(self.spec.split or ",") if part.strip()]
        found = rows(value) if isinstance(value, Mapping) else None
        if found is not None:
            notes().repair(attr or "", "rows", "object with numbered keys", "list")
            return found
        return list(value) if isinstance(value, list) else [value]

    def rows(self, value: Any, name: str) -> list[Any]:
        """Each row through the nested fields. Raises ma.ValidationError with a sentence a fault, naming the row."""
        from adapter.mapping.fields.load import load_row  # rows hold fields, which may hold rows

        found = rows(value)
        if found is not None and len(found) > MOST_ROWS:
            raise ma.ValidationError(f"{len(found):,} rows came; {MOST_ROWS:,} are read at most.")
        if found is not None and not isinstance(value, list):
            notes().repair(name, "rows", "object", f"{len(found)} rows")
        faults: list[str] = []
        loaded: list[Any] = []
        assert self.schema is not None  # noqa: S101 - asked by the caller
        for number, row in enumerate([value] if found is None else found, 1):
            if not isinstance(row, Mapping):
                faults.append(f"row {number} is no object with keys but {shown(row)}.")
                continue
            values, wrong = load_row(self.schema, self.spec.rows, row)
            loaded.append(values)
            faults += [f"row {number}: {sentence}" for sentence in wrong]
        if faults:
            raise ma.ValidationError(faults[:20])
        return loaded


TYPES: Final[Mapping[str, Any]] = {
    "text": scalars.TextField, "phone": scalars.PhoneField, "email": scalars.EmailField,
    "integer": scalars.IntegerField, "decimal": scalars.DecimalField, "boolean": scalars.BooleanField,
    "date": scalars.DateField, "datetime": scalars.DateTimeField, "url": scalars.UrlField,
    "choice": scalars.ChoiceField, "list": ListField, "json": scalars.JsonField,
}  # fmt: skip


def compile_schema(specs: Sequence[FieldSpec]) -> ma.Schema:
    """The marshmallow schema of a hook's fields."""
    return ma.Schema.from_dict({spec.name: _field(spec) for spec in specs})(unknown=ma.EXCLUDE)


def _field(spec: FieldSpec) -> ma.fields.Field[Any]:
    options: dict[str, Any] = {"required": spec.required, "allow_none": False, "validate": _validators(spec)}
    if not spec.required:
        options["load_default"] = None
    field: ma.fields.Field[Any] = TYPES[spec.type](spec, **options)
    return field


def _validators(spec: FieldSpec) -> list[Validator]:
    found = [matching(spec.pattern)] if spec.pattern is not None else []
    if spec.minimum is not None or spec.maximum is not None:
        found.append(within(spec.minimum, spec.maximum))
    return found


def default_of(spec: FieldSpec, *, zone: dt.tzinfo) -> Any:
    """The declared default as a trusted value; raises ma.ValidationError where it is none of its type."""
    with Context(Notes(region=spec.region, zone=zone)):
        return _field(spec).deserialize(spec.default, spec.name)


def bound_of(spec: FieldSpec, bound: Any) -> Any:
    """`min` or `max` as it is compared: a length, a number, a day. Raises ma.ValidationError."""
    if spec.type in {"text", "list"}:
        if isinstance(bound, bool) or not isinstance(bound, int) or bound < 0:
            raise ma.ValidationError(f"must be a length such as 10, not {shown(bound)}")
        return bound
    plain = FieldSpec(spec.name, spec.type, (), locale=spec.locale, zone=spec.zone)
    with Context(Notes(zone=spec.zone or dt.UTC)):
        return _field(plain).deserialize(as_text(bound) if isinstance(bound, float) else bound, spec.name)
