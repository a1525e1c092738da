"""What was changed and what was noticed while a request was read, collected for its Payload."""

from __future__ import annotations

import re
from typing import Final

from adapter.intake.payload import Repair

REPAIRS: Final = {
    "bare_ampersand": "the XML holds an & that is not escaped, or an entity of HTML; it was read as its character",
    "bom": "a byte-order mark was dropped",
    "boundary": "the boundary was taken from the body, not from the header",
    "charset": "the text was read in another charset than it claimed, or than UTF-8 where it claimed none",
    "closing_boundary": "the last boundary lacks its closing hyphens; it was taken as the end",
    "content_type": "the header names another format than the body is in; the body was believed",
    "control_character": "the JSON text holds raw line breaks or tabs inside strings; they were kept",
    "double_encoded": "the body is text inside a JSON string; the text was read",
    "json_as_key": "the JSON came percent-encoded or as the key of a form; it was read",
    "json_in_field": "the text of this field is JSON; it was read in place",
    "key_blanks": "blanks around this key were dropped",
    "multipart_wrapper": "the JSON describes a multipart body; its parts were read",
    "nul_removed": "NUL characters were removed",
    "one_element_array": "the body is an array of one object; the object was taken",
    "python_in_field": "the text of this field is a Python literal; it was read in place",
    "quoted": "apostrophes or a Markdown fence around the body were dropped",
    "surrogate_replaced": "halves of broken characters were replaced",
    "trailing_comma": "commas before a closing bracket were dropped",
    "transfer_encoding": "the part was base64 or quoted-printable; its content was taken",
    "unnamed_file": "the part is JSON that a browser sent as a file; it was read as a field",
    "wrapper_opened": "the keys inside this field were put beside it",
    "xml_root": "the XML has no root element; one was put around it",
}
"""Every repair code of decode, and what it means."""

_MOST: Final = 100
_MORE: Final = f"More than {_MOST} repairs or warnings were made; the others are not listed."
_CUT: Final = 80
_CONTROLS: Final = dict.fromkeys((*range(32), 127, 0x85, 0x2028, 0x2029), " ")
_HALVES: Final = re.compile("[\ud800-\udfff]")


class Notes:
    """Repairs and warnings in the order they were made, each once.

    Of the repairs of fields and of the warnings a hundred are kept, and a warning tells when there were more; the
    repairs of the request as a whole are all kept.
    """

    def __init__(self) -> None:
        self._repairs: dict[tuple[str, str], Repair] = {}
        self._warnings: dict[str, None] = {}
        self._cut = False

    def repair(self, field: str, code: str, was: str, now: str) -> None:
        field = storable(field)
        if field and (field, code) not in self._repairs and len(self._repairs) >= _MOST:
            self._cut = True
            return
        self._repairs.setdefault((field, code), Repair(field, code, short(was), short(now)))

    def warn(self, sentence: str) -> None:
        sentence = storable(sentence)
        if sentence not in self._warnings and len(self._warnings) >= _MOST:
            self._cut = True
            return
        self._warnings.setdefault(sentence)

    def take(self, other: Notes) -> None:
        """Add what was noted while a part of the request was read."""
        for repair in other.repairs:
            self.repair(repair.field, repair.code, repair.was, repair.now)
        for sentence in other.warnings:
            self.warn(sentence)

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return tuple(self._repairs.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        return (*self._warnings, _MORE) if self._cut else tuple(self._warnings)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text: UTF-8 without NUL (https://www.postgresql.org/docs/current/datatype-character.html)."""
    return "\0" not in text and (text.isascii() or _HALVES.search(text) is None)


def storable(text: str) -> str:
    """The text without NUL, with U+FFFD for each half of a broken character."""
    return text if is_storable(text) else _HALVES.sub("\ufffd", text.replace("\0", ""))


def short(text: str) -> str:
    """The text as it may be shown in a note: one line, at most 80 characters."""
    return storable(text[:_CUT]).translate(_CONTROLS)
