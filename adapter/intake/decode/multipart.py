"""Multipart bodies, in memory: a field is its text, a file its name, type and size, an empty file input nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from adapter.errors import Undecodable
from adapter.intake.decode.charset import FALLBACK, read_text
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes
from adapter.intake.decode.pairs import collect, too_many

_FIRST_LINE: Final = re.compile(rb"\s*--([^\r\n]{1,200}?)(?:--)?[ \t]*(?:\r?\n|\r|\Z)")
_DISPOSITION: Final = re.compile(rb"content-disposition[ \t]*:", re.IGNORECASE)
_NEAR: Final = 2_000


def boundary_of(body: bytes, content_type: str, notes: Notes) -> bytes | None:
    """The boundary in use: the header's where the body has it, else the first line's; None when there is none."""
    named = parse_options_header(content_type)[1].get("boundary", "") if "oundary" in content_type.lower() else ""
    wanted = named.encode("latin-1", "replace")
    if wanted and b"--" + wanted in body:
        return wanted
    first = _FIRST_LINE.match(body)
    if first is None or not _DISPOSITION.search(body, first.end(), first.end() + _NEAR):
        return None
    notes.repair("", "boundary", named, first[1].decode("latin-1"))
    return first[1]


def read_multipart(body: bytes, boundary: bytes, notes: Notes, limits: Limits) -> tuple[dict[str, Any], list[str]]:
    """The fields of the body, and every part's name as sent; raises Undecodable naming the part at fault."""
    try:
        parts = list(_parts(body, boundary, limits))
    except UnicodeDecodeError:
        notes.repair("", "charset", "utf-8", FALLBACK)
        return read_multipart(body.decode(FALLBACK, "replace").encode(), boundary, notes, limits)
    pairs: list[tuple[str, Any]] = []
    for number, (part, content) in enumerate(parts, 1):
        if part.name is None:
            notes.warn(f"Part {number} of the multipart body has no name and was left out.")
        elif isinstance(part, File):
            if part.filename:
                pairs.append((part.name, file_note(part.filename, part.headers.get("Content-Type"), len(content))))
        else:
            pairs.append((part.name, read_text(content, part.headers.get("Content-Type", ""), notes, field=part.name)))
    return collect(pairs), [part.name for part, _ in parts if part.name is not None]


def file_note(name: str, mime: str | None, size: int) -> dict[str, Any]:
    """What is kept of a file."""
    return {"name": name, "type": mime or "application/octet-stream", "size": size}


def _parts(body: bytes, boundary: bytes, limits: Limits) -> Iterator[tuple[Field | File, bytes]]:
    decoder = MultipartDecoder(boundary, max_parts=limits.pairs)
    decoder.receive_data(body)
    decoder.receive_data(None)
    part: Field | File | None = None
    content: list[bytes] = []
    number = 1
    while True:
        try:
            event = decoder.next_event()
        except UnicodeDecodeError:
            raise
        except RequestEntityTooLarge:
            raise too_many("body", limits) from None
        except ValueError:
            raise Undecodable(
                f"The multipart body is damaged or cut off in part {number}: "
                "each part needs a Content-Disposition line with a name, and the last one a closing boundary."
            ) from None
        if isinstance(event, Epilogue):
            return
        if isinstance(event, (Field, File)):
            part, content = event, []
        elif isinstance(event, Data) and part is not None:
            content.append(event.data)
            if not event.more_data:
                number += 1
                yield part, b"".join(content)
