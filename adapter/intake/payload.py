"""What the bytes said: the sender's keys and values, with a note of everything that was changed to read them."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Repair:
    """A change made to what the sender sent so that it could be used; `field` is "" for the request as a whole."""

    field: str
    code: str
    was: str
    now: str


@dataclasses.dataclass(frozen=True, slots=True)
class Payload:
    """A decoded request.

    `data` is a JSON-like value, nearly always a dict: nested spellings (`a__b`, `a[b]`) are expanded and their flat
    keys kept beside them. `received_keys` are the top-level keys as the sender spelt them. `decoded_as` is one of
    json, form, multipart, query, xml, text, python, empty; `because` says in a sentence why.
    """

    data: Any
    received_keys: tuple[str, ...]
    decoded_as: str
    because: str = ""
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()
