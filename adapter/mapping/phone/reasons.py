"""Why a text is no number, in sentences for the owner of a shop."""

from __future__ import annotations

import functools
from typing import Final

import phonenumbers

from adapter.mapping.phone.countries import country_name

_NO_COUNTRY: Final = (
    '"{was}" is not a valid number with a country code, and this hook names no country. '
    "Write region: IN (your country's two letters) on the field, or send the number with + and country code."
)


def not_national(was: str, text: str, region: str) -> tuple[str, str]:
    """(sentence, code) for digits that are no number in `region`, nor one with a country code."""
    country, count, usual = country_name(region), len(_national_digits(text, region)), _mobile_length(region)
    if usual is not None and count < usual:
        return f'"{was}" has {count} digits; a mobile number in {country} has {usual}.', "too_short"
    if usual is not None and count > usual:
        return (
            f'"{was}" has {count} digits; a mobile number in {country} has {usual}, and it is no number of another '
            "country with its country code.",
            "too_long",
        )
    return f'"{was}" has {count} digits but is not a phone number that exists in {country}.', "not_valid"


def not_international(was: str, digits: str) -> tuple[str, str]:
    """(sentence, code) for a number with a country code that does not exist."""
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return f'"{was}" is not a valid international phone number: no country has that code.', "not_valid"
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if region not in phonenumbers.SUPPORTED_REGIONS:
        return f'"{was}" is not a valid international phone number.', "not_valid"
    length, usual = len(str(parsed.national_number)), _mobile_length(region)
    what = f'"{was}" is not a valid international phone number'
    if usual is not None and length != usual:
        behind = f"behind +{parsed.country_code} a mobile number in {country_name(region)} has {usual} digits"
        return f"{what}: {behind}, here are {length}.", "too_short" if length < usual else "too_long"
    return f"{what}: no number in {country_name(region)} looks like that.", "not_valid"


def no_country(was: str) -> tuple[str, str]:
    """(sentence, code) for digits that could be national, where nobody says of which country."""
    return _NO_COUNTRY.format(was=was), "no_country"


def _national_digits(text: str, region: str) -> str:
    """The digits without the zero for calls within the country."""
    prefix = phonenumbers.ndd_prefix_for_region(region, True) or ""
    return text[len(prefix) :] if prefix and text.startswith(prefix) and len(text) > len(prefix) else text


@functools.cache
def _mobile_length(region: str) -> int | None:
    """How many digits a mobile number of this country has; None where there are several lengths."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    lengths = metadata.mobile.possible_length if metadata and metadata.mobile else ()
    return int(lengths[0]) if len(lengths) == 1 and lengths[0] > 0 else None
