"""How the pages write things: numbers, times, sizes, states, and what came from outside."""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
import zoneinfo
from typing import Final

import jinja2
import phonenumbers

from adapter.delivery.families import LOOKS, Look
from adapter.delivery.hiding import hidden

_SHOWN: Final = 4  # digits of a masked number
_UNSEEN: Final = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_STEPS: Final = ((60, "s", 1), (3_600, "min", 60), (86_400, "h", 3_600), (float("inf"), "d", 86_400))


def prepare(environment: jinja2.Environment) -> None:
    """Make these known to every template."""
    environment.filters.update(
        phone=phone,
        moment=moment,
        iso=iso,
        ago=ago,
        span=span,
        visible=visible,
        size=size,
        count=count,
        look=look,
        unnumbered=unnumbered,
    )


def phone(number: str | None, *, whole: bool = False) -> str:
    """A number as people write it, all but its last four digits masked: `+91 ••••• •3210`."""
    if not number:
        return ""
    spelt = _spelt(number)
    if whole:
        return spelt
    keep, code = _SHOWN, _country_code(number)
    digits = [at for at, sign in enumerate(spelt) if sign.isdigit()]
    hidden = set(digits[code:-keep] if len(digits) > code + keep else digits[: max(0, len(digits) - 2)])
    return "".join("•" if at in hidden else sign for at, sign in enumerate(spelt))


@functools.lru_cache(maxsize=4096)
def _spelt(number: str) -> str:
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(f"+{number}"), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return visible(number)


@functools.lru_cache(maxsize=4096)
def _country_code(number: str) -> int:
    """How many digits its country code has."""
    try:
        return len(str(phonenumbers.parse(f"+{number}").country_code))
    except phonenumbers.NumberParseException:
        return 0


def unnumbered(text: str, *, whole: bool = False) -> str:
    """A sentence that may quote a number; masked unless numbers are shown `whole`."""
    return text if whole else str(hidden(text))


def moment(at: float | None, zone: str = "UTC", *, date: bool = True) -> str:
    """A time as people read it, with seconds."""
    if at is None:
        return ""
    form = "%Y-%m-%d %H:%M:%S" if date else "%H:%M:%S"
    return dt.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone)).strftime(form)


def iso(at: float | None) -> str:
    """A time for machines."""
    return "" if at is None else dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds")


def ago(at: float | None, now: float) -> str:
    """`3 min ago`, `in 20 s`, `just now`."""
    if at is None:
        return ""
    seconds = now - at
    if abs(seconds) < 1.5:
        return "just now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"


def span(seconds: float | None) -> str:
    """`0.8 s`, `14 min`, `3 h`, `2 d`."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    for limit, unit, length in _STEPS:
        if seconds < limit:
            return f"{int(seconds // length)} {unit}"
    return ""


def visible(text: object) -> str:
    """A text from outside: what is unseen or turns its direction around is spelt out, such as `U+202E`."""
    return _UNSEEN.sub(lambda found: f"U+{ord(found[0]):04X}", unicodedata.normalize("NFC", str(text)))


def size(count_of_bytes: int) -> str:
    """`412 bytes`, `1.0 MB`."""
    if count_of_bytes < 1_000:
        return f"{count_of_bytes} bytes"
    return f"{count_of_bytes / 1_000:.1f} kB" if count_of_bytes < 1_000_000 else f"{count_of_bytes / 1_000_000:.1f} MB"


def count(number: int) -> str:
    """`1,204`."""
    return f"{number:,}"


def look(state: str) -> Look:
    """How a state is shown."""
    return LOOKS.get(state, Look("quiet", "·", state.capitalize()))
