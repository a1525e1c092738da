"""The keys under which an event counts as the same again."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from adapter.intake.request import RawRequest
from adapter.mapping.fields import as_text
from adapter.mapping.hook import Hook

DEFAULT_WINDOW: Final = 72 * 3600.0
_MOST_HEADER: Final = 255


@dataclasses.dataclass(frozen=True, slots=True)
class DedupeKey:
    """A digest that is equal for the same event of a hook, valid for `within` seconds."""

    digest: str
    within: float


def dedupe_keys(hook: Hook, request: RawRequest, values: Mapping[str, Any]) -> tuple[DedupeKey, ...]:
    """The declared key, and that of an `Idempotency-Key` header; () when there is neither."""
    keys = []
    if hook.dedupe is not None:
        parts = [_part(values.get(name)) for name in hook.dedupe.key]
        keys.append(DedupeKey(_digest("declared", *hook.dedupe.key, *parts), hook.dedupe.within))
    return (*keys, *header_key(request))


def header_key(request: RawRequest) -> tuple[DedupeKey, ...]:
    """The key of an `Idempotency-Key` header; () when there is none."""
    value = (request.header("Idempotency-Key") or "").strip()[:_MOST_HEADER]
    return (DedupeKey(_digest("idempotency-key", value), DEFAULT_WINDOW),) if value else ()


def _part(value: Any) -> str:
    return "" if value is None else f"={as_text(value)}"


def _digest(*parts: str) -> str:
    """Each part carries its length: joined bare, ("12", "3") would equal ("1", "23")."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join(b"%d:%s" % (len(part), part) for part in encoded)).hexdigest()
