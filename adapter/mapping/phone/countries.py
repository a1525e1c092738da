"""A country as people, forms and CRMs write it, as its two ISO letters."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any, Final

import phonenumbers

_MOST: Final = 60
# Languages whose names of countries are known, besides the names' short forms that people use.
_LANGUAGES: Final = ("en", "de", "es", "fr", "pt", "it", "nl", "pl", "tr", "ru", "hi", "ar", "id", "ja", "zh")
_SHORT: Final = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "america": "US", "united states of america": "US",
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "uae": "AE", "u.a.e.": "AE", "emirates": "AE", "ksa": "SA", "bharat": "IN", "russian federation": "RU",
    "holland": "NL", "the netherlands": "NL", "korea": "KR", "republic of korea": "KR", "viet nam": "VN",
    "czech republic": "CZ", "turkey": "TR", "ivory coast": "CI", "cape verde": "CV", "brunei darussalam": "BN",
    "republic of india": "IN", "republic of ireland": "IE", "hongkong": "HK", "macedonia": "MK", "burma": "MM",
}  # fmt: skip
_DIAL_CODE: Final = re.compile(r"(?:\+|00)?\s*([1-9]\d{0,2})(?:\s*-\s*\d{1,4})?")


def region_of(value: Any) -> str | None:
    """ISO letters of a country given as letters (`IN`, `IND`), a name in a common language, or a dial code (`+91`,
    91); of a code that several countries share the largest. None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = " ".join(str(value).split())
    if not text or len(text) > _MOST:
        return None
    if match := _DIAL_CODE.fullmatch(text):
        region = phonenumbers.region_code_for_country_code(int(match[1]))
        return region if region in phonenumbers.SUPPORTED_REGIONS else None
    letters = text.upper()
    if letters in phonenumbers.SUPPORTED_REGIONS:
        return letters
    return _aliases().get(letters) or _names().get(_plain(text))


@functools.cache
def country_name(region: str) -> str:
    """The country's name in English, its letters where there is none."""
    from babel import Locale

    return str(Locale("en").territories.get(region, region))


@functools.cache
def _aliases() -> dict[str, str]:
    """Three letters (ISO 3166-1 alpha-3) and older codes, as CLDR knows them."""
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    return {code: now[0] for code, now in aliases.items() if len(now) == 1 and now[0] in phonenumbers.SUPPORTED_REGIONS}


@functools.cache
def _names() -> dict[str, str]:
    from babel import Locale

    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for region, name in Locale(language).territories.items():
            if region in phonenumbers.SUPPORTED_REGIONS:
                found.setdefault(_plain(name), region)
    return found | {_plain(name): region for name, region in _SHORT.items()}


def _plain(name: str) -> str:
    """Without accents, case and the marks that people leave out."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("&", "and"))
    bare = "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn")
    return " ".join(re.sub(r"[().,'’\-]", " ", bare).split())
