"""Numbering plans: which digits are a number, and the few ways in which people write them differently.

All digits here begin with a country code and have no `+`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_SHAPE: Final = re.compile(r"[1-9][0-9]{6,14}\Z")  # E.164, and what the push API takes
_LONGEST: Final = 20
_MOST_MOVES: Final = 2
_MOBILE: Final = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def valid(digits: str) -> str | None:
    """The number these digits are, in its proper form (E.164); None where they are none."""
    return _proper(f"+{digits}", None)


def national(digits: str, region: str) -> str | None:
    """The number these digits are inside the country, with or without its trunk prefix; None where they are none."""
    found = _proper(digits, region)
    return found if found and country_code_of(found) == country_code(region) else None


def _proper(text: str, region: str | None) -> str | None:
    if len(text) > _LONGEST:
        return None
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    digits = phonenumbers.format_number(parsed, PhoneNumberFormat.E164).removeprefix("+")
    return digits if _SHAPE.match(digits) else None


def is_mobile(number: str) -> bool:
    """Whether a mobile may have this number (in some countries, such as the US, the digits do not tell)."""
    return phonenumbers.number_type(phonenumbers.parse(f"+{number}")) in _MOBILE


def country_code(region: str) -> str:
    return str(phonenumbers.country_code_for_region(region))


def country_code_of(digits: str) -> str:
    """The country code the digits begin with, or "" where no country has it; no code begins another one (E.164)."""
    return next(
        (digits[:size] for size in (1, 2, 3) if int(digits[:size] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), ""
    )


def region_of_number(number: str) -> str:
    """The country of a valid number, or the main one of its country code, as two letters."""
    parsed = phonenumbers.parse(f"+{number}")
    return phonenumbers.region_code_for_number(parsed) or main_region(country_code_of(number))


def main_region(code: str) -> str:
    """The country, or the main one of several, that a country code stands for; `001` for satellites and the like."""
    return phonenumbers.region_code_for_country_code(int(code))


def trunk_prefix(region: str) -> str:
    """What is dialled before a number inside the country; "" where its numbers are dialled as they are (Italy)."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return (metadata and metadata.national_prefix) or ""


def exit_prefix(digits: str, region: str | None) -> str:
    """The country's own prefix for calls abroad where the digits begin with it (011 in the US), else ""."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    prefix = metadata.international_prefix if metadata else None
    found = re.match(prefix, digits) if prefix else None
    return found.group() if found else ""


def undoubled(digits: str) -> Iterator[str]:
    """+91 91 98765 43210, +91 0091 98765 43210, +91 091 98765 43210."""
    code = country_code_of(digits)
    if code and (found := re.match(rf"{code}(?:00|0)?(?={code})", digits)):
        yield digits[found.end() :]


def _without_trunk(digits: str) -> Iterator[str]:
    """+39 0333 1234567: before 1998 Italy's mobile numbers were dialled with a 0."""
    code = country_code_of(digits)
    if code and digits[len(code) :].startswith("0"):
        yield code + digits[len(code) + 1 :]


def _brazil(digits: str) -> Iterator[str]:
    """Two digits of area, then 6 to 9: since 2016 a 9 stands before these everywhere (Anatel, Resolução 553/2010)."""
    if found := re.fullmatch(r"(55[1-9]{2})([6-9][0-9]{7})", digits):
        yield f"{found[1]}9{found[2]}"


def _argentina(digits: str) -> Iterator[str]:
    """+54 9 11 15 2345 6789: the 15 is dialled inside the country, the 9 from abroad, never both (ENACOM's plan)."""
    for size in (2, 3, 4):
        if found := re.fullmatch(rf"549?0?([0-9]{{{size}}})15([0-9]{{{10 - size}}})", digits):
            yield f"549{found[1]}{found[2]}"


def _mexico(digits: str) -> Iterator[str]:
    """+52 1 55 1234 5678, 044 55 …, 045 55 …, 01 55 …: none of these since 3 August 2019 (IFT's numbering plan)."""
    if found := re.fullmatch(r"52(?:0?1|0?4[45])([0-9]{10})", digits):
        yield f"52{found[1]}"


_MOVES: Final[tuple[tuple[str, Callable[[str], Iterable[str]]], ...]] = (
    ("mexico_one", _mexico),
    ("brazil_nine", _brazil),
    ("argentina_nine", _argentina),
    ("trunk_zero", _without_trunk),
    ("country_code_twice", undoubled),
)

Steps = tuple[tuple[str, str], ...]
"""Repairs as code and what the digits were afterwards; the last one is a valid number."""


def settled(digits: str) -> Steps | None:
    """The steps from digits to a valid number, () where they are one; None where no repair leads to exactly one."""
    ends: dict[str, Steps] = {digits: ()}
    for _ in range(_MOST_MOVES + 1):
        found = {number: _proper_end(at, number, steps) for at, steps in ends.items() if (number := valid(at))}
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
        ends = {
            after: (*steps, (code, after))
            for at, steps in ends.items()
            for code, move in reversed(_MOVES)  # where two lead to the same digits, the first of the table names it
            for after in move(at)
        }
    return None


def _proper_end(digits: str, number: str, steps: Steps) -> Steps:
    return steps if digits == number else (*steps, (_difference(digits, number), number))


def _difference(digits: str, number: str) -> str:
    """What phonenumbers dropped or changed behind the country code."""
    code = country_code_of(number)
    if code == "54" and number[2] == "9" and not digits.endswith(number[2:]):
        return "argentina_nine"
    return "country_code_twice" if code == "1" else "trunk_zero"


def changed_inside(digits: str, number: str) -> Steps:
    """The steps from a number as written inside its country to one with country code."""
    code = country_code_of(number)
    if digits.endswith(number[len(code) :]):
        return (("national_number", number),)
    plain = code + digits.lstrip("0")
    return (("national_number", plain), *((_difference(plain, number), number),))
