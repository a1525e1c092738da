"""The keys under which an event, or one element of it, counts as the same again."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from adapter.intake.request import RawRequest
from adapter.mapping.elements import Element
from adapter.mapping.fields import Loaded, as_text
from adapter.mapping.hook import Hook
from adapter.mapping.lookup import Place, Source

DEFAULT_WINDOW: Final = 72 * 3600.0


class DedupeKey(NamedTuple):
    """A digest that is equal for the same event of a hook, valid for `within` seconds."""

    digest: str
    within: float


def event_keys(hook: Hook, request: RawRequest, data: Any) -> tuple[DedupeKey, ...]:
    """The keys of the whole event: an `Idempotency-Key` header, and where the hook asks for it all that came."""
    keys = header_key(request)
    if hook.dedupe.digest:
        keys = (*keys, DedupeKey(_digest("payload", _canonical(data)), hook.dedupe.within))
    return keys


def header_key(request: RawRequest) -> tuple[DedupeKey, ...]:
    """The key of an `Idempotency-Key` header; () when there is none."""
    value = (request.header("Idempotency-Key") or "").strip()
    return (DedupeKey(_digest("idempotency-key", value), DEFAULT_WINDOW),) if value else ()


def element_keys(
    hook: Hook, element: Element, loaded: Loaded, *, whole: Sequence[DedupeKey], numbers: Sequence[str]
) -> tuple[DedupeKey, ...]:
    """The keys of what is made of one element: `whole`, the event's own, the declared fields, the source's event id.

    A key that all elements share becomes two of each, its place and its content: a corrected repost then sends the
    element that failed and no other one again. `numbers` are the recipients, see `_declared`.
    """
    keys = [(key, False) for key in whole]
    if hook.dedupe.key and (declared := _declared(hook, loaded, numbers)):
        keys.append(declared)
    if hook.dedupe.event_id and (identity := _event_id(hook, element.source)):
        keys.append(identity)
    if element.index is None:
        return tuple(key for key, _ in keys)
    own = (str(element.index), _canonical(element.item)) if not all(told_apart for _, told_apart in keys) else ()
    found: list[DedupeKey] = []
    for key, told_apart in keys:
        found += [key] if told_apart else [DedupeKey(_digest(key.digest, part), key.within) for part in own]
    return tuple(found)


def _declared(hook: Hook, loaded: Loaded, numbers: Sequence[str]) -> tuple[DedupeKey, bool] | None:
    """The key of the declared fields, and whether they tell one element from another.

    Values that did not come tell nothing, nor do defaults: without any there is no key, without some the recipients
    take part, or one person's event would stand in for another's.
    """
    names = hook.dedupe.key
    came = [name for name in names if name in loaded.came and loaded.values.get(name) is not None]
    if not came:
        return None
    parts = [_part(loaded.values[name] if name in came else None) for name in names]
    if len(came) < len(names):
        parts += sorted(numbers)
    key = DedupeKey(_digest("declared", *names, *parts), hook.dedupe.within)
    return key, any(loaded.came[name] for name in came)


def _event_id(hook: Hook, source: Source) -> tuple[DedupeKey, bool] | None:
    """The key of the event id that the source carries, and whether it is the element's own; None unless all of its
    parts came."""
    found = [source.find((place,)) for place in _places(hook.source.event_id)]
    if not found or not all(isinstance(one.value, str | int) and not isinstance(one.value, bool) for one in found):
        return None
    digest = _digest("event-id", *(as_text(one.value) for one in found))
    return DedupeKey(digest, DEFAULT_WINDOW), any(one.of_item for one in found)


@functools.lru_cache(maxsize=256)
def _places(texts: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(Place.of(text) for text in texts)


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=True, default=str, separators=(",", ":"))


def _part(value: Any) -> str:
    return "" if value is None else f"={as_text(value)}"


def _digest(*parts: str) -> str:
    """Each part carries its length: joined bare, ("12", "3") would equal ("1", "23")."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join(b"%d:%s" % (len(part), part) for part in encoded)).hexdigest()
