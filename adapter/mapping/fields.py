"""The field types of a hook as marshmallow fields, and the one step from an untrusted payload to trusted values."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import marshmallow as ma
from marshmallow.experimental.context import Context

from adapter.errors import InvalidFields, messages_in
from adapter.intake.payload import Payload, Repair
from adapter.mapping import phone
from adapter.mapping.lookup import Found, Place, Source

PHONE_EMPTY_WORDS: Final = frozenset({"-none-", "-select-", "null", "none", "undefined"})
_MOST_SHOWN: Final = 60


@dataclasses.dataclass(slots=True)
class Notes:
    """What was changed or is doubtful while one payload is loaded, and what the hook knows about its sender."""

    region: str | None = None
    zone: dt.tzinfo = dt.UTC
    repairs: list[Repair] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)


def _notes() -> Notes:
    notes: Notes = Context.get()
    return notes


def shown(value: Any) -> str:
    """A received value as an error may show it: short, in quotes."""
    text = str(value)
    return f'"{text[:_MOST_SHOWN]}…"' if len(text) > _MOST_SHOWN else f'"{text}"'


class _Scalar(ma.fields.Field[Any]):
    """A field of one value: a one-element list is its element (noted), a longer list or an object is an error."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, list) and len(value) == 1:
            _notes().repairs.append(Repair(attr or "", "one_element_list", "list of one", "its element"))
            value = value[0]
        if isinstance(value, list):
            raise ma.ValidationError(f"One value is expected here, but {len(value)} came.")
        if isinstance(value, Mapping):
            raise ma.ValidationError("One value is expected here, but an object came.")
        return self.convert(value, attr or "")

    def convert(self, value: Any, name: str) -> Any:
        """The trusted value; raises ma.ValidationError with a sentence."""
        raise NotImplementedError


def as_text(value: Any) -> str:
    """A scalar as people write it: no exponent, no Python spelling."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return format(Decimal(str(value)), "f")
    return str(value)


class TextField(_Scalar):
    """Any text or number, without surrounding blanks."""

    def convert(self, value: Any, name: str) -> str:
        return as_text(value).replace("\r\n", "\n").strip()


class PhoneField(_Scalar):
    """A phone number, through the number doctor: digits with country code."""

    def __init__(self, *, region: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.region = region

    def convert(self, value: Any, name: str) -> phone.PhoneNumber:
        notes = _notes()
        try:
            diagnosis = phone.diagnose(value, region=self.region or notes.region, field=name)
        except phone.PhoneFault as fault:
            raise ma.ValidationError(str(fault)) from fault
        notes.repairs.extend(diagnosis.repairs)
        notes.warnings.extend(diagnosis.warnings)
        return diagnosis.number


class EmailField(_Scalar):
    """An e-mail address."""

    _validate_email = ma.validate.Email()

    def convert(self, value: Any, name: str) -> str:
        text = as_text(value).strip()
        try:
            return self._validate_email(text)
        except ma.ValidationError as fault:
            raise ma.ValidationError(f"{shown(text)} is not an e-mail address.") from fault


class UrlField(_Scalar):
    """An http or https address."""

    _validate_url = ma.validate.URL(schemes={"http", "https"})

    def convert(self, value: Any, name: str) -> str:
        text = as_text(value).strip()
        try:
            return self._validate_url(text)
        except ma.ValidationError as fault:
            raise ma.ValidationError(f"{shown(text)} is not an address that begins with https://.") from fault


_CURRENCY: Final = re.compile(r"^[^\d.,+\-()]{0,5}|[^\d.,()]{0,5}$")
_PLAIN: Final = re.compile(r"[-+]?\d{1,30}(?:\.\d{1,30})?\Z")
_GROUPED: Final = (
    (re.compile(r"[-+]?\d{1,3}(?:,\d{2,3})*,\d{3}\.\d+\Z"), ",", "."),  # 1,299.50 and 1,25,000.00
    (re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+\Z"), ".", ","),  # 1.299,50
    (re.compile(r"[-+]?\d{1,3}(?:,\d{2,3})+,\d{3}\Z"), ",", "."),  # 1,299,500 and 1,25,000
    (re.compile(r"[-+]?\d{1,3}(?:\.\d{3}){2,}\Z"), ".", ","),  # 1.299.500
    (re.compile(r"[-+]?\d+,(?:\d{1,2}|\d{4,})\Z"), ".", ","),  # 1299,5
)
_AMBIGUOUS: Final = re.compile(r"[-+]?\d{1,3},\d{3}\Z")


def decimal_of(value: Any) -> Decimal:
    """A number in any unambiguous spelling; raises ma.ValidationError."""
    text = as_text(value).strip()
    bare = re.sub(r"[\s\u00a0\u202f']", "", _CURRENCY.sub("", text, count=2))
    if _AMBIGUOUS.match(bare) and isinstance(value, str):
        raise ma.ValidationError(f"{shown(text)} may be read in two ways; send it with a point and two decimals.")
    for pattern, group, point in _GROUPED:
        if pattern.match(bare):
            bare = bare.replace(group, "").replace(point, ".")
            break
    if not _PLAIN.match(bare):
        raise ma.ValidationError(f"{shown(text)} is not a number.")
    try:
        return Decimal(bare)
    except InvalidOperation as fault:
        raise ma.ValidationError(f"{shown(text)} is not a number.") from fault


class DecimalField(_Scalar):
    """A number with decimals, kept exact."""

    def convert(self, value: Any, name: str) -> Decimal:
        if isinstance(value, bool):
            raise ma.ValidationError(f"{shown(as_text(value))} is not a number.")
        return decimal_of(value)


class IntegerField(_Scalar):
    """A whole number."""

    def convert(self, value: Any, name: str) -> int:
        if isinstance(value, bool):
            raise ma.ValidationError(f"{shown(as_text(value))} is not a whole number.")
        grouped = isinstance(value, str) and _AMBIGUOUS.match(value.strip())
        number = decimal_of(value.replace(",", "") if grouped else value)  # 1,299 is no fraction here
        if number != number.to_integral_value():
            raise ma.ValidationError(f"{shown(as_text(value))} is not a whole number.")
        return int(number)


_WORDS: Final = {
    **dict.fromkeys(("true", "1", "yes", "y", "on", "t", "checked", "ja", "sí", "si", "oui", "sim"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "f", "unchecked", "nein", "non", "não", "nao"), False),
}


class BooleanField(_Scalar):
    """Yes or no, in people's words."""

    def convert(self, value: Any, name: str) -> bool:
        word = as_text(value).strip().casefold()
        if word not in _WORDS:
            raise ma.ValidationError(f"{shown(as_text(value))} is neither yes nor no.")
        return _WORDS[word]


class DateField(_Scalar):
    """A calendar day, as ISO 8601 (`2026-04-10`, also the day of a date and time)."""

    def convert(self, value: Any, name: str) -> dt.date:
        text = as_text(value).strip()
        try:
            return dt.date.fromisoformat(text) if len(text) <= 10 else _moment(text).date()
        except ValueError as fault:
            raise ma.ValidationError(f"{shown(text)} is not a date such as 2026-04-10.") from fault


class DateTimeField(_Scalar):
    """A moment, as ISO 8601; without an offset it is meant in the hook's time zone."""

    def convert(self, value: Any, name: str) -> dt.datetime:
        text = as_text(value).strip()
        try:
            moment = _moment(text)
        except ValueError as fault:
            raise ma.ValidationError(f"{shown(text)} is not a date and time such as 2026-04-10T09:30:00.") from fault
        return moment if moment.tzinfo else moment.replace(tzinfo=_notes().zone)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))


class ChoiceField(_Scalar):
    """One of the listed words, ignoring case."""

    def __init__(self, *, choices: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = {choice.casefold(): choice for choice in choices}

    def convert(self, value: Any, name: str) -> str:
        word = as_text(value).strip()
        if word.casefold() not in self.choices:
            raise ma.ValidationError(f"{shown(word)} is none of {', '.join(self.choices.values())}.")
        return self.choices[word.casefold()]


class ListField(ma.fields.Field[Any]):
    """Several values; a text joined by commas is split."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return list(value) if isinstance(value, list) else [value]


class JsonField(ma.fields.Field[Any]):
    """Anything, as it came."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value


TYPES: Final[Mapping[str, type[ma.fields.Field[Any]]]] = {
    "text": TextField, "phone": PhoneField, "email": EmailField, "integer": IntegerField, "decimal": DecimalField,
    "boolean": BooleanField, "date": DateField, "datetime": DateTimeField, "url": UrlField, "choice": ChoiceField,
    "list": ListField, "json": JsonField,
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as the hook file declares it."""

    name: str
    type: str
    places: tuple[Place, ...]
    required: bool = False
    default: Any = None
    region: str | None = None
    choices: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """Trusted values by field name; a missing optional field is None."""

    values: Mapping[str, Any]
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()


def compile_schema(specs: Sequence[FieldSpec]) -> ma.Schema:
    """The marshmallow schema of a hook's fields."""
    return ma.Schema.from_dict({spec.name: _field(spec) for spec in specs})(unknown=ma.EXCLUDE)


def _field(spec: FieldSpec) -> ma.fields.Field[Any]:
    options: dict[str, Any] = {"required": spec.required, "allow_none": False}
    if not spec.required:
        options["load_default"] = None
    if spec.type == "phone":
        options["region"] = spec.region
    if spec.type == "choice":
        options["choices"] = spec.choices
    return TYPES[spec.type](**options)


def default_of(spec: FieldSpec, *, zone: dt.tzinfo) -> Any:
    """The declared default as a trusted value; raises ma.ValidationError where it is none of its type."""
    with Context(Notes(region=spec.region, zone=zone)):
        return _field(spec).deserialize(spec.default, spec.name)


def load_fields(
    schema: ma.Schema,
    specs: Sequence[FieldSpec],
    payload: Payload,
    *,
    empty_words: frozenset[str] = frozenset(),
    region: str | None = None,
    zone: dt.tzinfo | zoneinfo.ZoneInfo = dt.UTC,
) -> Loaded:
    """Payload to trusted values. Raises InvalidFields, keyed by the sender's own names of the fields at fault."""
    source = Source(payload.data, empty_words)
    found = {spec.name: source.find(spec.places, empty_words=_empty_words(spec)) for spec in specs}
    raw = {
        spec.name: value
        for spec in specs
        if (value := spec.default if found[spec.name].value is None else found[spec.name].value) is not None
    }
    notes = Notes(region=region, zone=zone)
    with Context(notes):
        try:
            values = schema.load(raw)
        except ma.ValidationError as fault:
            faults = messages_in(fault)
            raise _invalid(specs, found, faults, payload.received_keys) from fault
    return Loaded(values, tuple(notes.repairs), tuple(notes.warnings))


def _empty_words(spec: FieldSpec) -> frozenset[str]:
    return PHONE_EMPTY_WORDS if spec.type == "phone" else frozenset()


def _invalid(
    specs: Sequence[FieldSpec], found: Mapping[str, Found], faults: Mapping[str, Any], received: Sequence[str]
) -> InvalidFields:
    fields: dict[str, list[str]] = {}
    sentences: list[str] = []
    for spec in specs:
        if spec.name in faults:
            one = found[spec.name]
            if one.value is None:
                texts = [_missing(spec, one, received)]
                sentences += texts
            else:
                texts = [str(text) for text in faults[spec.name]]
                sentences += [f"{one.key}: {text}" for text in texts]
            fields.setdefault(one.key, []).extend(texts)
    more = f" And {len(sentences) - 3} more fields are wrong." if len(sentences) > 3 else ""
    return InvalidFields(" ".join(sentences[:3]) + more, fields=fields)


def _missing(spec: FieldSpec, found: Found, received: Sequence[str]) -> str:
    if found.placeholder is not None:
        return (
            f'{spec.name} is missing: the placeholder "{found.placeholder}" came instead of a value. '
            "Choose the field again from the list in the sending tool."
        )
    looked = " or ".join(place.key for place in spec.places[:6])
    came = ", ".join(received[:12]) or "nothing"
    return f"{spec.name} is missing. The hook looks for {looked}; the request had {came}."
