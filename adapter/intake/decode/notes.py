"""What was changed and what was noticed while a request was read, collected for its Payload."""

from __future__ import annotations

import re
from typing import Final

from adapter.intake.payload import Repair

REPAIRS: Final = {
    "bare_ampersand": "an ampersand in the XML that begins nothing was read as itself",
    "bom": "the byte-order mark in front of the body was dropped",
    "boundary": "the boundary was taken from the body, not from the header",
    "charset": "the text was read in another charset than it claimed, or than UTF-8 where it claimed none",
    "content_type": "the header names another format than the body is in; the body was believed",
    "control_character": "the JSON text holds raw line breaks or tabs inside strings; they were kept",
    "double_encoded": "the body is text inside a JSON string; the text was read",
    "json_in_field": "the text of this field is JSON; it was read in place",
    "key_blanks": "blanks around this key were dropped",
    "multipart_wrapper": "the JSON describes a multipart body; its parts were read",
    "nul_removed": "NUL characters were removed",
    "one_element_array": "the body is an array of one object; the object was taken",
    "surrogate_replaced": "halves of broken characters were replaced",
    "trailing_comma": "commas before a closing bracket were dropped",
    "wrapper_opened": "the keys inside this field were put beside it",
    "xml_root": "the XML has no root element; one was put around it",
}
"""Every repair code of decode, and what it means."""

_MOST: Final = 100
_CUT: Final = 80
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Notes:
    """Repairs and warnings in the order they were made, each once, at most a hundred of a kind."""

    def __init__(self) -> None:
        self._repairs: dict[tuple[str, str], Repair] = {}
        self._warnings: dict[str, None] = {}

    def repair(self, field: str, code: str, was: str, now: str) -> None:
        if len(self._repairs) < _MOST:
            field = storable(field)
            self._repairs.setdefault((field, code), Repair(field, code, short(was), short(now)))

    def warn(self, sentence: str) -> None:
        if len(self._warnings) < _MOST:
            self._warnings.setdefault(storable(sentence))

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return tuple(self._repairs.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: UTF-8 without NUL (https://www.postgresql.org/docs/current/datatype-character.html)."""
    return "\0" not in text if text.isascii() else _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """The text without NUL, with U+FFFD for each half of a broken character."""
    return text if is_storable(text) else _UNSTORABLE.sub(lambda hit: "" if hit[0] == "\0" else "\ufffd", text)


def short(text: str) -> str:
    """The text as it may be shown in a note: one line, at most 80 characters."""
    return storable(text[:_CUT])
