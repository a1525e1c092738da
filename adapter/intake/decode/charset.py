"""Bytes to text: byte-order mark, the declared charset, UTF-8, and at last Windows-1252, which reads anything."""

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
# The declaration counts where the header names no charset (https://www.rfc-editor.org/rfc/rfc7303#section-3).
_XML: Final = re.compile(rb"""\s{0,100}<\?xml[^>]{1,200}?encoding\s{0,20}=\s{0,20}["']([\w.:-]{1,40})""")
# Browsers read these labels as Windows-1252 (https://encoding.spec.whatwg.org/#names-and-labels).
_LATIN: Final = frozenset({"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "ascii", "us-ascii"})
_WIDE: Final = re.compile(r"utf-?16(?:-?[lb]e)?")
_ONE_BYTE: Final = re.compile(r"iso-?8859-(?:[2-9]|1[013-6])|(?:windows-|cp)125[0-8]|koi8-[ru]")
_MORE_BYTES: Final = re.compile(r"shift_?jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5")


def legacy(content_type: str) -> str:
    """The codec for what is not UTF-8: the one a Content-Type names, else Windows-1252."""
    name = _named(content_type)
    return FALLBACK if name is None or _WIDE.fullmatch(name) else name


def read_text(raw: bytes, content_type: str, notes: Notes, *, field: str = "") -> str:
    """The text of `raw`; never fails, notes what had to be assumed."""
    for bom, codec in _BOMS:
        if raw.startswith(bom) and (text := _strictly(raw[len(bom) :], codec)) is not None:
            notes.repair(field, "bom", "byte-order mark", codec)
            return text
    named = _named(content_type) or _in_xml(raw)
    for candidate in _candidates(raw, named):
        if (text := _strictly(raw, candidate)) is not None:
            if not _as_said(candidate, named, text):
                notes.repair(field, "charset", named or "utf-8", candidate)
            return text
    notes.repair(field, "charset", named or "utf-8", FALLBACK)
    return raw.decode(FALLBACK, "replace")


def _named(content_type: str) -> str | None:
    found = _CHARSET.search(content_type) if "harset" in content_type or "HARSET" in content_type else None
    return _known(found[1]) if found else None


def _in_xml(raw: bytes) -> str | None:
    found = _XML.match(raw) if b"<?xml" in raw[:200] else None
    return _known(found[1].decode("latin-1")) if found else None


def _known(label: str) -> str | None:
    name = label.lower()
    if name in _LATIN:
        return FALLBACK
    return name if any(kind.fullmatch(name) for kind in (_WIDE, _ONE_BYTE, _MORE_BYTES)) else None


def _candidates(raw: bytes, named: str | None) -> list[str]:
    if wide := _utf_16(raw, named):
        return [wide, "utf-8"]
    if named is None or _WIDE.fullmatch(named):
        return ["utf-8"]
    # A text in a charset of one byte a character is hardly ever UTF-8 by chance, so UTF-8 is believed over the label.
    return ["utf-8", named] if named == FALLBACK or _ONE_BYTE.fullmatch(named) else [named, "utf-8"]


def _as_said(candidate: str, named: str | None, text: str) -> bool:
    if candidate.startswith("utf-16"):
        return named is not None and named.startswith("utf")
    return candidate == (named or "utf-8") or (text.isascii() and not (named or "").startswith("utf"))


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _utf_16(raw: bytes, named: str | None) -> str | None:
    if len(raw) < 4 or len(raw) % 2:
        return None
    zeros = [byte == 0 for byte in raw[:4]]
    if zeros == [True, False, True, False]:
        return "utf-16-be"
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    if named is None or not _WIDE.fullmatch(named) or b"\0" not in raw:
        return None
    # The "=", "{" and blanks of a text that begins with other letters tell the order of its bytes.
    return "utf-16-be" if raw[::2].count(0) > raw[1::2].count(0) else "utf-16-le"
