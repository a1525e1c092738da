"""The first half of the doctor's work: from what came to digits, `+` and separators; every step has its own code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from adapter.mapping.phone.diagnosis import PhoneFault, Story
from adapter.mapping.phone.labels import without_labels
from adapter.mapping.phone.links import number_in

_EXPONENT: Final = re.compile(r"(\+?)([0-9]+)(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,4})\Z")
_MOST_EXPONENT: Final = 20
_DECIMAL_ZERO: Final = re.compile(r"(\+?[0-9]{6,})(?:\.0{1,6}|,0{1,2})\Z")
_FRACTION: Final = re.compile(r"\+?[0-9]{6,}[.,][0-9]{1,5}\Z")
_GROUPED: Final = re.compile(r"\+?[0-9]{1,3}(?:,[0-9]{2,3}){2,}\Z")
_QUOTES: Final = "[\"'\\u2018-\\u201e`\\u00b4]"
_QUOTED: Final = re.compile(rf"\A(?:=\s?{_QUOTES}{{0,3}}|{_QUOTES}{{1,3}})|{_QUOTES}{{1,3}}\Z")
_ENCODED: Final = re.compile(r"%2[0B8-9D]", re.IGNORECASE)
_UNSEEN: Final = "\u20e3" + "".join(map(chr, range(0xFE00, 0xFE10)))  # the keycap around 1️⃣, variation selectors
_EXTENSION: Final = re.compile(
    r"(?<=[0-9)\s])[\s,;.(\-]{0,5}"
    r"(?:;ext=|\b(?:extension|extn|ext|ramal|interno|int|poste|durchwahl|dw|anexo|доб)\b|(?<![^\W\d])x|#)"
    r"[\s.:=#]{0,4}[0-9]{1,7}\s?\)?\Z",
    re.IGNORECASE,
)
_AFTER_TEL: Final = re.compile(r";(?:phone-context|isub)=[^;]{0,40}", re.IGNORECASE)  # parameters of RFC 3966


def spell_out(story: Story) -> None:
    """Take everything away that is neither a digit of a number nor a sign between them. Raises PhoneFault where
    digits were lost on the way."""
    for code, mend in _MENDS:
        text = story.text.strip()
        if (now := mend(text)) != text:
            story.change(code, now.strip())
    if any(repair.code == "extension" for repair in story.repairs):
        story.doubt("the extension was dropped; the message goes to the number itself.")


def _plain_characters(text: str) -> str:
    return text if text.isascii() else "".join(map(_plain, text))


def _plain(one: str) -> str:
    if one.isdecimal():
        return str(int(one))
    if "\uff01" <= one <= "\uff5e" or "\ufe50" <= one <= "\ufe6b":  # full-width and small forms
        return unicodedata.normalize("NFKC", one)
    is_unseen = unicodedata.category(one) == "Cf" or one in _UNSEEN
    return "" if is_unseen else one


def _decoded(text: str) -> str:
    return unquote(text) if _ENCODED.search(text) else text


def _unquoted(text: str) -> str:
    return _QUOTED.sub("", text)


def _written_out(text: str) -> str:
    found = _EXPONENT.match(text)
    if found is None:
        return text
    plus, whole, fraction, power = found[1], found[2], found[3] or "", int(found[4])
    kept, rest = fraction[:power], fraction[power:]
    if len(kept) < power or power > _MOST_EXPONENT or rest.strip("0"):
        raise PhoneFault(
            f'"{text}" was rounded by a spreadsheet; its last digits are lost. '
            "Format the column as text and send again.",
            code="rounded",
        )
    return plus + whole + kept


def _whole(text: str) -> str:
    if found := _DECIMAL_ZERO.match(text):
        return found[1]
    if _FRACTION.match(text):
        raise PhoneFault(f'"{text}" is a number with decimals, not a phone number.', code="decimals")
    return text


def _ungrouped(text: str) -> str:
    return text.replace(",", "") if _GROUPED.match(text) else text


def _without_extension(text: str) -> str:
    return _EXTENSION.sub("", _AFTER_TEL.sub("", text))


_MENDS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("characters", _plain_characters),
    ("link", number_in),
    ("percent_encoding", _decoded),
    ("apostrophe", _unquoted),
    ("exponent", _written_out),
    ("decimal_zero", _whole),
    ("grouping", _ungrouped),
    ("label", without_labels),
    ("extension", _without_extension),
)  # in the order in which they are tried
