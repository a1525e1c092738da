"""The header lines of a part: its name and file name, also where a value with blanks came without quotation marks."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import quopri
import re
from typing import Final

from werkzeug.http import parse_options_header

_NAMES: Final = ("name", "filename")
_UNQUOTED: Final = {name: re.compile(rf';[ \t]*+{name}[ \t]*+=[ \t]*+([^";][^;]*+)', re.IGNORECASE) for name in _NAMES}


@dataclasses.dataclass(frozen=True, slots=True)
class Disposition:
    """What a Content-Disposition says; `filename` is None where the part is no file, "" for an empty file input."""

    name: str | None
    filename: str | None


def disposition(value: str) -> Disposition:
    """Read a Content-Disposition, `filename*=UTF-8''…` too."""
    options = parse_options_header(value)[1]
    for name, unquoted in _UNQUOTED.items():
        found = unquoted.search(value)
        # Of `name=Full Name` and `name=q[0]`, which are no tokens and should be quoted, the reader takes the beginning.
        if found and ('"' not in value or found[1].startswith(options.get(name) or '"')):
            options[name] = found[1].strip()
    return Disposition(options.get("name"), options.get("filename"))


def transferred(content: bytes, encoding: str) -> bytes | None:
    """The content behind a Content-Transfer-Encoding that changes it, None where there is nothing to change.

    Given up for forms (https://www.rfc-editor.org/rfc/rfc7578#section-4.7), still written by mail libraries.
    """
    kind = encoding.strip().lower()
    if kind == "quoted-printable":
        return quopri.decodestring(content)
    if kind != "base64":
        return None
    try:
        return base64.b64decode(content.translate(None, b" \t\r\n"), validate=True)
    except binascii.Error:
        return None
