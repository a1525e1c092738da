"""The one step from an untrusted payload to trusted values, or to sentences about the sender's own keys."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import marshmallow as ma
from marshmallow.experimental.context import Context

from adapter.errors import HookError, InvalidFields, messages_in
from adapter.intake.payload import Repair
from adapter.intake.sources import DOLLAR
from adapter.mapping import phone
from adapter.mapping.fields.notes import Notes, as_text
from adapter.mapping.fields.spec import FieldSpec
from adapter.mapping.lookup import Found, Place, Source

_A_LIST: Final = 'A list of {} came; write `for_each: "@"` in the hook, or send one object at a time. '
PHONE_EMPTY_WORDS: Final = frozenset({"-none-", "-select-", "null", "none", "undefined"})


@dataclasses.dataclass(frozen=True, slots=True)
class Manner:
    """How to read what one hook's sender writes: the country of its numbers and where it is told, its time zone, its
    locale (None: not said), its words for nothing, and what a merge field looks like that was not filled in."""

    region: str | None = None
    region_from: tuple[Place, ...] = ()
    zone: dt.tzinfo = dt.UTC
    locale: str | None = None
    empty_words: frozenset[str] = frozenset()
    placeholders: re.Pattern[str] = DOLLAR


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """Trusted values by field name; a missing optional field is None.

    `came` are the fields whose value came and is no default; True for those of the element that `for_each` is at.
    """

    values: Mapping[str, Any]
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()
    came: Mapping[str, bool] = dataclasses.field(default_factory=dict)


class Fields(Protocol):
    """What a hook knows of its payload: the names that its rule and texts may use, and how they are filled."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the values."""

    def load(self, data: Any, *, received: Sequence[str] = ()) -> Loaded:
        """Payload, or a Source of it, to trusted values. `received` are the sender's keys, for a sentence. Raises
        InvalidFields, keyed by the sender's own names, and HookError where the hook itself fails."""


@dataclasses.dataclass(frozen=True, slots=True)
class DeclaredFields:
    """The `fields` of a hook file."""

    specs: tuple[FieldSpec, ...]
    schema: ma.Schema
    manner: Manner = Manner()

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(spec.name for spec in self.specs)

    def load(self, data: Any, *, received: Sequence[str] = ()) -> Loaded:
        """As `Fields`."""
        manner = self.manner
        source = data if isinstance(data, Source) else Source(data, manner.empty_words, manner.placeholders)
        here = Notes(region=manner.region, zone=manner.zone, locale=manner.locale)
        here.regions = _regions(self.specs, source, manner, here)
        with Context(here):
            values, found, faults = _load(self.schema, self.specs, source)
        if faults:
            refusal = _refusal(self.specs, found, faults, received)
            if isinstance(source.data, list):
                refusal = InvalidFields(_A_LIST.format(len(source.data)) + refusal.sentence, fields=refusal.fields)
            raise refusal
        came = {name: one.of_item for name, one in found.items() if one.value is not None}
        return Loaded(values, tuple(here.repairs), tuple(here.warnings), came)


@dataclasses.dataclass(frozen=True, slots=True)
class SchemaClass:
    """A marshmallow schema of the hook's owner (`schema: package.Class`); it gets the payload itself."""

    schema: ma.Schema
    manner: Manner = Manner()

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes it loads."""
        return tuple(field.attribute or name for name, field in self.schema.load_fields.items())

    def load(self, data: Any, *, received: Sequence[str] = ()) -> Loaded:
        """As `Fields`. Keys the class does not know are left out unless it includes them."""
        here = Notes(region=self.manner.region, zone=self.manner.zone, locale=self.manner.locale)
        keep: Any = ma.INCLUDE if self.schema.unknown == ma.INCLUDE else ma.EXCLUDE
        try:
            with Context(here):
                values = self.schema.load(data.data if isinstance(data, Source) else data, unknown=keep)
        except ma.ValidationError as fault:
            raise _own_refusal(messages_in(fault)) from fault
        except Exception as fault:
            raise HookError(f"The schema {type(self.schema).__name__} failed on this request: {fault}.") from fault
        if not isinstance(values, Mapping):
            raise HookError(
                f"The schema {type(self.schema).__name__} must load a mapping, not {type(values).__name__}."
            )
        came = {name: True for name, value in values.items() if value is not None}  # whence, only the class knows
        return Loaded({**dict.fromkeys(self.names), **values}, tuple(here.repairs), tuple(here.warnings), came)


def load_row(schema: ma.Schema, specs: Sequence[FieldSpec], row: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """One row of a list field, within the load that is under way: its values and a sentence for each fault."""
    source = Source(row, frozenset())
    values, found, faults = _load(schema, specs, source)
    refusal = _refusal(specs, found, faults, tuple(row)) if faults else None
    return values, [text for texts in refusal.fields.values() for text in texts] if refusal else []


def _load(
    schema: ma.Schema, specs: Sequence[FieldSpec], source: Source
) -> tuple[Mapping[str, Any], dict[str, Found], dict[str, Any]]:
    found = {spec.name: source.find(spec.places, empty_words=_empty_words(spec)) for spec in specs}
    raw = {spec.name: one for spec in specs if (one := _given(spec, found[spec.name])) is not None}
    try:
        values = schema.load(raw)
    except ma.ValidationError as fault:
        return {}, found, messages_in(fault)
    return values, found, {}


def _given(spec: FieldSpec, found: Found) -> Any:
    return spec.default if found.value is None else found.value


def _regions(specs: Sequence[FieldSpec], source: Source, manner: Manner, here: Notes) -> dict[str, str | None]:
    """The country of each phone field: its own, what the payload says, the hook's."""
    regions: dict[str, str | None] = {}
    for spec in specs:
        if spec.type == "phone":
            told = _told(spec.region_from or manner.region_from, source, here) if spec.region is None else None
            regions[spec.name] = spec.region or told or manner.region
    return regions


def _told(places: Sequence[Place], source: Source, here: Notes) -> str | None:
    found = source.find(places, empty_words=PHONE_EMPTY_WORDS) if places else None
    if found is None or found.value is None:
        return None
    region = phone.region_of(found.value)
    if region is None:
        here.warnings.append(f'{found.key}: "{as_text(found.value)[:40]}" is no country this adapter knows.')
    return region


def _empty_words(spec: FieldSpec) -> frozenset[str]:
    return PHONE_EMPTY_WORDS if spec.type == "phone" else frozenset()


def _refusal(
    specs: Sequence[FieldSpec], found: Mapping[str, Found], faults: Mapping[str, Any], received: Sequence[str]
) -> InvalidFields:
    fields: dict[str, list[str]] = {}
    sentences: list[str] = []
    for spec in specs:
        if spec.name in faults:
            one = found[spec.name]
            texts = [_missing(spec, one, received)] if one.value is None else [str(text) for text in faults[spec.name]]
            sentences += texts if one.value is None else [f"{one.key}: {text}" for text in texts]
            fields.setdefault(one.key, []).extend(texts)
    return InvalidFields(_summary(sentences), fields=fields)


def _own_refusal(faults: Mapping[str, Any]) -> InvalidFields:
    """The messages of an owner's schema, which are keyed by the sender's names already; deeper ones by their path."""
    fields: dict[str, list[str]] = {}

    def walk(inner: Any, path: str) -> None:
        if isinstance(inner, Mapping):
            for key, value in inner.items():
                walk(value, path if key == "_schema" else f"{path}.{key}" if path else str(key))
        else:
            fields.setdefault(path or "_schema", []).extend(str(text) for text in inner)

    walk(faults, "")
    return InvalidFields(_summary([f"{key}: {text}" for key, texts in fields.items() for text in texts]), fields=fields)


def _summary(sentences: Sequence[str]) -> str:
    more = f" And {len(sentences) - 3} more fields are wrong." if len(sentences) > 3 else ""
    return " ".join(sentences[:3]) + more


def _missing(spec: FieldSpec, found: Found, received: Sequence[str]) -> str:
    if found.placeholder is not None:
        return (
            f'{spec.name} is missing: the placeholder "{found.placeholder}" came instead of a value. '
            "Choose the field again from the list in the sending tool."
        )
    looked = " or ".join(place.key for place in spec.places[:6])
    came = ", ".join(received[:12]) or "nothing"
    return f"{spec.name} is missing. The hook looks for {looked}; the request had {came}."
