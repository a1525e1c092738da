"""Numbers as people and programs write them, as exact decimals; what may be read in two ways is refused or noted."""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import Final

import regex

_MOST_CHARACTERS: Final = 60
_BLANKS: Final = re.compile("[\\s\u00a0\u2007\u2009\u202f]+")
_SEPARATORS: Final = str.maketrans({"\u066b": ".", "\u066c": ",", "\u2019": "'", "\u02bc": "'", "\u2212": "-"})
_WORDS: Final = frozenset(
    [
        "rs",
        "rs.",
        "re",
        "re.",
        "inr",
        "usd",
        "us$",
        "a$",
        "c$",
        "hk$",
        "s$",
        "nz$",
        "r$",
        "mx$",
        "rm",
        "kr",
        "kr.",
        "zł",
        "ft",
        "kč",
        "lei",
        "lv",
        "лв",
        "руб",
        "руб.",
        "р.",
        "fr",
        "fr.",
        "sfr",
        "chf",
        "euro",
        "eur",
        "tk",
        "ksh",
        "tsh",
        "ush",
        "kes",
    ]
)
_AFFIXES: Final = regex.compile(
    r"(?P<before>(?:[^\d+\-.,]{1,8}\.?\s?)?)(?P<number>[+-]?\d[\d.,' ]*)(?P<after>[^\d+\-]{0,8})"
)
_SYMBOL: Final = regex.compile(r"\p{Sc}")
_CODE: Final = re.compile(r"[A-Z]{3}")
# Three decimals are usual in money of these countries only (ISO 4217, minor unit 3).
_THREE_DECIMALS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_PLAIN: Final = re.compile(r"\d{1,40}(?:\.\d{1,40})?")
_GROUPED: Final = {
    ",": re.compile(r"\d{1,3}(?:,\d{2})*,\d{3}|\d{1,3}(?:,\d{3})+"),  # 1,299,500 and India's 1,25,000
    ".": re.compile(r"\d{1,3}(?:\.\d{3})+"),
    " ": re.compile(r"\d{1,3}(?: \d{3})+"),
    "'": re.compile(r"\d{1,3}(?:'\d{3})+"),
}


class NumberFault(ValueError):
    """A text that is no number, or one that may be read in two ways; the message is a sentence without the value."""


def read_number(text: str, *, locale: str | None = None) -> tuple[Decimal, str | None]:
    """The number in `text`, and a doubt about it as a sentence, or None. Raises NumberFault.

    `locale` (such as de_DE) is what the hook says of its sender; it decides what could be read in two ways.
    """
    if len(text) > _MOST_CHARACTERS:
        raise NumberFault("is not a number")
    bare = _BLANKS.sub(" ", text.translate(_SEPARATORS)).strip()
    bare = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in bare)
    match = _AFFIXES.fullmatch(_joined_sign(bare))
    marks = [match["before"].strip(), match["after"].strip()] if match else []
    if match is None or not all(_is_currency(mark) for mark in marks):
        raise NumberFault("is not a number")
    money = any(mark and mark.upper() not in _THREE_DECIMALS for mark in marks)
    number = match["number"].strip()
    sign = number[0] if number[0] in "+-" else ""
    digits, doubt = _plain(number.lstrip("+-").strip(), money=money, locale=locale)
    return Decimal(sign.replace("+", "") + digits), doubt


def _joined_sign(bare: str) -> str:
    """`- 5` and `-₹5` with their sign at the digits."""
    if bare[:1] in {"-", "+"} and not bare[1:2].isdigit():
        rest = bare[1:].lstrip()
        at = next((index for index, sign in enumerate(rest) if sign.isdigit()), 0)
        return rest[:at] + bare[0] + rest[at:]
    return bare


def _is_currency(mark: str) -> bool:
    if not mark or mark.lower() in _WORDS or _CODE.fullmatch(mark):
        return True
    return bool(_SYMBOL.fullmatch(mark)) or (len(mark) <= 4 and bool(_SYMBOL.search(mark)) and mark[0].isalpha())


def _plain(number: str, *, money: bool, locale: str | None) -> tuple[str, str | None]:
    """The digits with a point, at most one."""
    kinds = [sign for sign in ",. '" if sign in number]
    if not kinds:
        return _checked(number), None
    last = max(kinds, key=number.rfind)
    if len(kinds) == 1 and number.count(last) == 1 and last in ",.":
        return _lone(number, last, money=money, locale=locale)
    if len(kinds) == 1:
        return _checked(_ungrouped(number, last)), None
    if len(kinds) > 2 or number.count(last) > 1 or last in " '":
        raise NumberFault("is not a number")
    whole, _, fraction = number.partition(last)
    group = next(kind for kind in kinds if kind != last)
    return _checked(f"{_ungrouped(whole, group)}.{fraction}"), None


def _lone(number: str, sign: str, *, money: bool, locale: str | None) -> tuple[str, str | None]:
    """One comma or one point: a decimal sign, or, before three last digits, perhaps a grouping one."""
    whole, _, fraction = number.partition(sign)
    as_decimal = f"{whole}.{fraction}"
    if len(fraction) != 3 or len(whole) > 3 or whole.startswith("0"):
        return _checked(as_decimal), None
    if locale is not None:
        return _checked(as_decimal if _decimal_sign(locale) == sign else whole + fraction), None
    if money:
        return _checked(whole + fraction), None
    if sign == ",":
        raise NumberFault("may be read in two ways; send it with a point and two decimals, or write `locale:` on it")
    return _checked(as_decimal), "read with a decimal point; where it means thousands, write `locale:` on the field"


def _ungrouped(number: str, sign: str) -> str:
    if not _GROUPED[sign].fullmatch(number):
        raise NumberFault("is not a number")
    return number.replace(sign, "")


def _checked(number: str) -> str:
    if not _PLAIN.fullmatch(number):
        raise NumberFault("is not a number")
    return number


@functools.cache
def _decimal_sign(locale: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(locale)
