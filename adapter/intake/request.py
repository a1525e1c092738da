"""The bytes as they came: one HTTP request, from the server or from a raw `.http` file."""

from __future__ import annotations

import codecs
import dataclasses
import re
from typing import Final
from urllib.parse import quote, unquote

_HEAD_LIMIT: Final = 64 * 1024
_LENGTH_DIGITS: Final = 15
# Editors that run `.http` files write the whole URL (https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form).
_ORIGIN: Final = re.compile(r"\Ahttps?://[^/?#]*+(?=[/?#]|\Z)", re.IGNORECASE)
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclasses.dataclass(frozen=True, slots=True)
class RawRequest:
    """One inbound request. `path` is percent-decoded, `query` is the raw text behind `?`, header order is kept."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; None when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def content_type(self) -> str:
        """The Content-Type as sent, `""` when there is none."""
        return self.header("Content-Type") or ""

    @property
    def path_token(self) -> str | None:
        """The token of `/hooks/<name>/<token>`; None when the path has no third part."""
        parts = self.path.strip("/").split("/")
        return parts[2] if len(parts) == 3 else None


def read_http_file(raw: bytes) -> RawRequest:
    """Read a raw HTTP request: request line, headers, blank line, body; heads may end in CRLF or LF.

    The target may be a whole URL; a byte-order mark and line breaks in front of the request line are passed over. The
    body is the rest of the file; line breaks that an editor added behind `Content-Length` bytes are dropped.
    Raises ValueError with a sentence when the head cannot be read.
    """
    head, body = _split(raw.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n"))
    lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    method, target = _request_line(lines[0])
    path, _, query = target.partition("?")
    headers = tuple(_header(line, number) for number, line in enumerate(lines[1:], 2) if line)
    request = RawRequest(method, unquote(path), query, headers, body)
    return dataclasses.replace(request, body=_trimmed(body, request.header("Content-Length")))


def http_file(request: RawRequest) -> bytes:
    """The request as `read_http_file` reads it back: heads in CRLF, and a Content-Length that is true."""
    target = quote(request.path, safe="/:@!$&'()*+,;=~") + (f"?{request.query}" if request.query else "")
    headers = [pair for pair in request.headers if pair[0].lower() not in _FRAMING]
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if request.body:
        lines.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + request.body


def _split(raw: bytes) -> tuple[bytes, bytes]:
    ends = [(at, len(blank)) for blank in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := raw.find(blank)) >= 0]
    at, length = min(ends, default=(len(raw), 0))
    if at > _HEAD_LIMIT:
        raise ValueError(f"the head of the request is longer than {_HEAD_LIMIT} bytes")
    return raw[:at].rstrip(b"\r\n"), raw[at + length :]


def _request_line(line: str) -> tuple[str, str]:
    words = line.split(" ")
    target = _ORIGIN.sub("", words[1], count=1) if len(words) > 1 else ""
    if not words[0].isalpha() or not target.startswith("/"):
        raise ValueError(f'line 1 must be a request line such as "POST /hooks/won_deal HTTP/1.1", not "{line[:80]}"')
    return words[0].upper(), target


def _header(line: str, number: int) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise ValueError(f'line {number} must be a header such as "Content-Type: application/json", not "{line[:80]}"')
    return name.strip(), value.strip()


def _trimmed(body: bytes, length: str | None) -> bytes:
    if length is None or not length.isdecimal() or len(length) > _LENGTH_DIGITS:
        return body
    rest = body[int(length) :]
    return body[: int(length)] if rest and not rest.strip(b"\r\n") else body
