"""What a stored event became, beside what the hook of today would make of it."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapter import answers
from adapter.delivery import event_parts
from adapter.delivery.batch import Outgoing
from adapter.delivery.story import story
from adapter.line import Taken
from adapter.services import Services
from adapter.web.console.bubbles import Bubble
from adapter.web.console.event_room import Room
from adapter.web.console.message_view import bubble_in

_MOST_MESSAGES: Final = 5
_MOST_FIELDS: Final = 40
_MOST_WORDS: Final = 1_500
_MOST_JSON: Final = 4_000
_ROOM: Final = 46_000
_FEW: Final = 16_000
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A field before and today; None where there was none."""

    name: str
    was: str | None
    now: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """A message as it was made, or as it would be made today."""

    number: str
    account: str
    bubble: Bubble
    json: str


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """One message on both sides, either of which may be missing; `words` are (`same`, `ins` or `del`, text)."""

    was: Side | None
    now: Side | None
    is_same: bool
    words: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Today:
    """Old beside new. `sentence` says what comes of it today where that is no message; `would_make` how many messages
    a replay would add."""

    hook: str
    is_same: bool
    sentence: str
    fields: tuple[Field, ...]
    pairs: tuple[Pair, ...]
    more: int
    would_make: int


def today_of(here: Services, identity: str, taken: Taken, *, shows_numbers: bool) -> Today:
    """Compare a stored event with what was taken of it today. Raises FoundNothing."""
    told = story(here.store, identity, most=_MOST_MESSAGES)
    room = Room(_ROOM, _FEW, shows_numbers)
    refused = taken.refusal.sentence if taken.refusal else taken.ignored or ""
    before = _stored(here, told)
    made = [] if refused else [(one.account, one.number, one.head, one.item) for one in taken.messages]
    pairs = tuple(_pair(was, now, room) for was, now in itertools.zip_longest(before, made[:_MOST_MESSAGES]))
    fields = tuple(_fields(answers.flat(told["fields"] or {}), answers.flat(answers.plain(taken.fields)), room))
    total = sum(told["states"].values())
    missing = _missing(told, taken.messages) if not refused else []
    same_end = bool(made) == bool(total) and (bool(made) or refused == (told["reason"] or ""))
    return Today(
        hook=told["hook"],
        is_same=same_end and len(made) == _first_ways(told, total) and all(one.is_same for one in pairs),
        sentence=room.said(refused, 500),
        fields=fields[:_MOST_FIELDS],
        pairs=pairs,
        more=max(0, max(len(made), total) - _MOST_MESSAGES),
        would_make=len(missing),
    )


def _first_ways(told: Mapping[str, Any], total: int) -> int:
    """How many messages the event made, their other ways not counted, where all were read."""
    return total if total > _MOST_MESSAGES else sum(one["way"] == 1 for one in told["messages"])


def _missing(told: Mapping[str, Any], messages: Sequence[Outgoing]) -> list[Outgoing]:
    """What a replay would make: of a rejected event all, of one whose elements failed partly those."""
    if told["status"] == "rejected":
        return list(messages)
    return [one for one in messages if str(one.element) in (told["errors"] or {})]


_Made = tuple[str, str, Mapping[str, Any], Mapping[str, Any]]


def _stored(here: Services, told: Mapping[str, Any]) -> list[_Made]:
    first = [one for one in told["messages"] if one["way"] == 1]
    kept = event_parts.contents(here.store, [one["id"] for one in first])
    return [(one["account"], one["number"], kept[one["id"]][0], _own(one["id"], kept[one["id"]][1])) for one in first]


def _own(identity: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """Its entry without the reference that we gave it."""
    return {key: value for key, value in item.items() if key != "reference_number" or value != identity}


def _pair(was: _Made | None, now: _Made | None, room: Room) -> Pair:
    is_same = was is not None and now is not None and _plain(was) == _plain(now)
    before, after = _words(was, room), _words(now, room)
    words = tuple(differing(before, after)) if was and now and before != after else ()
    return Pair(_side(was, room), _side(now, room), is_same, words)


def _plain(made: _Made) -> Any:
    return json.loads(json.dumps(made, default=str))


def _side(made: _Made | None, room: Room) -> Side | None:
    if made is None:
        return None
    account, number, head, item = made
    return Side(number, account, bubble_in(head, item, room), room.json({**head, "data": [item]}, _MOST_JSON))


def _words(made: _Made | None, room: Room) -> str:
    text = made[3].get("message") if made else None
    return room.veiled(text) if isinstance(text, str) else ""


def _fields(was: Mapping[str, str], now: Mapping[str, str], room: Room) -> Iterator[Field]:
    """Those that differ first."""
    names = list(dict.fromkeys([*was, *now]))
    for name in sorted(names, key=lambda one: was.get(one) == now.get(one)):
        sides = [None if name not in side else room.said(side[name], 200) for side in (was, now)]
        yield Field(room.said(name, 60), *sides)


def differing(was: str, now: str) -> Iterator[tuple[str, str]]:
    """Two texts word by word, as `same`, `del` and `ins`."""
    old, new = _WORDS.findall(was), _WORDS.findall(now)
    if len(old) + len(new) > _MOST_WORDS:
        return
    for kind, at, to, at_new, to_new in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[at:to])
            continue
        if at < to:
            yield "del", "".join(old[at:to])
        if at_new < to_new:
            yield "ins", "".join(new[at_new:to_new])
