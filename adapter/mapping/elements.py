"""The elements of a payload that `for_each` makes a message of, each beside the payload's other keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from adapter.errors import InvalidFields
from adapter.intake.decode.rows import rows
from adapter.intake.payload import Repair
from adapter.mapping.hook import Hook
from adapter.mapping.lookup import UNFIT, Place, Source

MOST_ELEMENTS: Final = 1_000


@dataclasses.dataclass(frozen=True, slots=True)
class Element:
    """What the fields of one message are read from.

    `index` counts from 0 and `item` is the element itself; both None where the hook has no `for_each`.
    """

    index: int | None
    item: Any
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Elements:
    """The elements found, made one by one, how many there are, and what was changed to read them."""

    found: Iterable[Element]
    count: int
    repairs: tuple[Repair, ...] = ()


def elements(hook: Hook, data: Any) -> Elements:
    """The payload itself, or its elements with `item` beside the other keys. Raises InvalidFields for too many."""
    whole = Source(data, hook.source.empty_words, hook.source.placeholders)
    if hook.for_each is None:
        return Elements((Element(None, None, whole),), 1)
    key = hook.for_each.key
    listed, repairs = _listed(_yielded(hook.for_each, whole), key)
    if len(listed) > MOST_ELEMENTS:
        sentence = f"{key} holds {len(listed):,} elements; one event may make {MOST_ELEMENTS:,} messages."
        raise InvalidFields(sentence, fields={key: [sentence]})
    found = (Element(index, item, whole.with_item(item)) for index, item in enumerate(listed))
    return Elements(found, len(listed), repairs)


def _yielded(place: Place, whole: Source) -> Any:
    if isinstance(whole.data, Mapping) and place.key in whole.data:
        return whole.data[place.key]
    with suppress(*UNFIT):
        return whole.search(place.path) if place.path is not None else None
    return None


def _listed(value: Any, key: str) -> tuple[list[Any], tuple[Repair, ...]]:
    if value is None or value in ("", [], {}):
        return [], ()
    found = rows(value)
    if isinstance(value, list) and found is not None:
        return found, ()
    if found is not None:
        return found, (Repair(key, "rows", "object", f"{len(found)} rows"),)
    return [value], (Repair(key, "one_element", "a single one", "a list of it"),)
