"""What somebody types to find a message, understood: a number in any spelling, an id, a reference, or words."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

import phonenumbers

from adapter.delivery.spellings import spellings

LONGEST: Final = 200
_MOST_WORDS: Final = 8
_EVENT: Final = re.compile(r"(?:a-)?([0-9A-HJKMNP-TV-Z]{26})((?:-[0-9]{1,6})*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[+(]*[\d\s().\-/\u00a0\u2010-\u2015]*")
_SHORTEST_NUMBER: Final = 7  # digits; with fewer the last digits of a number are meant
_LONGEST_NUMBER: Final = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Understood:
    """What is looked for, and the sentence that says so. What is empty is not asked; more than one are alternatives.

    `event`, `message`: ids. `numbers`: a phone's possible spellings as digits with country code. `token`: a reference,
    push_id or msg_id. `ending`: a number's last digits. `words`: all of them in the text; where any of the others is
    given, they are looked for only when nothing else was found.
    """

    sentence: str = ""
    event: str = ""
    message: str = ""
    numbers: tuple[str, ...] = ()
    token: str = ""
    ending: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether an index finds it."""
        return bool(self.event or self.message or self.numbers or self.token)


def cleaned(text: str) -> str:
    """The text as it can be looked for: bounded, without what a database cannot hold."""
    return text.replace("\0", " ").strip()[:LONGEST]


def understand(text: str, *, regions: Sequence[str] = ()) -> Understood:
    """Read what was typed; `regions` are the countries whose national spelling is known."""
    text = cleaned(text)
    if not text:
        return Understood()
    if found := _EVENT.fullmatch(text):
        return _identity(found[1].upper(), found[2])
    if _NUMBER.fullmatch(text) and (digits := _digits(text)):
        return _number(text, digits, regions)
    words = tuple(dict.fromkeys(text.split()))[:_MOST_WORDS]
    if len(words) == 1:
        sentence = f'Searching the reference, push_id or msg_id "{text}", or else texts with that word.'
        return Understood(sentence, token=text, words=words)
    return Understood(f"Searching texts with all of these words: {' '.join(words)}.", words=words)


def _identity(event: str, rest: str) -> Understood:
    if rest:
        return Understood(f"Searching the message {event}{rest}.", message=event + rest)
    return Understood(f"Searching the event {event}.", event=event)


def _digits(text: str) -> str:
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def _number(text: str, digits: str, regions: Sequence[str]) -> Understood:
    token = text if text.isascii() and text.isdigit() else ""
    if len(digits) < _SHORTEST_NUMBER:
        sentence = f"Searching numbers that end in {digits}, and texts with it."
        return Understood(sentence, token=token, ending=digits, words=(digits,))
    if len(digits) > _LONGEST_NUMBER:
        return Understood(f"Searching the id {digits}.", token=token, words=(digits,))
    known = _known(text, digits, regions)
    numbers = tuple(dict.fromkeys(one for number in known or _abroad(digits) for one in spellings(number)))
    said = f"the number {' or '.join(known)}" if known else f"numbers that end in {digits.lstrip('0')}"
    also = f", and the id {token}" if token else ""
    words = () if known else (digits,)
    return Understood(f"Searching {said}{also}.", numbers=numbers, token=token, words=words)


def _known(text: str, digits: str, regions: Sequence[str]) -> list[str]:
    """The valid numbers that it may be: national in one of the regions, or with a country code as it stands."""
    is_national = "+" not in text and not digits.startswith("00")
    found = [_valid(digits, region) for region in regions] if is_national else []
    return [one for one in dict.fromkeys([*found, _valid(f"+{digits.removeprefix('00')}", None)]) if one]


def _valid(spelt: str, region: str | None) -> str:
    try:
        parsed = phonenumbers.parse(spelt, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return f"{parsed.country_code}{phonenumbers.national_significant_number(parsed)}"


def _abroad(digits: str) -> list[str]:
    """As it stands, and with every country's code before it: an index finds these, it cannot find an ending."""
    national = digits.lstrip("0")
    return [digits, national, *(f"{code}{national}" for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)]
