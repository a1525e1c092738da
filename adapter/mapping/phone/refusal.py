"""Why a text is no number, as a sentence that the owner of a shop understands."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from adapter.mapping.phone import plan
from adapter.mapping.phone.countries import country_name
from adapter.mapping.phone.diagnosis import PhoneFault
from adapter.mapping.phone.reading import bare

_LETTER: Final = re.compile(r"[^\W\d_]")
_LEAST, _MOST = 7, 15
_COUNTS: Final = {2: "two", 3: "three", 4: "four", 5: "five"}
_MOST_LENGTHS: Final = 3


def shown(text: str) -> str:
    """A received text in quotes, on one line."""
    return '"' + "".join(one if one.isprintable() else " " for one in text[:80]) + '"'


def refusal(was: str, text: str, region: str | None) -> PhoneFault:
    """The reason why a text, of which `text` was left after spelling it out, is no valid number."""
    if not re.search(r"\w", was):
        return PhoneFault("This is not a phone number: it is empty.", code="empty")
    if _LETTER.search(text):
        return PhoneFault(f"{shown(was)} is not a phone number: it has letters.", code="letters")
    digits = bare(text)
    if digits is None or "+" in digits.lstrip("+"):
        return PhoneFault(f"{shown(was)} is not one phone number.", code="not_one")
    if digits.startswith(("+", "00")):
        return _not_international(was, digits.lstrip("+").removeprefix("00"))
    return _not_national(was, digits, region) if region else _without_country(was, digits)


def two_numbers(was: str, count: int, numbers: tuple[str, ...]) -> PhoneFault:
    """The refusal of a text with `count` numbers, of which `numbers` are valid."""
    are = f"are {_COUNTS.get(count, str(count))} numbers"
    sentence = f"{shown(was)} {are}, so it is not known which one is meant; send one of them."
    return PhoneFault(sentence, code="two_numbers", candidates=numbers)


def not_one(was: str, numbers: tuple[str, ...] = ()) -> PhoneFault:
    return PhoneFault(
        f"{shown(was)} is not one phone number. Send one number alone.", code="not_one", candidates=numbers
    )


def _not_international(was: str, digits: str) -> PhoneFault:
    start = f"{shown(was)} is not a valid international number"
    code = plan.country_code_of(digits)
    region = plan.main_region(code) if code else ""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        return PhoneFault(f"{start}: no country has that code.")
    trunk, lengths = plan.trunk_prefix(region), _mobile_lengths(region)
    behind = len(digits.removeprefix(code).removeprefix(trunk if trunk == "0" else ""))
    usual = (
        f"behind +{code} a mobile number in {country_name(region)} has {_either(lengths)} digits, here are {behind}."
    )
    if lengths and not lengths[0] <= behind <= lengths[-1]:
        return PhoneFault(f"{start}: {usual}", code="too_short" if behind < lengths[0] else "too_long")
    return PhoneFault(f"{start}: its count of digits fits, but no number in {country_name(region)} begins like this.")


def _without_country(was: str, digits: str) -> PhoneFault:
    if not _LEAST <= len(digits) <= _MOST:
        sentence = (
            f"{shown(was)} has {_digits(len(digits))}; a phone number with its country code has {_LEAST} to {_MOST}."
        )
        return PhoneFault(sentence, code="too_short" if len(digits) < _LEAST else "too_long")
    return PhoneFault(
        f"{shown(was)} is not a valid number with a country code, and this hook names no country. "
        "Write region: IN (your country's two letters) on the field, or send the number with + and country code.",
        code="no_country",
    )


def _not_national(was: str, digits: str, region: str) -> PhoneFault:
    country, lengths = country_name(region), _mobile_lengths(region)
    count, beside = _national_count(digits, region, most=lengths[-1] if lengths else _MOST)
    has = f"{shown(was)} has {_digits(count)}{beside}"
    if lengths and count < lengths[0]:
        return PhoneFault(f"{has}; a mobile number in {country} has {_either(lengths)}.", code="too_short")
    if lengths and count > lengths[-1]:
        sentence = f"{has}; a mobile number in {country} has {_either(lengths)}, and no country's code fits."
        return PhoneFault(sentence, code="too_long")
    return PhoneFault(
        f"{has} and is not a valid phone number in {country}, nor one with a country code: "
        "no number there begins like this."
    )


def _national_count(digits: str, region: str, *, most: int) -> tuple[int, str]:
    """How many digits stand behind the trunk prefix or the country code, and words for what stood there."""
    trunk, code = plan.trunk_prefix(region), plan.country_code(region)
    if trunk and digits.startswith(trunk):
        return len(digits) - len(trunk), f" behind the {trunk}"
    if digits.startswith(code) and len(digits) > most:
        return len(digits) - len(code), f" behind the country code {code}"
    return len(digits), ""


def _mobile_lengths(region: str) -> tuple[int, ...]:
    """The lengths of mobile numbers without country code; () where a country has too many of them to say."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    mobile = metadata.mobile if metadata else None
    lengths = tuple(sorted(size for size in (mobile.possible_length if mobile else ()) if size > 0))
    return lengths if len(lengths) <= _MOST_LENGTHS else ()


def _either(lengths: tuple[int, ...]) -> str:
    return " or ".join(map(str, lengths))


def _digits(count: int) -> str:
    return "1 digit" if count == 1 else f"{count} digits"
