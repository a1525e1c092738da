"""Fields of one value, as marshmallow fields: what came is prepared as the hook says, then read as its type."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import string
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma
from markupsafe import Markup

from adapter.mapping import phone
from adapter.mapping.fields.dates import DateFault, read_date, read_moment
from adapter.mapping.fields.notes import as_text, notes, shown
from adapter.mapping.fields.numbers import NumberFault, read_number
from adapter.mapping.fields.phone_parts import joined
from adapter.mapping.fields.spec import FieldSpec
from adapter.mapping.fields.words import read_boolean

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos|nbsp);")
_BREAK: Final = re.compile(r"<br\s{0,5}/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
CASES: Final[Mapping[str, Callable[[str], str]]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": string.capwords,
    "sentence": str.capitalize,
}
_ANY: Final = "*"


class Scalar(ma.fields.Field[Any]):
    """A field of one value. A list of one is its element (noted); a longer one is an error unless `join` is set."""

    def __init__(self, spec: FieldSpec | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.spec = spec or FieldSpec("", "text", ())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = attr or ""
        return self.convert(self.prepared(self.single(value, name), name), name)

    def single(self, value: Any, name: str) -> Any:
        """The one value of what came. Raises ma.ValidationError."""
        if isinstance(value, str) and self.spec.split is not None and self.spec.join is not None:
            value = [part.strip() for part in value.split(self.spec.split) if part.strip()]
        if (
            isinstance(value, list)
            and self.spec.join is not None
            and not any(isinstance(v, list | dict) for v in value)
        ):
            return self.spec.join.join(as_text(part).strip() for part in value if part is not None)
        while isinstance(value, list) and len(value) == 1:
            notes().repair(name, "one_element_list", "list of one", "its element")
            value = value[0]
        if isinstance(value, list):
            raise ma.ValidationError(f"One value is expected here, but {len(value)} came.")
        if isinstance(value, Mapping):
            raise ma.ValidationError("One value is expected here, but an object came.")
        return value

    def prepared(self, value: Any, name: str) -> Any:
        """The value after `strip` and the value table of `map`."""
        if isinstance(value, str):
            value = self.stripped(value, name)
        table = self.spec.table
        if not table:
            return value
        word = as_text(value).strip().casefold()
        return table.get(word, table.get(_ANY, value))

    def stripped(self, text: str, name: str) -> str:
        """The text without what `strip` names; HTML's entities are text again (noted)."""
        strip = self.spec.strip
        if strip == "html":
            return _without_tags(text)
        if isinstance(strip, str):
            return text.strip().strip(strip + string.whitespace)
        return text.strip() if strip else text

    def convert(self, value: Any, name: str) -> Any:
        """The trusted value; raises ma.ValidationError with a sentence."""
        raise NotImplementedError


def _without_tags(text: str) -> str:
    """HTML as text: line breaks and ends of paragraphs stay, tags go, entities are what they stand for."""
    lines = _BREAK.sub("\n", text).split("\n")
    return "\n".join(Markup(line).striptags() for line in lines).strip()  # noqa: S704 - it is taken apart, not shown


class TextField(Scalar):
    """Any text or number, without surrounding blanks."""

    def convert(self, value: Any, name: str) -> str:
        text = as_text(value).replace("\r\n", "\n")
        if self.spec.strip is True:
            text = text.strip()
        if _ENTITY.search(text):  # some senders post what they would show: D&#39;Souza
            notes().repair(name, "html_entities", text, html.unescape(text))
            text = html.unescape(text)
        return CASES[self.spec.case](text) if self.spec.case else text


class PhoneField(Scalar):
    """A phone number, through the number doctor: digits with country code."""

    def single(self, value: Any, name: str) -> Any:
        whole = joined(value[0] if isinstance(value, list) and len(value) == 1 else value)
        if whole is None:
            return super().single(value, name)
        notes().repair(name, "phone_parts", json.dumps(value, ensure_ascii=False, default=str), whole)
        return whole

    def convert(self, value: Any, name: str) -> phone.PhoneNumber:
        here = notes()
        try:
            diagnosis = phone.diagnose(value, region=here.regions.get(name) or here.region, field=name)
        except phone.PhoneFault as fault:
            raise ma.ValidationError(str(fault)) from fault
        here.repairs.extend(diagnosis.repairs)
        here.warnings.extend(diagnosis.warnings)
        return diagnosis.number


class EmailField(Scalar):
    """An e-mail address."""

    _validate_email = ma.validate.Email()

    def convert(self, value: Any, name: str) -> str:
        text = as_text(value).strip().removeprefix("mailto:")
        try:
            return self._validate_email(text)
        except ma.ValidationError as fault:
            raise ma.ValidationError(f"{shown(text)} is not an e-mail address.") from fault


class UrlField(Scalar):
    """An http or https address."""

    _validate_url = ma.validate.URL(schemes={"http", "https"})

    def convert(self, value: Any, name: str) -> str:
        text = as_text(value).strip()
        try:
            return self._validate_url(text)
        except ma.ValidationError as fault:
            raise ma.ValidationError(f"{shown(text)} is not an address that begins with https://.") from fault


class DecimalField(Scalar):
    """A number with decimals, kept exact."""

    kind = "a number"

    def convert(self, value: Any, name: str) -> Any:
        if isinstance(value, bool):
            raise ma.ValidationError(f"{shown(value)} is not {self.kind}.")
        if isinstance(value, int | float | Decimal):
            return Decimal(str(value))
        text = as_text(value).strip()
        try:
            number, doubt = read_number(text, locale=self.spec.locale or notes().locale)
        except NumberFault as fault:
            raise ma.ValidationError(f"{shown(text)} {str(fault).replace('a number', self.kind)}.") from fault
        if doubt is not None:
            notes().warnings.append(f"{name}: {shown(text)} was {doubt}.")
        return number


class IntegerField(DecimalField):
    """A whole number; a comma before three last digits groups them, since a fraction is not expected."""

    kind = "a whole number"
    _grouped = re.compile(r"[-+]?\d{1,3},\d{3}")

    def convert(self, value: Any, name: str) -> int:
        if isinstance(value, str) and self._grouped.fullmatch(value.strip()):
            value = value.replace(",", "")
        number = super().convert(value, name)
        if number != number.to_integral_value():
            raise ma.ValidationError(f"{shown(value)} is not a whole number.")
        return int(number)


class BooleanField(Scalar):
    """Yes or no, in people's words."""

    def convert(self, value: Any, name: str) -> bool:
        found = read_boolean(as_text(value))
        if found is None:
            raise ma.ValidationError(f"{shown(value)} is neither yes nor no.")
        return found


class DateField(Scalar):
    """A calendar day."""

    def convert(self, value: Any, name: str) -> dt.date:
        day: dt.date = self.read(read_date, value)
        return day

    def read(self, read: Callable[..., Any], value: Any) -> Any:
        """What `read` makes of the value with the field's formats and locale."""
        text = as_text(value).strip()
        try:
            return read(text, formats=self.spec.formats, locale=self.spec.locale or notes().locale)
        except DateFault as fault:
            raise ma.ValidationError(f"{shown(text)} {fault}.") from fault
        except (OverflowError, OSError) as fault:  # a Unix time beyond the calendar
            raise ma.ValidationError(f"{shown(text)} is a moment beyond the calendar.") from fault


class DateTimeField(DateField):
    """A moment; without an offset it is meant in the field's or the hook's time zone."""

    def convert(self, value: Any, name: str) -> dt.datetime:
        moment: dt.datetime = self.read(read_moment, value)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.spec.zone or notes().zone)


class ChoiceField(Scalar):
    """One of the listed words or of their synonyms, ignoring case and outer blanks."""

    def __init__(self, spec: FieldSpec | None = None, **options: Any) -> None:
        super().__init__(spec, **options)
        self.words = {_word(word): choice for choice, synonyms in self.spec.choices for word in (*synonyms, choice)}

    def convert(self, value: Any, name: str) -> str:
        text = as_text(value).strip()
        if _word(text) not in self.words:
            known = ", ".join(choice for choice, _ in self.spec.choices)
            raise ma.ValidationError(f"{shown(text)} is none of {known}.")
        choice = self.words[_word(text)]
        if _word(choice) != _word(text):
            notes().repair(name, "synonym", text, choice)
        return choice


def _word(text: str) -> str:
    return " ".join(text.casefold().split())


class JsonField(ma.fields.Field[Any]):
    """Anything, as it came."""

    def __init__(self, spec: FieldSpec | None = None, **options: Any) -> None:
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value
