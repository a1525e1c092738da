"""From a value as it came to the bare digits of one number, perhaps with a `+`: every change with its own code."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from urllib.parse import unquote

from adapter.intake.payload import Repair
from adapter.mapping.phone.diagnosis import PhoneFault

_MOST_CHARACTERS: Final = 60
_MOST_LINK: Final = 500
# A double that a program prints carries its number exactly; a spreadsheet shows six digits and keeps the rest for
# itself. Ten is more than any spreadsheet shows and less than a number with its country code has.
_LEAST_EXACT: Final = 10
_EXPONENT: Final = re.compile(r"(\+?)([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})\Z")
_DECIMAL_ZERO: Final = re.compile(r"(\+?[0-9]{6,})[.,]0+\Z")
_FRACTION: Final = re.compile(r"\+?[0-9]{6,}[.,][0-9]+\Z")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0f]+")
_LINK: Final = re.compile(
    r"(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?(?:[^#]*&)?phone=|(?:www\.|web\.)?whatsapp\.com/send/?\?(?:[^#]*&)?phone="
    r"|whatsapp://send/?\?(?:[^#]*&)?phone=)\+?(?P<number>[0-9 %().+-]{6,40})(?:[/?&#].*)?\Z",
    re.IGNORECASE | re.DOTALL,
)
_SCHEME: Final = re.compile(r"(?:tel|whatsapp|sms|callto|phone):(?://)?", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"(?<=[0-9)])[\s,;.]{0,3}(?:;?ext(?:ension|n)?|durchwahl|ramal|anexo|int(?:erno)?|x|#)\s{0,2}[.:=]?\s{0,2}[0-9]{1,7}\Z",
    re.IGNORECASE,
)
_PARAMETERS: Final = re.compile(r";(?:phone-context|isub|ext)=[^;]{0,40}\Z", re.IGNORECASE)
_WORD: Final = (
    r"mobile|mobil|mob|móvil|movil|cell(?:ular|phone)?|cel|celular|handy|phone|telephone|telefone|telefono|teléfono|"
    r"telefon|téléphone|tel|fono|ph|whats\s?app|whatsapp|wa|contact|number|num|no|nr|m|p|t|c|home|work|office|private"
)
_LABEL_BEFORE: Final = re.compile(
    rf"\s*[(\[]?\s*(?:(?:{_WORD})[\s.)\]]{{0,3}}){{1,3}}[\s:=.\-#)\]]{{0,4}}(?=[+0-9(])", re.IGNORECASE
)
_LABEL_BEHIND: Final = re.compile(
    rf"(?<=[0-9])\s{{0,3}}[-–,]?\s{{0,2}}[(\[]?\s{{0,2}}(?:{_WORD})[.)\]]{{0,2}}\s*\Z", re.IGNORECASE
)
_OPTIONAL_ZERO: Final = re.compile(r"(?<=[0-9])\s{0,2}\(\s?0\s?\)")
_ABROAD: Final = re.compile(r"\s*\(?(?:\+|00)")
_AREA_CODE: Final = re.compile(r"\A([0-9+()\s]{2,9})/(?=[0-9\s\-]+\Z)")  # 030/1234567, as Germans write it
_SEPARATORS: Final = re.compile(r"[\s().\-_~\u2010-\u2015\u2212\u00b7\u2022]+")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclasses.dataclass(slots=True)
class Cleaning:
    """One value on its way: `text` as it is now, and the repairs so far."""

    field: str
    text: str
    repairs: list[Repair] = dataclasses.field(default_factory=list)

    def change(self, code: str, now: str) -> None:
        """Note a repair where there is one."""
        if now != self.text:
            self.repairs.append(Repair(self.field, code, self.text, now))
            self.text = now


def read(value: Any, field: str) -> Cleaning:
    """The value as text: a JSON number without exponent. Raises PhoneFault."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PhoneFault("This is not a phone number.", code="letters")
    if isinstance(value, str):
        return _bounded(Cleaning(field, value.strip()))
    text = str(value)
    if len(text) > _MOST_CHARACTERS:
        raise PhoneFault(f"This number of {len(text)} characters is not a phone number.", code="too_long")
    cleaning = Cleaning(field, text)
    cleaning.repairs.append(Repair(field, "json_number", f"{text} (a number)", text))
    return cleaning


def _bounded(cleaning: Cleaning) -> Cleaning:
    most = _MOST_LINK if cleaning.text.lower().startswith(("http", "wa.me", "whatsapp:")) else _MOST_CHARACTERS
    if len(cleaning.text) > most:
        raise PhoneFault(f"This text of {len(cleaning.text)} characters is not a phone number.", code="too_long")
    return cleaning


def clean(cleaning: Cleaning) -> None:
    """Drop everything around one number: what is left may still hold separators. Raises PhoneFault."""
    for step in _STEPS:
        step(cleaning)


def _characters(cleaning: Cleaning) -> None:
    text = _INVISIBLE.sub("", cleaning.text)
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)
    cleaning.change("characters", text.replace("\uff0b", "+").strip())


def _apostrophe(cleaning: Cleaning) -> None:
    bare = cleaning.text.lstrip("'\u2018\u2019`").lstrip()
    cleaning.change("apostrophe", bare if bare[:1] in set("+0123456789(") else cleaning.text)
    if cleaning.text.startswith('="') and cleaning.text.endswith('"'):  # ="0987…", as spreadsheets export text
        cleaning.change("apostrophe", cleaning.text[2:-1].strip())


def _link(cleaning: Cleaning) -> None:
    if match := _LINK.match(cleaning.text):
        cleaning.change("link", "+" + unquote(match["number"]).strip().lstrip("+"))
    elif match := _SCHEME.match(cleaning.text):
        cleaning.change("link", unquote(cleaning.text[match.end() :]).strip())
    if len(cleaning.text) > _MOST_CHARACTERS:
        raise PhoneFault(f"This text of {len(cleaning.text)} characters is not a phone number.", code="too_long")


def _extension(cleaning: Cleaning) -> None:
    text = cleaning.text
    for _ in range(3):
        text = _PARAMETERS.sub("", text)
    cleaning.change("extension", _EXTENSION.sub("", text).strip())


def _label(cleaning: Cleaning) -> None:
    text = _LABEL_BEFORE.sub("", cleaning.text, count=1) if _LABEL_BEFORE.match(cleaning.text) else cleaning.text
    cleaning.change("label", _LABEL_BEHIND.sub("", text).strip())


def _spreadsheet(cleaning: Cleaning) -> None:
    if match := _EXPONENT.fullmatch(cleaning.text):
        plus, whole, fraction, power = match[1], match[2], match[3] or "", int(match[4])
        if len((whole + fraction).rstrip("0")) < _LEAST_EXACT or not len(fraction) - 3 <= power <= 15:
            raise PhoneFault(
                f'"{cleaning.text}" was rounded by a spreadsheet; its last digits are lost. '
                "Format the column as text and send again.",
                code="rounded",
            )
        digits = (whole + fraction).ljust(power + 1, "0")
        if digits[power + 1 :].strip("0"):
            raise PhoneFault(f'"{cleaning.text}" is a number with decimals, not a phone number.', code="decimals")
        cleaning.change("exponent", plus + digits[: power + 1])
    cleaning.change("decimal_zero", _DECIMAL_ZERO.sub(r"\1", cleaning.text))
    if _FRACTION.match(cleaning.text):
        raise PhoneFault(f'"{cleaning.text}" is a number with decimals, not a phone number.', code="decimals")


def _optional_zero(cleaning: Cleaning) -> None:
    if _ABROAD.match(cleaning.text):
        cleaning.change("optional_zero", _OPTIONAL_ZERO.sub("", cleaning.text, count=1))


_STEPS: Final[tuple[Callable[[Cleaning], None], ...]] = (
    _characters, _apostrophe, _link, _extension, _label, _spreadsheet, _optional_zero,
)  # fmt: skip


def digits(text: str) -> str:
    """The digits of one number, with a leading `+` where there was one. Raises PhoneFault."""
    if _LETTER.search(text):
        raise PhoneFault(f'"{text}" is not a phone number.', code="letters")
    bare = _SEPARATORS.sub("", _AREA_CODE.sub(r"\1", text, count=1))
    if not re.fullmatch(r"\+?[0-9]+", bare):
        raise PhoneFault(f'"{text}" is not one phone number.', code="not_one")
    return bare
