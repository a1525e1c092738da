"""The keys under which an event, or one element of it, counts as the same again."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from adapter.intake.request import RawRequest
from adapter.mapping.fields import as_text
from adapter.mapping.hook import Hook
from adapter.mapping.lookup import Place, Source

DEFAULT_WINDOW: Final = 72 * 3600.0


@dataclasses.dataclass(frozen=True, slots=True)
class DedupeKey:
    """A digest that is equal for the same event of a hook, valid for `within` seconds."""

    digest: str
    within: float


def event_keys(hook: Hook, request: RawRequest, data: Any) -> tuple[DedupeKey, ...]:
    """The keys of the whole event: an `Idempotency-Key` header, and where the hook asks for it all that came."""
    keys = header_key(request)
    if hook.dedupe.digest:
        canonical = json.dumps(data, sort_keys=True, ensure_ascii=True, default=str, separators=(",", ":"))
        keys = (*keys, DedupeKey(_digest("payload", canonical), hook.dedupe.within))
    return keys


def element_keys(hook: Hook, data: Any, values: Mapping[str, Any]) -> tuple[DedupeKey, ...]:
    """The keys of what one message is made from: the declared fields, and the sender's own event id.

    Declared fields that are all missing tell nothing, so they make no key.
    """
    keys = []
    parts = [_part(values.get(name)) for name in hook.dedupe.key]
    if any(parts):
        keys.append(DedupeKey(_digest("declared", *hook.dedupe.key, *parts), hook.dedupe.within))
    if hook.dedupe.event_id and (identity := _event_id(hook, data)):
        keys.append(DedupeKey(_digest("event-id", *identity), DEFAULT_WINDOW))
    return tuple(keys)


def header_key(request: RawRequest) -> tuple[DedupeKey, ...]:
    """The key of an `Idempotency-Key` header; () when there is none."""
    value = (request.header("Idempotency-Key") or "").strip()
    return (DedupeKey(_digest("idempotency-key", value), DEFAULT_WINDOW),) if value else ()


def _event_id(hook: Hook, data: Any) -> tuple[str, ...]:
    """The parts of the event id that the source carries; () unless all of them came."""
    source = Source(data, hook.source.empty_words)
    parts = [source.find((place,)).value for place in _places(hook.source.event_id)]
    whole = all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts)
    return tuple(as_text(part) for part in parts) if whole else ()


@functools.lru_cache(maxsize=256)
def _places(texts: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(Place.of(text) for text in texts)


def _part(value: Any) -> str:
    return "" if value is None else f"={as_text(value)}"


def _digest(*parts: str) -> str:
    """Each part carries its length: joined bare, ("12", "3") would equal ("1", "23")."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join(b"%d:%s" % (len(part), part) for part in encoded)).hexdigest()
