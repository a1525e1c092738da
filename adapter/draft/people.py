"""Who is meant: the phone number to write to, judged by the number doctor, the country it is written in, the name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, Final

from adapter.draft.leaves import Leaf, is_empty, lone
from adapter.draft.vocabulary import is_country, is_first_name, is_mobile, is_name, is_of_others, is_phone, is_technical
from adapter.mapping import phone
from adapter.mapping.fields import as_text

_MOST_PLACES: Final = 5
_MOST_SHOWN: Final = 60
# A text that says itself that it is a number: it begins as an international one, or stands in groups.
_TELLING: Final = re.compile(
    r"\s*(?:\+|00|tel:|whatsapp:)[\d\s().\-/+]{7,30}\Z"
    r"|\(?\d{2,5}\)?[\s\-]\d{2,5}[\s\-]?\d{2,6}[\s\-\d]{0,8}\Z"
)
_DATE: Final = re.compile(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{4}")
_NOT_A_NAME: Final = re.compile(r"[\d@#<>{}\[\]/\\_|=:;]")


@dataclasses.dataclass(frozen=True, slots=True)
class Phone:
    """Where the number to write to stands, best place first.

    `best` is the first that held something, else the first; `shown` is what came there, "" where all came empty.
    `number` is what the doctor made of it, None where it is not valid; `country` the place that told its country where
    one was needed.
    """

    leaves: tuple[Leaf, ...]
    best: Leaf
    shown: str = ""
    number: str | None = None
    country: Leaf | None = None

    @property
    def is_international(self) -> bool:
        """Whether it was written with a country code, valid or not."""
        return self.shown.lstrip().startswith(("+", "00"))


@dataclasses.dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate: `tier` 0 by the sender's type, 1 by its key, 2 by its value."""

    leaf: Leaf
    tier: int
    is_empty: bool
    number: str | None = None

    @property
    def preference(self) -> tuple[Any, ...]:
        """Smaller is better."""
        leaf = self.leaf
        return (self.tier, is_of_others(leaf.spelt), not is_mobile(leaf.spelt), leaf.in_row, leaf.depth)


def find_phone(leaves: Sequence[Leaf], *, region: str | None, empty_words: frozenset[str]) -> Phone | None:
    """The most likely number; None where no key and no value looks like one.

    Told by the sender's own type, then by the words of the key, then by the value; with 8 to 15 digits. `region` is
    the country of numbers without a country code, where one is set.
    """
    candidates = [
        _Judged(leaf, tier, is_empty(leaf.value, empty_words), _number(leaf.value, region))
        for leaf in leaves
        if (tier := _tier(leaf, empty_words)) is not None
    ]
    if any(one.tier < 2 and not one.is_empty for one in candidates):
        candidates = [one for one in candidates if one.tier < 2]
    if not all(is_of_others(one.leaf.spelt) for one in candidates):  # nobody else's number stands in for theirs
        candidates = [one for one in candidates if not is_of_others(one.leaf.spelt)]
    country = None
    if not any(one.number for one in candidates):
        country = _country(leaves, empty_words)
        told = phone.region_of(country.value) if country else None
        candidates = [dataclasses.replace(one, number=_number(one.leaf.value, told)) for one in candidates]
    return _chosen(candidates, country) if candidates else None


def _tier(leaf: Leaf, empty_words: frozenset[str]) -> int | None:
    value = lone(leaf.value)
    if isinstance(value, bool | list | dict) or leaf.spelt.startswith("previous "):
        return None
    if is_empty(value, empty_words):
        return 0 if leaf.says_phone else 1 if is_phone(leaf.spelt) else None
    text = as_text(value)
    if not 8 <= _digits(text) <= 15 or len(text) > _MOST_SHOWN:
        return None
    if leaf.says_phone:
        return 0
    if is_phone(leaf.spelt):
        return 1
    is_telling = isinstance(value, str) and _TELLING.match(text) and not _DATE.search(text)
    return 2 if is_telling and not is_technical(leaf.spelt, leaf.key) else None


def _chosen(candidates: Sequence[_Judged], country: Leaf | None) -> Phone:
    """Empty places do no harm before the one that holds a number; what is not valid would, so it comes last."""
    ranked = sorted(candidates, key=lambda one: one.preference)
    good = [one for one in ranked if one.number or one.is_empty]
    bad = [one for one in ranked if not (one.number or one.is_empty)]
    listed = [*good, *bad] if any(one.number for one in good) else ranked
    best = next((one for one in listed if not one.is_empty), listed[0])
    return Phone(
        leaves=tuple(one.leaf for one in _first(listed, best)),
        best=best.leaf,
        shown="" if best.is_empty else as_text(lone(best.leaf.value)),
        number=best.number,
        country=country if best.number else None,
    )


def _first(ranked: Sequence[Any], best: Any) -> list[Any]:
    """The first few, the best one among them."""
    few = list(ranked[:_MOST_PLACES])
    return few if best in few else [*few[:-1], best]


def _country(leaves: Sequence[Leaf], empty_words: frozenset[str]) -> Leaf | None:
    """The place that tells a country, the nearest to the top."""
    told = [
        leaf
        for leaf in leaves
        if is_country(leaf.spelt) and not is_empty(leaf.value, empty_words) and phone.region_of(leaf.value)
    ]
    return min(told, key=lambda leaf: (leaf.in_row, leaf.depth), default=None)


def find_names(leaves: Sequence[Leaf], near: Leaf | None, *, empty_words: frozenset[str]) -> list[Leaf]:
    """The places of the person's name, best first, [] where none holds one: a first name before a whole one, and what
    stands beside the phone number before what stands elsewhere."""
    found = [leaf for leaf in leaves if _may_be_name(leaf, empty_words)]
    found.sort(
        key=lambda leaf: (
            is_of_others(leaf.spelt),
            near is not None and leaf.holder != near.holder,
            not is_first_name(leaf.spelt),
            leaf.in_row,
            leaf.depth,
        )
    )
    best = next((leaf for leaf in found if not is_empty(leaf.value, empty_words)), None)
    return _first([leaf for leaf in found if _kind(leaf) == _kind(best)], best) if best else []


def _kind(leaf: Leaf) -> tuple[bool, bool, bool]:
    """Names of one kind may stand in for each other; that of an owner or of a form must not."""
    return is_of_others(leaf.spelt), leaf.in_row, leaf.is_label


def _may_be_name(leaf: Leaf, empty_words: frozenset[str]) -> bool:
    if is_empty(leaf.value, empty_words):
        return is_first_name(leaf.spelt)
    value = lone(leaf.value)
    return (is_first_name(leaf.spelt) or is_name(leaf.spelt)) and isinstance(value, str) and _is_person(value)


def _is_person(text: str) -> bool:
    return (
        1 <= len(text.strip()) <= 60
        and len(text.split()) <= 5
        and not _NOT_A_NAME.search(text)
        and any(one.isalpha() for one in text)
    )


def _number(value: Any, region: str | None) -> str | None:
    try:
        return phone.diagnose(lone(value), region=region).number
    except phone.PhoneFault:
        return None


def _digits(text: str) -> int:
    return sum(one.isdecimal() for one in text)
