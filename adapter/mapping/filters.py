"""The filters that write a value as people of one place write it: money, numbers, dates, phones, names.

A missing value never reaches them, but for `default_if_empty`: it prints as nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import functools
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, localcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import jinja2
import phonenumbers

from adapter.mapping import phone as doctor
from adapter.mapping import wording
from adapter.mapping.budget import TemplateFault
from adapter.mapping.reading import moment_of, number_of, quoted

if TYPE_CHECKING:
    from babel import Locale
    from babel.dates import DateTimePattern

_MOST_DECIMALS: Final = 12
_MOST_PATTERN: Final = 60
_LENGTHS: Final = ("short", "medium", "long", "full")
_PHONES: Final = {
    "international": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    "national": phonenumbers.PhoneNumberFormat.NATIONAL,
}
# CLDR sets no-break blanks around units. They cannot be written in GSM-7, which would halve what fits into an SMS.
_PLAIN_BLANKS: Final = str.maketrans({"\u00a0": " ", "\u202f": " "})
_MOMENT: Final = dt.datetime(2026, 4, 10, 9, 30, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Voice:
    """How a hook speaks: the locale of its numbers and dates, the zone of its moments, the country of its numbers."""

    locale: str = "en"
    zone: dt.tzinfo = dt.UTC
    region: str | None = None


def currency(voice: Voice, value: Any, code: Any = None) -> str:
    """`{{ amount | currency("INR") }}`: ₹1,25,000.00 in India's English."""
    from babel.numbers import format_currency, list_currencies

    name = str(code or "").strip().upper()
    if name not in list_currencies():
        raise TemplateFault(f'currency needs a code such as "INR" or "EUR"{_not(code)}')
    return _formatted(format_currency, number_of(value, "currency"), name, locale=_locale(voice))


def number(voice: Voice, value: Any, decimals: Any = None) -> str:
    """`{{ amount | number }}` or, with exactly two decimals, `number(2)`."""
    from babel.numbers import format_decimal

    locale = _locale(voice)
    pattern = locale.decimal_formats[None].pattern
    if decimals is not None:
        if not isinstance(decimals, int) or not 0 <= decimals <= _MOST_DECIMALS:
            raise TemplateFault(f"number takes 0 to {_MOST_DECIMALS} decimals{_not(decimals)}")
        pattern = pattern.partition(".")[0] + ("." + "0" * decimals if decimals else "")
    return _formatted(format_decimal, number_of(value, "number"), format=pattern, locale=locale)


def date(voice: Voice, value: Any, form: Any = "medium") -> str:
    """`{{ day | date }}`, `date("long")` or a pattern: `date("d MMM yyyy")`."""
    from babel.dates import get_date_format

    found = moment_of(value, voice.zone, "date")
    if isinstance(found, dt.time):
        raise TemplateFault(f"date cannot read {quoted(value)} as a date")
    day = found.date() if isinstance(found, dt.datetime) else found
    return _applied("date", get_date_format, form, day, voice)


def datetime(voice: Voice, value: Any, form: Any = None) -> str:
    """`{{ at | datetime }}` in the hook's zone: the day as `date` writes it, the time without seconds; or a length, or
    a pattern. A day without a time is written as a day."""
    from babel.dates import get_date_format, get_time_format

    found = moment_of(value, voice.zone, "datetime")
    if isinstance(found, dt.time):
        raise TemplateFault(f"datetime cannot read {quoted(value)} as a date and time")
    length = "medium" if form is None else form
    if not isinstance(found, dt.datetime) or length not in _LENGTHS:
        return _applied("datetime", get_date_format, length, found, voice)
    day = _applied("datetime", get_date_format, length, found, voice)
    clock = _applied("datetime", get_time_format, form or "short", found, voice)
    joined = str(_locale(voice).datetime_formats[length])
    return joined.replace("'", "").replace("{0}", clock).replace("{1}", day)


def time(voice: Voice, value: Any, form: Any = "short") -> str:
    """`{{ at | time }}`: the time of day in the hook's zone."""
    from babel.dates import get_time_format

    found = moment_of(value, voice.zone, "time")
    if not isinstance(found, dt.time | dt.datetime):
        raise TemplateFault(f"time cannot read {quoted(value)} as a time of day")
    if isinstance(found, dt.time) and form in {"long", "full"}:
        form = "medium"  # the longer ones name a zone, which a time without a day does not have
    return _applied("time", get_time_format, form, found, voice)


def phone(voice: Voice, value: Any, style: Any = "international") -> str:
    """`{{ phone | phone }}`: +91 98765 43210; with `phone("national")` 098765 43210."""
    if style not in _PHONES:
        raise TemplateFault(f'phone is "international" or "national"{_not(style)}')
    try:
        digits = doctor.recipient(value, region=voice.region).number
        return phonenumbers.format_number(phonenumbers.parse(f"+{digits}"), _PHONES[style])
    except (doctor.PhoneFault, phonenumbers.NumberParseException) as fault:
        raise TemplateFault(f"phone cannot read {quoted(value)} as a phone number") from fault


def first_name(value: Any) -> str:
    """`{{ name | first_name }}`: the first word of a name, without title."""
    return wording.first_name(str(value))


def truncate_text(value: Any, most: Any = None) -> str:
    """`{{ notes | truncate_text(100) }}`: at most 100 characters, cut between words, … for what is missing."""
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise TemplateFault(f"truncate_text needs the most characters, such as truncate_text(100){_not(most)}")
    return wording.truncated(str(value), most)


def default_if_empty(value: Any, instead: Any = "") -> Any:
    """`{{ name | default_if_empty("there") }}`: in place of what is missing, blank or an empty list, but not of 0."""
    if value is None or isinstance(value, jinja2.Undefined):
        return instead
    is_empty = not value.strip() if isinstance(value, str) else isinstance(value, list | tuple | Mapping) and not value
    return instead if is_empty else value


_VOICED: Final[Mapping[str, Callable[..., str]]] = {
    "currency": currency, "number": number, "date": date, "datetime": datetime, "time": time, "phone": phone,
}  # fmt: skip
_VOICELESS: Final[Mapping[str, Callable[..., Any]]] = {
    "first_name": first_name, "truncate_text": truncate_text, "default_if_empty": default_if_empty,
}  # fmt: skip
# A value for each filter that it can always read, for trying its arguments when a hook loads.
SAMPLES: Final[Mapping[str, Any]] = {
    "currency": 1, "number": 1, "date": _MOMENT, "datetime": _MOMENT, "time": _MOMENT, "phone": "919876543210",
    "first_name": "Asha", "truncate_text": "Asha", "default_if_empty": "",
}  # fmt: skip


def filters_of(voice: Voice) -> dict[str, Callable[..., Any]]:
    """The filters of a voice, each taking the value first."""
    return {name: partial(work, voice) for name, work in _VOICED.items()} | dict(_VOICELESS)


def _not(value: Any) -> str:
    return "" if value is None else f", not {quoted(value)}"


def _formatted(form: Callable[..., str], *args: Any, **options: Any) -> str:
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP  # as invoices round; Babel takes the context's
        context.prec = 60
        return form(*args, **options).translate(_PLAIN_BLANKS)


def _applied(name: str, named: Callable[..., DateTimePattern], form: Any, value: Any, voice: Voice) -> str:
    from babel.dates import parse_pattern

    text = form if isinstance(form, str) else ""
    if text not in _LENGTHS and (why := _why_no_pattern(text)):
        raise TemplateFault(f"{name} cannot write {quoted(form)}: {why}")
    try:
        locale = _locale(voice)
        pattern = named(text, locale=locale) if text in _LENGTHS else parse_pattern(text)
        return pattern.apply(value, locale).translate(_PLAIN_BLANKS)
    except (AttributeError, ValueError, KeyError, TypeError) as fault:
        raise TemplateFault(
            f"{name} cannot write {quoted(form)}: date knows days (MM is the month), time and datetime also know hours "
            "and minutes (mm)"
        ) from fault


def _why_no_pattern(text: str) -> str | None:
    """What people write instead of a CLDR pattern: strftime's, moment.js's, a misspelt length."""
    near = next(iter(difflib.get_close_matches(text.lower(), _LENGTHS, n=1, cutoff=0.75)), "")
    reasons = {
        'it is empty; write "medium" or a pattern such as "d MMM yyyy"': not text.strip(),
        f"it is longer than {_MOST_PATTERN} characters": len(text) > _MOST_PATTERN,
        f'did you mean "{near}"?': bool(near),
        'that is strftime\'s spelling; write a pattern such as "d MMM yyyy, HH:mm"': "%" in text,
        "DD and YYYY count days of the year and years of weeks; write dd and yyyy": "DD" in text or "YY" in text,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


@functools.lru_cache(maxsize=64)
def _locale_named(name: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError) as fault:
        raise TemplateFault(f'"{name}" is no locale such as en_IN or de_DE') from fault


def _locale(voice: Voice) -> Locale:
    return _locale_named(voice.locale)
