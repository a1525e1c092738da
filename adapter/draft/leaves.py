"""Every value of a payload with the spelling under which `from` finds it."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter.draft.vocabulary import is_secret, words
from adapter.errors import Undecodable
from adapter.intake.decode.keys import steps_of
from adapter.intake.decode.limits import DEFAULT_LIMITS
from adapter.intake.decode.wrappers import FIELD_WRAPPERS
from adapter.intake.payload import Payload
from adapter.mapping.fields.load import PHONE_EMPTY_WORDS

MOST_LEAVES: Final = 2_000
_MOST_DEPTH: Final = 7
_MOST_ELEMENTS: Final = 20
_MOST_BESIDE_A_LABEL: Final = 5
_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_VALUE_KEYS: Final = frozenset({"value", "text", "answer", "raw_value"})
_LABEL_KEYS: Final = ("label", "question", "title", "name", "key")
_PHONE_TYPES: Final = frozenset({"tel", "phone", "phone_number", "phonenumber", "input_phone_number", "mobile"})
_FILE: Final = frozenset({"name", "type", "size"})  # what decode keeps of a file

Steps = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """One value. `place` is what stands in `from`; `key` the sender's own name of it; `spelt` the words of all keys
    on the way. `is_label`: `key` was written by people. `says_phone`: the sender itself calls it a phone number.
    `in_row`: it lies in the first of several objects, so it is not the only one of its kind."""

    place: str
    key: str
    spelt: str
    steps: Steps
    value: Any
    is_label: bool = False
    says_phone: bool = False
    in_row: bool = False

    @property
    def depth(self) -> int:
        """How deep it lies; what people wrote themselves lies on top."""
        return 0 if self.is_label else len(self.steps)

    @property
    def holder(self) -> Steps:
        """Where it lies, equal for what belongs together."""
        return self.steps[:-1]


def place_of(steps: Steps) -> str:
    """The spelling of a place: a single key as it is, deeper ones as JMESPath."""
    if len(steps) == 1:
        return str(steps[0])
    spelt = "".join(f"[{step}]" if isinstance(step, int) else f".{_identifier(step)}" for step in steps)
    return spelt.removeprefix(".")


def _identifier(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)


def is_empty(value: Any, empty_words: frozenset[str]) -> bool:
    """Whether a sender means nothing by it."""
    if isinstance(value, str):
        word = value.strip().lower()
        return not word or word in empty_words or word in PHONE_EMPTY_WORDS
    return value is None or value in ([], {})


def lone(value: Any) -> Any:
    """What a list of one holds: a form script of Google posts every answer in a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def leaves(payload: Payload, labels: frozenset[str], elements: list[Any] | None) -> list[Leaf]:
    """The values of an enriched payload, at most MOST_LEAVES; `labels` are the keys that the source told in people's
    words. With `elements` (of a batch) those of the elements, under `item`, instead of the payload's own.

    What lies under a secret's key is left out; a blank value is a leaf too, for its key tells something.
    """
    found: dict[str, Leaf] = {}
    for leaf in itertools.islice(_all(payload.data, labels, elements, payload.received_keys), MOST_LEAVES):
        known = found.get(leaf.place)  # one element of a batch may have what another has not
        if leaf.place.strip() and (known is None or is_empty(known.value, frozenset())):
            found[leaf.place] = leaf
    return list(found.values())


def _all(data: Any, labels: frozenset[str], elements: list[Any] | None, received: tuple[str, ...]) -> Iterator[Leaf]:
    top = data if isinstance(data, Mapping) else {}
    for key in top:
        if key in labels:
            yield from _walk(top[key], (key,), is_label=True)
    if elements is not None:
        for element in elements[:_MOST_ELEMENTS]:
            yield from _walk(element, ("item",))
        return
    for key in _own_keys(top, labels, received):
        yield from _walk(top[key], (key,), told=bool(labels))


def _own_keys(data: Mapping[str, Any], labels: frozenset[str], received: tuple[str, ...]) -> Iterator[str]:
    """Of `a__b` and the `a: {b: …}` that decode grew beside it only one: the sender's own key, or a whole list.

    Where the source told the labels, nested spellings are only the structure that held them.
    """
    steps = {key: _steps(key) for key in data}
    grown = {spelt[0] for spelt in steps.values() if spelt} - set(received)
    for key, spelt in steps.items():
        if key in labels or _is_opened(key, data):
            continue
        if spelt is None:
            if key not in grown or isinstance(data[key], list):
                yield key
        elif not labels and not isinstance(data.get(spelt[0]), list):
            yield key


def _is_opened(key: str, data: Mapping[str, Any]) -> bool:
    """Whether decode put everything under a wrapper beside it."""
    inner = data[key]
    if key not in FIELD_WRAPPERS or not isinstance(inner, Mapping) or not inner:
        return False
    return all(name in data and data[name] == value for name, value in inner.items())


def _steps(key: str) -> list[str] | None:
    try:
        return steps_of(key, DEFAULT_LIMITS)
    except Undecodable:
        return None


def _walk(
    value: Any,
    steps: Steps,
    *,
    told: bool = False,
    is_label: bool = False,
    says_phone: bool = False,
    in_row: bool = False,
) -> Iterator[Leaf]:
    """`told`: the source has told questions and answers by their labels, so lists of them are not read here."""
    if is_secret(str(steps[-1])) or len(steps) > _MOST_DEPTH:
        return
    if isinstance(value, Mapping) and value:
        if value.keys() != _FILE:
            said = says_phone or str(value.get("type")).lower() in _PHONE_TYPES
            for key, inner in value.items():
                says = said and key in _VALUE_KEYS
                is_row = in_row or key.isdecimal()  # Zapier makes lists of objects with the keys "0", "1"
                yield from _walk(inner, (*steps, key), told=told, says_phone=says, in_row=is_row)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        yield from _rows(value, steps, told=told)
    else:
        yield _leaf(value, steps, is_label=is_label, says_phone=says_phone, in_row=in_row)


def _leaf(value: Any, steps: Steps, **told: bool) -> Leaf:
    names = [step for step in steps if isinstance(step, str)]
    named = [name for name in names if name not in _VALUE_KEYS] or names
    spelt = words(*(name for name in named if name != "item"))
    return Leaf(place_of(steps), named[-1], spelt, steps, value, **told)


def _rows(rows: list[Any], steps: Steps, *, told: bool) -> Iterator[Leaf]:
    """A list of questions and answers by its labels; of any other list of objects the first."""
    first = next(row for row in rows if isinstance(row, Mapping))
    label = next((key for key in _LABEL_KEYS if isinstance(first.get(key), str)), None)
    value = next((key for key in ("value", "answer") if key in first), None)
    if label is None or value is None or len(first) > _MOST_BESIDE_A_LABEL:
        yield from _walk(first, (*steps, rows.index(first)), told=told, in_row=True)
        return
    for row in [] if told else rows[:_MOST_ELEMENTS]:
        if isinstance(row, Mapping) and isinstance(row.get(label), str) and not is_secret(row[label]):
            says = str(row.get("type")).lower() in _PHONE_TYPES
            leaf = _leaf(row.get(value), (*steps, row[label]), is_label=True, says_phone=says)
            place = f"{place_of(steps)}[?{label}=={_literal(row[label])}].{value} | [0]"
            yield dataclasses.replace(leaf, place=place)


def _literal(text: str) -> str:
    """A text in a JMESPath: as people write it, or as JSON where quotes or backslashes would be read differently."""
    if "'" in text or "\\" in text:
        return "`" + json.dumps(text).replace("`", "\\u0060") + "`"
    return f"'{text}'"
