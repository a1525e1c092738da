"""Every repair and every refusal of the number doctor, and what it means to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPAIRS: Final[Mapping[str, str]] = {
    "apostrophe": "the apostrophe, quotation mark or equals sign with which a spreadsheet marks text was dropped",
    "argentina_nine": "from abroad a mobile number in Argentina has a 9 behind the country code, and no 15",
    "brazil_nine": "the ninth digit that mobile numbers in Brazil have today was put in",
    "characters": "digits and signs of another script became 0 to 9, and marks that cannot be seen were dropped",
    "country_code_twice": "the country code stood there twice; one of them was dropped",
    "decimal_zero": "the .0 that a spreadsheet put behind the number was dropped",
    "exit_prefix": "the prefix for calls abroad (such as 00 or 011) was dropped; the country code follows it",
    "exponent": "a program wrote the number with an exponent; all its digits were there and were written out",
    "extension": "the extension was dropped; a message goes to the number itself",
    "grouping": "the commas between groups of digits were dropped",
    "json_number": "it came as a JSON number, not as text",
    "label": "the words beside the number were dropped",
    "link": "the number was taken out of a link",
    "lost_plus": "the blank in front is a + that a form lost on the way; the number has its country code",
    "mexico_one": "numbers in Mexico have had nothing before their ten digits since 2019; it was dropped",
    "national_number": "the number was written as inside its country; the country code was put in front",
    "optional_zero": "the zero in brackets is dialled inside the country only; it was dropped",
    "percent_encoding": "%2B and %20, as web addresses write them, were read as + and blank",
    "same_number_twice": "the same number stood there more than once; it was taken once",
    "separators": "the signs between and around the digits, such as + and blanks, were dropped",
    "trunk_zero": "what is dialled before a number inside the country (mostly 0) was dropped behind the country code",
}
"""Every repair code of a phone number, and what it means."""

_MEND: Final = "Correct the number where it came from, in the form or the CRM, and send again."
_CHOOSE: Final = "Choose the field that holds the phone number in the sending tool."

REFUSALS: Final[Mapping[str, str]] = {
    "ambiguous": "Send the number with + and country code, so that it can mean one thing only.",
    "decimals": "Format the column as text, or choose the field that holds the phone number.",
    "empty": _CHOOSE,
    "letters": _MEND,
    "no_country": "Name the country (region) on the field or the hook, or send the number with + and country code.",
    "not_a_number": _CHOOSE,
    "not_one": _MEND,
    "not_valid": _MEND,
    "rounded": "Format the column as text, enter the number again, and send again.",
    "too_long": _MEND,
    "too_short": _MEND,
    "two_numbers": "Send one of them alone; if both are meant, put them into two fields where they come from.",
}
"""Every code of a refusal, and what to do about it."""
