"""The second stage of the line: the raw bytes of a request become a payload, told by content, not by header."""

from __future__ import annotations

from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.formats import Reading, read_body
from adapter.intake.decode.json_text import too_deep
from adapter.intake.decode.keys import expand
from adapter.intake.decode.limits import DEFAULT_LIMITS, Limits
from adapter.intake.decode.notes import REPAIRS, Notes, short, storable
from adapter.intake.decode.pairs import read_form
from adapter.intake.decode.rows import rows
from adapter.intake.decode.values import tidy
from adapter.intake.decode.wrappers import open_fields
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest

__all__ = ["REPAIRS", "Limits", "decode", "rows"]

_MOST_KEYS: Final = 100


def decode(request: RawRequest, *, limits: Limits = DEFAULT_LIMITS) -> Payload:
    """What the request says, with a note of everything that was changed to read it; raises only Undecodable.

    Integers stay int, other numbers are `Decimal` with every digit they were sent with. Keys of the top-level object,
    or of each object of a top-level list, are expanded.
    """
    notes = Notes()
    try:
        return _decode(request, notes, limits)
    except RecursionError:
        raise too_deep(limits) from None
    except MemoryError:
        raise Undecodable("The body takes too much memory to read; send a smaller one.") from None


def _decode(request: RawRequest, notes: Notes, limits: Limits) -> Payload:
    if len(request.body) + len(request.query) > limits.size:
        raise Undecodable(f"The request is larger than {limits.size} bytes; send less at once.")
    reading = read_body(request, notes, limits)
    sent = _query(request.query, notes, limits)
    fields = open_fields(sent, notes, limits) if sent else sent
    data = tidy(_merged(reading.data, fields, notes), notes, limits)
    only_query = bool(fields) and reading.data == {}
    return Payload(
        data=expand(data, notes, limits),
        received_keys=_received(reading, sent),
        decoded_as="query" if only_query else reading.format,
        because="only the query string carried data" if only_query else reading.because,
        repairs=notes.repairs,
        warnings=notes.warnings,
    )


def _query(query: str, notes: Notes, limits: Limits) -> dict[str, Any]:
    if not query:
        return {}
    # A WSGI server hands the bytes of the query on as Latin-1 (PEP 3333).
    try:
        text = query.encode("latin-1").decode("utf-8")
    except UnicodeError:
        text = query
    return read_form(text, "", notes, limits, place="query string")


def _merged(data: Any, fields: dict[str, Any], notes: Notes) -> Any:
    if not fields:
        return data
    if not isinstance(data, dict):
        notes.warn("The body is a list, so the keys of the query string were left out of it.")
        return data
    for key in fields:
        if key in data:
            notes.warn(f'The key "{short(key)}" came in the body and in the query string; the body was taken.')
    return {**data, **{key: value for key, value in fields.items() if key not in data}}


def _received(reading: Reading, sent: dict[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(storable(key) for key in (*reading.keys[:_MOST_KEYS], *sent)))[:_MOST_KEYS]
