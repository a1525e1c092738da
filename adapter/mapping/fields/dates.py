"""Dates and moments as senders write them: ISO 8601, the formats a hook names, and what can be read in one way only."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from typing import Final

_MOST_CHARACTERS: Final = 60
_FINE_SECONDS: Final = re.compile(r"(\.\d{6})\d+")
_UNIX: Final = re.compile(r"\d{10}(?:\.\d{1,9})?|\d{13}")
_CLOCK: Final = re.compile(
    r"(?P<day>.*?)(?:\s*[T,]\s*|\s+(?:at|um|à|a las|às)\s+|\s+)"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_NUMERIC: Final = re.compile(r"(\d{1,4})\s*([-/. ])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_NAMED: Final = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?(?:(?P<first>\d{1,2})(?:st|nd|rd|th|\.|º)?[\s\-/]*(?:de\s+)?(?P<month>[^\W\d_]{3,12})\.?|"
    r"(?P<name>[^\W\d_]{3,12})\.?[\s\-]*(?P<second>\d{1,2})(?:st|nd|rd|th)?)[\s,\-/]*(?:de\s+)?(?P<year>\d{4})"
)
_PARTS: Final = re.compile(r"[Yy]{4}|[Yy]{2}|M{1,4}|[Dd]{1,2}|[Hh]{1,2}|m{1,2}|s{1,2}|[Aa]|Z|%.|.", re.DOTALL)
_CODES: Final = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d",
    "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "a": "%p", "Z": "%z",
}  # fmt: skip
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


_NO_DAY: Final = "is not a date such as 2026-04-10"
_NO_MOMENT: Final = "is not a date and time such as 2026-04-10T09:30:00"


class DateFault(ValueError):
    """A text that is no date, or one that may be read in two ways; the message is a sentence without the value."""


def read_date(text: str, *, formats: Sequence[str] = (), locale: str | None = None) -> dt.date:
    """The calendar day; of a date and time its day. Raises DateFault."""
    if len(text) > _MOST_CHARACTERS:
        raise DateFault(_NO_DAY)
    if formats:
        return _formatted(text, formats, locale).date()
    with_clock = _iso(text) or _spoken(text, locale)
    if with_clock is not None:
        return with_clock.date()
    return _day(text, locale)


def read_moment(text: str, *, formats: Sequence[str] = (), locale: str | None = None) -> dt.datetime:
    """The moment, with its offset where it has one; a Unix time in seconds or milliseconds is UTC. Raises DateFault."""
    if len(text) > _MOST_CHARACTERS:
        raise DateFault(_NO_MOMENT)
    if formats:
        return _formatted(text, formats, locale)
    if _UNIX.fullmatch(text):
        return dt.datetime.fromtimestamp(float(text) / (1000 if len(text) == 13 and "." not in text else 1), dt.UTC)
    found = _iso(text) or _spoken(text, locale)
    if found is not None:
        return found
    try:
        return dt.datetime.combine(_day(text, locale), dt.time())
    except DateFault as fault:
        raise DateFault(str(fault).replace(_NO_DAY, _NO_MOMENT)) from None


def as_code(pattern: str) -> str:
    """A format such as `DD/MM/YYYY HH:mm` as strptime's codes; one with % is taken as it is. Raises DateFault."""
    codes = pattern if "%" in pattern else "".join(_code(part) for part in _PARTS.findall(pattern))
    try:
        _parsed(dt.datetime(2026, 4, 10, 9, 30, tzinfo=dt.UTC).strftime(codes), codes)
    except (ValueError, re.error):
        raise DateFault("is not a date format such as DD/MM/YYYY HH:mm") from None
    if not re.search(r"%[dmYyBbjcxsGV]", codes):
        raise DateFault("is not a date format such as DD/MM/YYYY HH:mm")
    return codes


def _parsed(text: str, codes: str) -> dt.datetime:
    return dt.datetime.strptime(text, codes)  # noqa: DTZ007 - a format without an offset has none


def _code(part: str) -> str:
    if part in _CODES:
        return _CODES[part]
    return _CODES.get(part.lower() if part[0] in "YyDdAa" else part, part)


def _formatted(text: str, formats: Sequence[str], locale: str | None) -> dt.datetime:
    for pattern in formats:
        codes = as_code(pattern)
        spelt = _in_english(text, locale) if "%B" in codes or "%b" in codes else text
        try:
            return _parsed(spelt, codes)
        except ValueError:
            continue
    raise DateFault(f"does not look like {' or '.join(formats)}")


def _in_english(text: str, locale: str | None) -> str:
    """The text with its month's name in English, where the locale knows it."""
    for word in re.findall(r"[^\W\d_]{3,12}", text):
        if month := _months(locale or "en").get(word.casefold()):
            return text.replace(word, _MONTHS[month - 1].title() if len(word) > 3 else _MONTHS[month - 1][:3].title())
    return text


def _iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(_FINE_SECONDS.sub(r"\1", text)) if text[:4].isdecimal() else None
    except ValueError:
        return None


def _spoken(text: str, locale: str | None) -> dt.datetime | None:
    """A day with a time of day, such as `March 05, 2026 at 09:30AM`."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    half, hour = (match["half"] or "").replace(".", "").lower(), int(match["hour"])
    if half and not 1 <= hour <= 12:
        raise DateFault("has an hour that does not exist")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        clock = dt.time(hour, int(match["minute"]), int(match["second"] or 0), tzinfo=_offset(match["offset"]))
    except ValueError:
        raise DateFault("has a time of day that does not exist") from None
    return dt.datetime.combine(_day(match["day"], locale), clock)


def _offset(text: str | None) -> dt.tzinfo | None:
    if not text or text in {"Z", "UTC", "GMT"}:
        return dt.UTC if text else None
    span = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return dt.timezone(-span if text[0] == "-" else span)


def _day(text: str, locale: str | None) -> dt.date:
    text = text.strip()
    try:
        if match := _NUMERIC.fullmatch(text):
            return _numeric_day(match[1], match[2], match[3], match[4], locale=locale)
        if match := _NAMED.fullmatch(text):
            month = _months(locale or "en").get((match["month"] or match["name"]).casefold())
            if month is not None:
                return dt.date(int(match["year"]), month, int(match["first"] or match["second"]))
    except DateFault:
        raise
    except ValueError:
        raise DateFault("is a day that does not exist") from None
    raise DateFault(_NO_DAY)


def _numeric_day(one: str, sign: str, two: str, three: str, *, locale: str | None) -> dt.date:
    if len(one) == 4:
        return dt.date(int(one), int(two), int(three))
    if len(three) != 4:
        raise DateFault("is not a date with a year of four digits, such as 2026-04-10; or name its format")
    year, first, second = int(three), int(one), int(two)
    # With points the day comes first, wherever such dates are written (CLDR's short date patterns).
    if sign == "." or first > 12 or first == second or _day_first(locale):
        return dt.date(year, second, first)
    if second > 12 or _day_first(locale) is False:
        return dt.date(year, first, second)
    raise DateFault(
        "may be read as two different days; write `format: DD/MM/YYYY` or `format: MM/DD/YYYY` on the field"
    )


def _day_first(locale: str | None) -> bool | None:
    """Whether this locale writes the day first; None where the hook says no more than a language."""
    if locale is None or "_" not in locale:
        return None
    from babel.dates import get_date_format

    pattern = get_date_format("short", locale).pattern
    return pattern.find("d") < pattern.find("M")


@functools.cache
def _months(locale: str) -> dict[str, int]:
    """Month names, long and short, of English and of the locale."""
    from babel.dates import get_month_names

    found: dict[str, int] = {}
    for name in dict.fromkeys((locale, "en")):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, month in get_month_names(width, context, name).items():
                    found.setdefault(month.casefold().rstrip("."), int(number))
    return found | {"sept": 9}
