"""The doctor at work: one text, one number, or a reason. Nothing that could be two people's is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import phonenumbers

from adapter.intake.payload import Repair
from adapter.mapping.phone import reasons
from adapter.mapping.phone.cleaned import Cleaning, clean, digits, read
from adapter.mapping.phone.diagnosis import Diagnosis, PhoneFault, PhoneNumber
from adapter.mapping.phone.mending import mended, valid

_BETWEEN: Final = re.compile(r"[/,;|&\n\r\\]+|\s(?:or|and|oder|und|o|ou|y|e|u)\s", re.IGNORECASE)
_LEAST_DIGITS: Final = 7
_MOST_NUMBERS: Final = 5
_LANDLINE: Final = "{}: read as a landline; a mobile number in Argentina has a 9 behind the 54."
_ALSO_ABROAD: Final = "{}: read as a national number; with a country code it would be a number abroad."
_ALSO_NATIONAL: Final = "{}: read with a country code; in the hook's country it would be a national number."


def diagnose(value: Any, *, region: str | None, field: str = "phone") -> Diagnosis:
    """Read `value` (text or JSON number) as one phone number; raises PhoneFault.

    With a region, digits that form a valid number there are national, and that wins; otherwise a valid international
    number is taken. A `+` or the region's international prefix is never national.
    """
    cleaning = _one(read(value, field), region)
    lost_plus = isinstance(value, str) and value.startswith(" ") and value.lstrip()[:1].isdigit()
    text = digits(cleaning.text)
    if text.startswith("+"):
        return _international(cleaning, text[1:], "separators")
    if prefix := _exit_prefix(text, region):
        return _international(cleaning, text[len(prefix) :], "exit_prefix")
    national = valid(text, region) if region else None
    abroad = valid(f"+{text}", None)
    if national is not None and region is not None:
        return _national(cleaning, text, national, abroad, region)
    if abroad is not None:
        if lost_plus:
            cleaning.repairs.append(Repair(field, "lost_plus", str(value), f"+{cleaning.text}"))
        return _told(cleaning, abroad, _code(text, abroad, "separators"))
    if found := _mended_at_home(text, region):
        return _told(cleaning, found[1], found[0])
    sentence, code = reasons.not_national(cleaning.text, text, region) if region else reasons.no_country(cleaning.text)
    raise PhoneFault(sentence, code=code)


def recipient(value: Any, *, region: str | None = None) -> Diagnosis:
    """Read one entry of `to` or of a push: a text with a country code only loses separators, `+` and `00`;
    a text that is no valid number abroad is read in `region`, where one is given. Raises PhoneFault."""
    if isinstance(value, PhoneNumber):
        return Diagnosis(value)
    cleaning = _one(read(value, "to"), region)
    text = digits(cleaning.text)
    bare = text[1:] if text.startswith("+") else text.removeprefix("00")
    number = valid(f"+{bare}", None)
    if number is not None:
        doubtful = region is not None and text == bare and valid(text, region) not in {None, number}
        code = "exit_prefix" if text.startswith("00") else "separators"
        return _told(cleaning, number, code, *([_ALSO_NATIONAL.format("to")] if doubtful else []))
    if region is not None and not text.startswith(("+", "00")):
        return diagnose(value, region=region, field="to")
    if text != bare:
        return _international(cleaning, bare, "exit_prefix" if text.startswith("00") else "separators")
    sentence, code = reasons.no_country(cleaning.text)
    raise PhoneFault(sentence, code=code)


def _one(cleaning: Cleaning, region: str | None) -> Cleaning:
    """The cleaned text of one number. Raises PhoneFault where several stand there."""
    parts = [part for part in _BETWEEN.split(cleaning.text)[: _MOST_NUMBERS + 1] if _count(part) >= _LEAST_DIGITS]
    if len(parts) > 1:
        numbers = tuple(dict.fromkeys(_each(parts, region)))
        if len(numbers) != 1 or len(parts) != len([*_each(parts, region)]):
            are = "are two numbers" if len(parts) == 2 else f"are {len(parts)} numbers"
            sentence = f'"{cleaning.text}" {are}, so it is not known which one is meant; send one of them.'
            raise PhoneFault(sentence, code="two_numbers", candidates=numbers)
        cleaning.change("same_number_twice", parts[0].strip())
    clean(cleaning)
    return cleaning


def _each(parts: list[str], region: str | None) -> Iterator[str]:
    for part in parts:
        try:
            yield str(diagnose(part.strip(), region=region).number)
        except PhoneFault:
            continue


def _count(text: str) -> int:
    return sum(sign.isdecimal() for sign in text)


def _exit_prefix(text: str, region: str | None) -> str:
    if text.startswith("00"):
        return "00"
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    prefix = metadata.international_prefix if metadata else None
    match = re.match(prefix, text) if prefix else None
    return match.group() if match and valid("+" + text[match.end() :], None) else ""


def _international(cleaning: Cleaning, text: str, code: str) -> Diagnosis:
    number = valid(f"+{text}", None)
    if number is not None:
        return _told(cleaning, number, _code(text, number, code))
    if found := mended(text):
        return _told(cleaning, found[1], found[0])
    sentence, reason = reasons.not_international(cleaning.text, text)
    raise PhoneFault(sentence, code=reason)


def _code(text: str, number: str, code: str) -> str:
    """What was repaired where the numbering plan itself took digits out: 15 in Argentina, else the trunk zero."""
    if text == number:
        return code
    return "argentina_nine" if number.startswith("549") and not text.startswith("5490") else "trunk_zero"


def _mended_at_home(text: str, region: str | None) -> tuple[str, str] | None:
    """The same mendings for a number of the region, with its country code or without."""
    if region is None:
        return None
    code = str(phonenumbers.country_code_for_region(region))
    for reading in (text, code + text.removeprefix(phonenumbers.ndd_prefix_for_region(region, True) or "")):
        found = mended(reading)
        if found is not None and found[1].startswith(code):
            return found
    return None


def _national(cleaning: Cleaning, text: str, number: str, abroad: str | None, region: str) -> Diagnosis:
    if number == abroad:  # written with the country code
        return _told(cleaning, number, _code(text, number, "separators"))
    moved = region == "AR" and number.startswith("549") and not text.lstrip("0").startswith("9")
    warnings = [] if abroad is None else [_ALSO_ABROAD.format(cleaning.field)]
    return _told(cleaning, number, "argentina_nine" if moved else "national_number", *warnings)


def _told(cleaning: Cleaning, number: str, code: str, *warnings: str) -> Diagnosis:
    repairs = list(cleaning.repairs)
    if cleaning.text != number:
        repairs.append(Repair(cleaning.field, code, cleaning.text, number))
    if number.startswith("54") and not number.startswith("549"):
        warnings = (*warnings, _LANDLINE.format(cleaning.field))
    return Diagnosis(PhoneNumber(number), tuple(repairs), warnings)
