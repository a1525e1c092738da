"""Multipart bodies, in memory: a field is its text, a file its name, type and size, an empty file input nothing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, State

from adapter.errors import Undecodable
from adapter.intake.decode.charset import FALLBACK, read_text
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes
from adapter.intake.decode.pairs import collect, too_many
from adapter.intake.decode.part_head import disposition, transferred

_FIRST_LINE: Final = re.compile(rb"\s*+--([^\r\n]{1,200})(?:[\r\n]|\Z)")
_DISPOSITION: Final = re.compile(rb"content-disposition[ \t]{0,20}:", re.IGNORECASE)
_NEAR: Final = 2_000
_BLANK_LINE: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@dataclasses.dataclass(frozen=True, slots=True)
class _Part:
    name: str | None
    filename: str | None
    headers: Headers
    content: bytes

    @property
    def mime(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def is_blob(self) -> bool:
        """JSON appended to a browser's FormData as a Blob, which it names "blob" (https://xhr.spec.whatwg.org/#create-an-entry)."""
        return self.filename == "blob" and "json" in self.mime.lower()


def boundary_of(body: bytes, content_type: str, notes: Notes) -> bytes | None:
    """The boundary in use: the header's where the body has such a line, else the first line's; None without one."""
    named = parse_options_header(content_type)[1].get("boundary", "") if "oundary" in content_type.lower() else ""
    wanted = named.encode("latin-1", "replace")
    if wanted and re.search(rb"(?:\A|[\r\n])--" + re.escape(wanted) + rb"(?:--)?[ \t]*+(?:[\r\n]|\Z)", body):
        return wanted
    first = _FIRST_LINE.match(body)
    if first is None or not _DISPOSITION.search(body, first.end(), first.end() + _NEAR):
        return None
    boundary = first[1].rstrip(b" \t").removesuffix(b"--")
    if boundary:
        notes.repair("", "boundary", named, boundary.decode("latin-1"))
    return boundary or None


def read_multipart(body: bytes, boundary: bytes, notes: Notes, limits: Limits) -> tuple[dict[str, Any], list[str]]:
    """The fields of the body, and every part's name as sent; raises Undecodable naming the part at fault."""
    if body.rstrip().endswith(b"--" + boundary):
        body = body.rstrip() + b"--"
        notes.repair("", "closing_boundary", "--", "----")
    pairs: list[tuple[str, Any]] = []
    names: list[str] = []
    for number, part in enumerate(_parts(body, boundary, notes, limits), 1):
        if part.name is None:
            notes.warn(f"Part {number} of the multipart body has no name and was left out.")
            continue
        names.append(part.name)
        if part.filename != "":
            pairs.append((part.name, _value(part, part.name, notes)))
    return collect(pairs), names


def file_note(name: str, mime: str | None, size: int) -> dict[str, Any]:
    """What is kept of a file."""
    return {"name": name, "type": mime or "application/octet-stream", "size": size}


def _value(part: _Part, name: str, notes: Notes) -> Any:
    content = part.content
    encoding = part.headers.get("Content-Transfer-Encoding", "")
    if (plain := transferred(content, encoding)) is not None:
        notes.repair(name, "transfer_encoding", encoding, "its content")
        content = plain
    if part.filename is not None and not part.is_blob:
        return file_note(part.filename, part.mime, len(content))
    if part.is_blob:
        notes.repair(name, "unnamed_file", "file", "text")
    return read_text(content, part.mime, notes, field=name)


def _parts(body: bytes, boundary: bytes, notes: Notes, limits: Limits) -> list[_Part]:
    try:
        return list(_raw_parts(body, boundary, limits, _as_it_is))
    except UnicodeDecodeError:
        pass
    # A name that is not UTF-8: each byte is made a character of its own, which every reader takes, and a byte again.
    notes.repair("", "charset", "utf-8", FALLBACK)
    wide = body.decode("latin-1").encode()
    return list(_raw_parts(wide, boundary.decode("latin-1").encode(), limits, _narrowed))


def _as_it_is(part: _Part) -> _Part:
    return part


def _narrowed(part: _Part) -> _Part:
    return _Part(
        name=_reread(part.name),
        filename=_reread(part.filename),
        headers=Headers([(key, _reread(value) or "") for key, value in part.headers]),
        content=part.content.decode().encode("latin-1"),
    )


def _reread(text: str | None) -> str | None:
    if text is None or text.isascii():
        return text
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return text  # from a filename*=, which names its own charset
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(FALLBACK, "replace")


def _raw_parts(body: bytes, boundary: bytes, limits: Limits, finish: Callable[[_Part], _Part]) -> Iterator[_Part]:
    head: Field | File | None = None
    for event in _events(body, boundary, limits):
        if isinstance(event, (Field, File)):
            head = event
        elif isinstance(event, Data) and head is not None:
            said = disposition(head.headers["Content-Disposition"])
            yield finish(_Part(said.name, said.filename, head.headers, event.data))


def _events(body: bytes, boundary: bytes, limits: Limits) -> Iterator[Event]:
    decoder = MultipartDecoder(boundary, max_parts=limits.pairs)
    decoder.receive_data(body)
    decoder.receive_data(None)
    event: Event | None = None
    number = 1
    while not isinstance(event, Epilogue):
        if decoder.state is State.PART:
            _check_head(decoder.buffer, number, limits)
        try:
            event = decoder.next_event()
        except UnicodeDecodeError:
            raise
        except RequestEntityTooLarge:
            raise too_many("body", limits) from None
        except ValueError:
            raise _damaged(number) from None
        if isinstance(event, Data):
            if event.more_data:
                raise _damaged(number)
            number += 1
        yield event


def _check_head(rest: bytearray, number: int, limits: Limits) -> None:
    if len(rest) > limits.part_head and not _BLANK_LINE.search(rest, 0, limits.part_head):
        raise Undecodable(f"The head of part {number} is longer than {limits.part_head} bytes; shorten it.")


def _damaged(number: int) -> Undecodable:
    return Undecodable(
        f"The multipart body is damaged or cut off in part {number}: "
        "each part needs a Content-Disposition line with a name, and the last one a closing boundary."
    )
