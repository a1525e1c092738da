"""The doctor at work: one value, one number, or a reason. Nothing that could be two people's is guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import phonenumbers

from adapter.intake.payload import Repair
from adapter.mapping.phone import plan, several
from adapter.mapping.phone.diagnosis import Diagnosis, PhoneFault, PhoneNumber, Story
from adapter.mapping.phone.links import MOST_CHARACTERS as MOST_OF_A_LINK
from adapter.mapping.phone.links import number_in
from adapter.mapping.phone.reading import Manner, Reading, read
from adapter.mapping.phone.refusal import not_one, refusal, two_numbers
from adapter.mapping.phone.spelling import spell_out

_MOST_CHARACTERS: Final = 60
_LEAST_DIGITS: Final = 7  # of what may be a number of its own
_LOST_PLUS: Final = re.compile(r" +(?=[1-9])")
_LANDLINE: Final = "read as a landline; a mobile number in Argentina has a 9 behind the 54 (+{})."


def diagnose(value: Any, *, region: str | None, field: str = "phone") -> Diagnosis:
    """Read `value` (text or JSON number) as one phone number; raises PhoneFault.

    With a region, digits that form a valid number there are national, and that wins; otherwise a valid international
    number is taken. A `+` or the region's international prefix is never national.
    """
    return _diagnosed(value, field, Manner(_known(region), lost_plus=_has_lost_plus(value)))


def recipient(value: Any, *, region: str | None = None) -> Diagnosis:
    """Read one entry of `to` or of a push: a text with a country code only loses separators, `+` and `00`;
    a text that is no valid number abroad is read in `region`, where one is given. Raises PhoneFault."""
    return _diagnosed(value, "to", Manner(_known(region), lost_plus=_has_lost_plus(value), abroad_first=True))


def _diagnosed(value: Any, field: str, manner: Manner) -> Diagnosis:
    if isinstance(value, PhoneNumber):
        return Diagnosis(value)
    story = _begun(value, field)
    for doubt in _understand(story, manner):
        story.doubt(doubt)
    return story.told()


def _known(region: str | None) -> str | None:
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


def _has_lost_plus(value: Any) -> bool:
    """A raw + in a query or a form is a blank to whoever decodes it."""
    return isinstance(value, str) and _LOST_PLUS.match(value) is not None


def _begun(value: Any, field: str) -> Story:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PhoneFault("This is not a phone number.", code="not_a_number")
    if isinstance(value, str):
        return _of_text(value.rstrip() if _has_lost_plus(value) else value.strip(), field)
    if not _is_finite(value) or not 0 < value < 10**_MOST_CHARACTERS:
        raise PhoneFault("This number is not a phone number.", code="not_a_number")
    story = Story(field, str(value))
    story.repairs.append(Repair(field, "json_number", f"{value} (a number)", str(value)))
    return story


def _is_finite(value: float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)


def _of_text(text: str, field: str) -> Story:
    if len(text) <= _MOST_CHARACTERS:
        return Story(field, text)
    linked = number_in(text) if len(text) <= MOST_OF_A_LINK else text
    if len(linked) > _MOST_CHARACTERS:
        sentence = f"This text of {len(text):,} characters is not a phone number."
        raise PhoneFault(sentence, code="too_long")
    story = Story(field, text[:_MOST_CHARACTERS] + "…")
    story.change("link", linked)
    return story


def _understand(story: Story, manner: Manner) -> tuple[str, ...]:
    """Bring the story to its number, and return what is doubtful about it. Raises PhoneFault."""
    spell_out(story)
    parts = several.parts_of(story.text)
    if len(parts) > 1:
        return _of_several(story, parts, manner)
    text = parts[0] if parts else story.text
    found = read(text, manner)
    if found is None and (apart := _cut_at_blanks(text, manner)):
        return _of_several(story, list(apart), manner)
    if found is None:
        raise refusal(story.was, text, manner.region)
    return _settled(story, found)


def _settled(story: Story, found: Reading) -> tuple[str, ...]:
    for code, now in found.steps:
        story.change(code, now)
    number = found.number
    if number.startswith("54") and not plan.is_mobile(number) and (mobile := plan.valid(f"549{number[2:]}")):
        return (*found.doubts, _LANDLINE.format(mobile))
    return found.doubts


def _of_several(story: Story, parts: list[str], manner: Manner) -> tuple[str, ...]:
    if len(parts) > several.MOST_PARTS:
        raise not_one(story.was)
    numbers = [number for part in parts for number in _number(part, manner)]
    distinct = tuple(dict.fromkeys(numbers))
    if len(distinct) > 1:
        raise two_numbers(story.was, len(distinct), distinct)
    if distinct and len(numbers) == len(parts):
        story.change("same_number_twice", parts[0])
        return _understand(story, manner)
    joined = several.without_slash(story.text)
    found = read(joined, manner) if joined else None
    if found is None:
        raise _refused(story, parts, distinct, manner)
    return _settled(story, found)


def _refused(story: Story, parts: list[str], numbers: tuple[str, ...], manner: Manner) -> PhoneFault:
    if sum(len(re.findall("[0-9]", part)) >= _LEAST_DIGITS for part in parts) > 1:
        return two_numbers(story.was, len(parts), numbers)
    return not_one(story.was, numbers) if numbers else refusal(story.was, story.text, manner.region)


def _number(part: str, manner: Manner) -> Iterator[str]:
    story = Story("", part)
    try:
        _understand(story, manner)
    except PhoneFault:
        return
    yield story.text


def _cut_at_blanks(text: str, manner: Manner) -> tuple[str, str] | None:
    """The only way to cut a text into two numbers, where there is one."""
    found = [cut for cut in several.cuts_at_blanks(text) if all(map(bool, (read(part, manner) for part in cut)))]
    return found[0] if len(found) == 1 else None
