"""Bytes to text: byte-order mark, the charset of the header, UTF-8, and at last Windows-1252, which reads anything."""

from __future__ import annotations

import codecs
import re
from typing import Final

from adapter.intake.decode.notes import Notes

FALLBACK: Final = "cp1252"

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# Browsers read these labels as Windows-1252 (https://encoding.spec.whatwg.org/#names-and-labels).
_LATIN: Final = frozenset({"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "ascii", "us-ascii"})
_LEGACY: Final = re.compile(
    r"iso-?8859-(?:[2-9]|1[013-6])|(?:windows-|cp)125[0-8]|koi8-[ru]|shift_?jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5"
)


def declared(content_type: str) -> str | None:
    """The codec a Content-Type names: None for UTF-8, for UTF-16 (told by its bytes) and for what nobody sends."""
    found = _CHARSET.search(content_type) if "harset" in content_type or "HARSET" in content_type else None
    name = found[1].lower() if found else ""
    if name in _LATIN:
        return FALLBACK
    return name if _LEGACY.fullmatch(name) else None


def read_text(raw: bytes, content_type: str, notes: Notes, *, field: str = "") -> str:
    """The text of `raw`; never fails, notes what had to be assumed."""
    for bom, codec in _BOMS:
        if raw.startswith(bom) and (text := _strictly(raw[len(bom) :], codec)) is not None:
            notes.repair(field, "bom", "byte-order mark", codec)
            return text
    wide = _utf_16(raw)
    named = declared(content_type)
    for candidate in (wide, named, "utf-8"):
        if candidate and (text := _strictly(raw, candidate)) is not None:
            if candidate != (named or "utf-8"):
                notes.repair(field, "charset", named or "utf-8", candidate)
            return text
    notes.repair(field, "charset", named or "utf-8", FALLBACK)
    return raw.decode(FALLBACK, "replace")


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _utf_16(raw: bytes) -> str | None:
    if len(raw) < 4 or len(raw) % 2:
        return None
    zeros = [byte == 0 for byte in raw[:4]]
    if zeros == [True, False, True, False]:
        return "utf-16-be"
    return "utf-16-le" if zeros == [False, True, False, True] else None
