"""Between decode and the fields: what the source knows of its payload is put beside the sender's own keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from adapter.intake.decode.notes import storable
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest
from adapter.intake.sources.kind import SourceKind, TestTraffic
from adapter.intake.sources.places import find

_MOST_TOLD: Final = 100
_LONGEST_HEADER: Final = 1_000


def enrich(kind: SourceKind, request: RawRequest, payload: Payload) -> Payload:
    """The payload with the source's data headers and people's answers beside its keys, never over one.

    `received_keys` gain at most a hundred of them. A payload that is no object stays as it is.
    """
    if not isinstance(payload.data, Mapping):
        return payload
    told = _headers(kind, request) | (dict(kind.answers(payload.data)) if kind.answers else {})
    new = {key: value for key, value in told.items() if key not in payload.data}
    if not new:
        return payload
    received = dict.fromkeys((*payload.received_keys, *list(new)[:_MOST_TOLD]))
    return dataclasses.replace(payload, data={**payload.data, **new}, received_keys=tuple(received))


def test_traffic(kind: SourceKind, payload: Payload) -> str | None:
    """The sentence of the answer where the enriched payload is a test of the sender, else None."""
    return next((test.reason for test in kind.tests if _matches(test, payload.data)), None)


def _headers(kind: SourceKind, request: RawRequest) -> dict[str, Any]:
    found = {name: _text(request.header(name)) for name in kind.headers}
    return {name: value for name, value in found.items() if value}


def _text(value: str | None) -> str:
    """A header as text: its bytes came as Latin-1 (PEP 3333), and are UTF-8 where they can be."""
    try:
        text = (value or "").encode("latin-1").decode("utf-8")
    except UnicodeError:
        text = value or ""
    return storable(text.strip()[:_LONGEST_HEADER])


def _matches(test: TestTraffic, data: Any) -> bool:
    found = find(data, test.place)
    if isinstance(found, str) and isinstance(test.value, str):
        return found.strip().casefold() == test.value.casefold()
    return type(found) is type(test.value) and bool(found == test.value)
