"""The number doctor: what people write as a phone number, as the digits Picky Assist takes (country code, no `+`)."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Final

import phonenumbers

from adapter.intake.payload import Repair

_MOST_CHARACTERS: Final = 60
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}\Z")
_SPREADSHEET: Final = re.compile(r"(\+?[0-9]{6,})\.0+\Z")
_FRACTION: Final = re.compile(r"\+?[0-9]{6,}[.,][0-9]+\Z")
_AREA_CODE: Final = re.compile(r"\A([0-9+()\s]{2,7})/(?=[0-9\s\-]+\Z)")  # 030/1234567, as Germans write it
_SEPARATORS: Final = re.compile(r"[\s().\-\u2010-\u2015\u2212\u00b7\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_EXPONENT: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+\Z")
_LETTER: Final = re.compile(r"[^\W\d_]")


class PhoneNumber(str):
    """Digits with country code that the doctor has seen; nobody needs to look at them again."""

    __slots__ = ()


class PhoneFault(ValueError):
    """A text that is no single, valid phone number; the message is a sentence a shop owner understands."""


@dataclasses.dataclass(frozen=True, slots=True)
class Diagnosis:
    """A number that was understood, the repairs it took, and a warning where it could also be read abroad."""

    number: PhoneNumber
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()


def diagnose(value: Any, *, region: str | None, field: str = "phone") -> Diagnosis:
    """Read `value` (text or JSON number) as one phone number; raises PhoneFault.

    With a region, digits that form a valid number there are national, and that wins; otherwise a valid international
    number is taken. A `+` or the region's international prefix is never national.
    """
    was = _as_text(value)
    text = _cleaned(was)
    if text.startswith("+"):
        return _diagnosis(field, was, _international(was, text.lstrip("+")), "separators")
    if prefix := _exit_prefix(text, region):
        return _diagnosis(field, was, _international(was, text[len(prefix) :]), "exit_prefix")
    national = _valid(text, region) if region else None
    abroad = _valid(f"+{text}", None)
    if national is not None:
        return _national(field, was, national, abroad)
    if abroad is not None:
        return _diagnosis(field, was, abroad, "separators")
    raise PhoneFault(_why_invalid(was, text, region))


def recipient(value: Any, *, region: str | None = None) -> Diagnosis:
    """Read one entry of `to` or of a push: a text with a country code only loses separators, `+` and `00`;
    a text that is no valid number abroad is read in `region`, where one is given. Raises PhoneFault."""
    if isinstance(value, PhoneNumber):
        return Diagnosis(value)
    was = _as_text(value)
    text = _cleaned(was)
    digits = text.lstrip("+") if text.startswith("+") else text.removeprefix("00")
    number = _valid(f"+{digits}", None)
    if number is not None:
        code = "exit_prefix" if text.startswith("00") else "separators"
        warnings: tuple[str, ...] = ()
        if region is not None and text == digits and _valid(digits, region) not in {None, number}:
            warnings = ("to: read with a country code; in the hook's country it would be a national number.",)
        return dataclasses.replace(_diagnosis("to", was, number, code), warnings=warnings)
    if region is not None and not text.startswith(("+", "00")):
        return diagnose(was, region=region, field="to")
    raise PhoneFault(_why_invalid(was, text, region))


def _as_text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        raise PhoneFault("This is not a phone number.")
    text = str(value).strip()
    if len(text) > _MOST_CHARACTERS:
        raise PhoneFault(f"This text of {len(text)} characters is not a phone number.")
    return text


def _cleaned(was: str) -> str:
    if _EXPONENT.match(was):
        raise PhoneFault(
            f'"{was}" was rounded by a spreadsheet; its last digits are lost. Format the column as text and send again.'
        )
    if _LETTER.search(was):
        raise PhoneFault(f'"{was}" is not a phone number.')
    text = _SPREADSHEET.sub(r"\1", was)  # a spreadsheet's 9876543210.0
    if _FRACTION.match(text):
        raise PhoneFault(f'"{was}" is a number with decimals, not a phone number.')
    text = _SEPARATORS.sub("", _AREA_CODE.sub(r"\1", text, count=1))
    text = "".join(str(int(character)) if character.isdecimal() else character for character in text)
    if not re.fullmatch(r"\+{0,1}[0-9]+", text):
        raise PhoneFault(f'"{was}" is not one phone number.')
    return text


def _exit_prefix(text: str, region: str | None) -> str:
    if text.startswith("00"):
        return "00"
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    prefix = metadata.international_prefix if metadata else None
    match = re.match(prefix, text) if prefix else None
    return match.group() if match and _valid("+" + text[match.end() :], None) else ""


def _international(was: str, digits: str) -> str:
    number = _valid(f"+{digits}", None)
    if number is None:
        raise PhoneFault(f'"{was}" is not a valid international phone number.')
    return number


def _valid(text: str, region: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    if region is not None and parsed.country_code != phonenumbers.country_code_for_region(region):
        return None
    digits = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return digits if _DIGITS.match(digits) else None


def _national(field: str, was: str, number: str, abroad: str | None) -> Diagnosis:
    if number == abroad:  # written with the country code
        return _diagnosis(field, was, number, "separators")
    warnings: tuple[str, ...] = ()
    if abroad is not None:
        warnings = (f"{field}: read as a national number; with a country code it would be a number abroad.",)
    return dataclasses.replace(_diagnosis(field, was, number, "national_number"), warnings=warnings)


def _diagnosis(field: str, was: str, number: str, code: str) -> Diagnosis:
    repairs = (Repair(field, code, was, number),) if was != number else ()
    return Diagnosis(PhoneNumber(number), repairs)


def _why_invalid(was: str, text: str, region: str | None) -> str:
    if region is None:
        return (
            f'"{was}" is not a valid number with a country code, and this hook names no country. '
            "Write region: IN (your country's two letters) on the field, or send the number with + and country code."
        )
    digits = len(text.lstrip("+"))
    return f'"{was}" has {digits} digits and is not a valid phone number in {region}, nor one with a country code.'
