"""From bytes to an envelope: JSON, a form body with `data`, or `?data=`, told apart by the bytes alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One inbound HTTP request: `path` without query, `query` the raw text behind `?`, headers as sent or `""`."""

    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    user_agent: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What a call said: `value` any JSON value (an envelope is a dict), or the raw text where nothing could be read."""

    value: Any
    encoding: str


def read(call: Call) -> Reading:
    """The envelope of a call. The outer `data` of the normal POST holds the whole envelope, not the recipients.

    The documentation says "post into a variable data" and shows a query string, so both are taken.
    """
    for encoding, text in _sources(call):
        try:
            return Reading(json.loads(text), encoding)
        except (ValueError, RecursionError):
            continue
    return Reading(call.body.decode("utf-8", "replace"), "json")


def _sources(call: Call) -> Iterator[tuple[str, str]]:
    yield "json", call.body.decode("utf-8-sig", "replace")
    yield "form", _variable(call.body.decode("utf-8", "replace"))
    yield "query", _variable(call.query)


def _variable(text: str) -> str:
    if "data=" not in text:
        return ""
    try:
        return parse_qs(text).get("data", [""])[0]
    except ValueError:
        return ""
