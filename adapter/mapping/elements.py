"""The elements of a payload that `for_each` makes a message of, each beside the payload's other keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from jmespath.exceptions import JMESPathError

from adapter.errors import InvalidFields
from adapter.intake.decode.rows import rows
from adapter.intake.payload import Repair
from adapter.mapping.hook import Hook
from adapter.mapping.lookup import search

MOST_ELEMENTS: Final = 1_000


@dataclasses.dataclass(frozen=True, slots=True)
class Element:
    """What the fields of one message are read from. `index` counts from 0; None where the hook has no `for_each`."""

    index: int | None
    data: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Elements:
    """The elements found, () where `for_each` yields nothing, and what was changed to read them."""

    found: tuple[Element, ...]
    repairs: tuple[Repair, ...] = ()


def elements(hook: Hook, data: Any) -> Elements:
    """The payload itself, or its elements with `item` beside the other keys. Raises InvalidFields for too many."""
    if hook.for_each is None:
        return Elements((Element(None, data),))
    key = hook.for_each.key
    listed, repairs = _listed(_yielded(hook, data), key)
    if len(listed) > MOST_ELEMENTS:
        sentence = f"{key} holds {len(listed):,} elements; one event may make {MOST_ELEMENTS:,} messages."
        raise InvalidFields(sentence, fields={key: [sentence]})
    beside = data if isinstance(data, Mapping) else {}
    found = tuple(Element(index, {**beside, "item": item}) for index, item in enumerate(listed))
    return Elements(found, repairs)


def _yielded(hook: Hook, data: Any) -> Any:
    place = hook.for_each
    assert place is not None  # noqa: S101 - asked by the caller
    if isinstance(data, Mapping) and place.key in data:
        return data[place.key]
    with suppress(JMESPathError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError):
        return search(place.path, data) if place.path is not None else None
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
