"""What the doctor says of one text: a number with its repairs, or why it is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from adapter.intake.payload import Repair

REPAIRS: Final[Mapping[str, str]] = {
    "separators": "blanks, marks and a + between or before the digits were dropped",
    "lost_plus": "a blank stood where a + had been; a form that is not encoded turns one into the other",
    "exit_prefix": "the prefix for calls abroad (00, or 011 in America) was dropped",
    "national_number": "a number without a country code was read in its country",
    "argentina_nine": "the 15 of an Argentine mobile number became the 9 behind the country code",
    "brazil_nine": "the ninth digit that Brazilian mobile numbers got was put in",
    "mexico_one": "the 1 that Mexican mobile numbers had until 2019 was dropped",
    "country_code_twice": "the country code stood twice",
    "trunk_zero": "the 0 for calls within the country stood behind the country code",
    "optional_zero": "a (0) behind the country code was dropped",
    "json_number": "it came as a JSON number, not as text",
    "exponent": "a program wrote the number with an exponent that keeps every digit",
    "decimal_zero": "a spreadsheet's .0 was dropped",
    "apostrophe": "the apostrophe that marks text in a spreadsheet was dropped",
    "characters": "digits of another script, or marks that cannot be seen, were replaced",
    "label": "a word beside the number was dropped",
    "link": "the number was taken out of a link",
    "extension": "the extension behind the number was dropped",
    "same_number_twice": "the same number stood there twice",
}


class PhoneNumber(str):
    """Digits with country code that the doctor has seen; nobody needs to look at them again."""

    __slots__ = ()


class PhoneFault(ValueError):
    """A text that is no single, valid phone number; the message is a sentence a shop owner understands.

    `code` is one of letters, rounded, decimals, too_long, two_numbers, not_one, no_country, not_valid. `candidates`
    are the numbers that a text with several of them holds, as the doctor reads each.
    """

    def __init__(self, sentence: str, *, code: str = "not_valid", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.candidates = candidates


@dataclasses.dataclass(frozen=True, slots=True)
class Diagnosis:
    """A number that was understood, the repairs it took, and a warning where it could also be read abroad."""

    number: PhoneNumber
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()
