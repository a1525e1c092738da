"""A country as people, forms and CRMs write it, as its two ISO letters; and its name in English."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import phonenumbers

from adapter.mapping.phone import plan
from adapter.mapping.phone.country_words import LANGUAGES, SHORT_NAMES, TWO_COUNTRIES
from adapter.mapping.phone.folding import folded

_MOST_CHARACTERS: Final = 80
_MOST_DIGITS: Final = 7  # of a country code with an area code, such as +1-684
_FLAG_A: Final = 0x1F1E6
_FLAG: Final = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_WHOLE_NUMBER: Final = re.compile(r"(?:\+|00)[0-9\s().\-]{8,24}\Z")
_DECIMAL_ZERO: Final = re.compile(r"(?<=[0-9])\.0+\Z")
_DIGITS: Final = re.compile(r"[0-9]+")
_BESIDE: Final = re.compile(r"[0-9+()\[\]/,;:|]+|\s[-\u2010-\u2015]+\s|\A\s?[-\u2010-\u2015]|[-\u2010-\u2015]\s?\Z")
_BETWEEN_WORDS: Final = re.compile(r"[\s,()\-]+")
_HYPHENED: Final = re.compile(r"[^\s\-]+-[^\s\-]+\Z")  # IN-India
_SMALL_WORDS: Final = {"the": "", "and": "", "&": "", "st": "saint", "st.": "saint"}
_WITH_ARTICLE: Final = "AE BS CF CK FK FO GB GM KM KY MH MP MV NL PH SB TC US VG VI"


def region_of(value: Any) -> str | None:
    """ISO letters of a country given as letters (`IN`, `ind`), a name in a common language, a flag, a dial code
    (`+91`, `0091`, 91) or several of these that agree (`India (+91)`); a code that several countries share is the main
    one's. None for anything else."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        value = _whole(value)
    if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
        return None
    return _of_text(" ".join(value.split()))


def _whole(value: float | Decimal) -> str | None:
    """A number such as 91 or 91.0 as its digits."""
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return str(int(value)) if 0 < value < 10**_MOST_DIGITS and value == int(value) else None


def country_name(region: str) -> str:
    """The country's name in English as it stands in a sentence (`the United Kingdom`); its letters without one."""
    name = _english().get(region, region)
    return f"the {name}" if region in _WITH_ARTICLE.split() else name


@functools.lru_cache(maxsize=1024)
def _of_text(text: str) -> str | None:
    if _WHOLE_NUMBER.match(text) and (number := plan.valid(re.sub(r"^00|[^0-9]", "", text))):
        return _supported(plan.region_of_number(number))
    if flag := _FLAG.search(text):
        return _supported("".join(chr(ord(half) - _FLAG_A + ord("A")) for half in flag.groups()))
    text = _DECIMAL_ZERO.sub("", text)
    digits = "".join(_DIGITS.findall(text))
    pieces = [piece.strip() for piece in _BESIDE.split(text) if piece.strip(" -.")]
    if not pieces:
        return _of_code(digits)
    found = _of_word(text) or _of_pieces(pieces if _HYPHENED.match(text) is None else text.split("-"))
    return found if not digits or found is None or _agree(found, digits) else None


def _of_pieces(pieces: list[str]) -> str | None:
    """What all pieces that name a country agree on."""
    regions = {region for piece in pieces if (region := _of_word(piece))}
    return regions.pop() if len(regions) == 1 else None


def _agree(region: str, digits: str) -> bool:
    return digits.lstrip("0").startswith(plan.country_code(region))


def _of_word(text: str) -> str | None:
    if text.isascii() and len(text) in {2, 3} and (region := _of_letters(text.upper())):
        return region
    name = _folded_name(text)
    if not name or name in _two_countries():
        return None
    return _short_names().get(name) or next(
        (region for language in LANGUAGES if (region := _names(language).get(name))), None
    )


def _of_letters(letters: str) -> str | None:
    """ISO 3166-1 alpha-2, alpha-3 and the codes before them (UK), as CLDR knows them."""
    if letters in phonenumbers.SUPPORTED_REGIONS:
        return letters
    from babel.core import get_global

    now = get_global("territory_aliases").get(letters, ())
    return _supported(now[0]) if len(now) == 1 else None


def _of_code(digits: str) -> str | None:
    """Of 91 India; of 1 the United States, of 1684 American Samoa: behind a shared code the digits that tell."""
    digits = digits.lstrip("0")
    code = plan.country_code_of(digits) if len(digits) <= _MOST_DIGITS else ""
    area = digits[len(code) :]
    if not code or not area:
        return _supported(plan.main_region(code)) if code else None
    return next((one for one in phonenumbers.region_codes_for_country_code(int(code)) if _leads(one, area)), None)


def _leads(region: str, area: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return bool(metadata and metadata.leading_digits and re.fullmatch(metadata.leading_digits, area))


def _supported(region: str) -> str | None:
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


def _folded_name(name: str) -> str:
    words = _BETWEEN_WORDS.split(name.casefold())
    return folded("".join(_SMALL_WORDS.get(word, word) for word in words))


@functools.cache
def _short_names() -> Mapping[str, str]:
    return {_folded_name(name): region for region, names in SHORT_NAMES.items() for name in names.split("|")}


@functools.cache
def _two_countries() -> frozenset[str]:
    return frozenset(map(_folded_name, TWO_COUNTRIES))


@functools.cache
def _names(language: str) -> Mapping[str, str]:
    """CLDR's names of countries in a language. Languages are loaded one by one, because each takes a megabyte."""
    return {_folded_name(name): region for region, name in _territories(language).items() if _supported(region)}


@functools.cache
def _english() -> Mapping[str, str]:
    return dict(_territories("en"))


def _territories(language: str) -> Mapping[str, str]:
    from babel import Locale  # not at the top: only few requests name a country in words

    return Locale.parse(language).territories
