"""Numbers that are not valid as written, and the one reading that is: what countries changed or people write twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import phonenumbers

# Brazil gave every mobile number a ninth digit, a 9 in front, until 2016 (Anatel, resolution 553/2010).
_BRAZIL: Final = re.compile(r"55(?P<area>[1-9]{2})(?P<number>[6-9][0-9]{7})\Z")
# Mexico dropped the 1 behind the country code, and 044 and 045, in August 2019 (IFT).
_MEXICO: Final = re.compile(r"52(?:1|044|045)(?P<number>[0-9]{10})\Z")
# Argentina: mobile numbers are 9, area, number from abroad and 0, area, 15, number at home (ENACOM); people mix both.
_ARGENTINA: Final = re.compile(r"54(?:9|0)?(?P<national>[0-9]{10,12})\Z")

Mending = Callable[[str], Iterator[str]]


def valid(text: str, region: str | None) -> str | None:
    """The digits with country code of a number that is valid as written, in `region` or, with a `+`, anywhere."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        return None
    if region is not None and parsed.country_code != phonenumbers.country_code_for_region(region):
        return None
    digits = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return digits if re.fullmatch(r"[1-9][0-9]{6,14}", digits) else None


def mended(digits: str) -> tuple[str, str] | None:
    """(code, number) of the only valid number that these digits with a country code can mean; None where there is
    none, or more than one."""
    found = {
        number: code
        for code, readings in _MENDINGS.items()
        for reading in readings(digits)
        if (number := valid(f"+{reading}", None)) is not None
    }
    if len(found) != 1:
        return None
    ((number, code),) = found.items()
    return code, number


def _brazil(digits: str) -> Iterator[str]:
    if match := _BRAZIL.match(digits):
        yield f"55{match['area']}9{match['number']}"


def _mexico(digits: str) -> Iterator[str]:
    if match := _MEXICO.match(digits):
        yield f"52{match['number']}"


def _argentina(digits: str) -> Iterator[str]:
    match = _ARGENTINA.match(digits)
    number = valid(f"0{match['national']}", "AR") if match else None
    if number is not None and number.startswith("549"):
        yield number


def _country_code_twice(digits: str) -> Iterator[str]:
    code = _country_code(digits)
    rest = digits[len(code) :].lstrip("0") if code else ""
    if code and rest.startswith(code):
        yield rest


def _trunk_zero(digits: str) -> Iterator[str]:
    code = _country_code(digits)
    if code and digits[len(code) :].startswith("0"):
        yield code + digits[len(code) :].lstrip("0")


def _country_code(digits: str) -> str:
    """The country code that the digits begin with; no code is the beginning of another one."""
    return next((digits[:n] for n in (1, 2, 3) if int(digits[:n] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), "")


_MENDINGS: Final[Mapping[str, Mending]] = {
    "trunk_zero": _trunk_zero,
    "country_code_twice": _country_code_twice,
    "mexico_one": _mexico,
    "argentina_nine": _argentina,
    "brazil_nine": _brazil,
}
