"""Media by its address: what kind Picky Assist will take it for, and whether it can fetch it. We fetch nothing."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

_MOST_ADDRESS: Final = 2_048
_MOST_QUOTED: Final = 60
_EXAMPLE: Final = "https://example.com/a.jpg"
_LOCAL: Final = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "home.arpa",
)
_UNSAFE: Final = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NUMBER: Final = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)\Z")  # what URL parsers read as (part of) an IPv4 address
_HOST: Final = re.compile(r"[^\s/?#@:%<>\[\]^|\"'`{}()!$&*+,;=~]{1,253}\Z")


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of media: its name, the most megabytes, and whether a text is shown below it."""

    name: str
    megabytes: int
    captioned: bool = False


_DOCUMENTS: Final = "pdf doc docx xls xlsx ppt pptx odt ods odp rtf txt csv zip vcf ics json xml html htm epub"
# Picky Assist's pages on media and on character limits.
IMAGE: Final = Kind("image", 5, captioned=True)
VIDEO: Final = Kind("video", 16, captioned=True)
AUDIO: Final = Kind("audio", 16)
DOCUMENT: Final = Kind("document", 100)
KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("jpg", "jpeg", "gif", "png"), IMAGE),
    **dict.fromkeys(("mp4", "3gpp", "3gp"), VIDEO),
    **dict.fromkeys(("mp3", "wav", "aac", "m4a", "amr", "opus"), AUDIO),
    **dict.fromkeys(_DOCUMENTS.split(), DOCUMENT),
}


def fault(address: str) -> str | None:
    """Why nobody could fetch `address`, as a sentence; None where nothing speaks against it."""
    if len(address) > _MOST_ADDRESS:
        return f"The media address has {len(address):,} characters; {_MOST_ADDRESS:,} are the most."
    if _UNSAFE.search(address):
        return f"The media address {_quoted(address)} holds a blank or an invisible character; write %20 for a blank."
    parts = _split(address)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"media must be an address such as {_EXAMPLE}, not {_quoted(address)}."
    if "@" in parts.netloc:
        return "The media address carries a user name or password; give one that anybody may fetch."
    if not _is_public(parts.hostname):
        return f"Picky Assist cannot reach {_quoted(parts.hostname)} from outside; media needs a public address."
    return None


def kind(address: str, name: str | None = None) -> Kind | None:
    """The kind by the file's extension, or by that of the name it is shown under; None where neither tells."""
    found = KINDS.get(extension(address))
    return found or (KINDS.get(_extension(name)) if name else None)


def extension(address: str) -> str:
    """The extension of the file an address names, in small letters; "" without one."""
    parts = _split(address)
    return _extension(unquote(parts.path)) if parts else ""


def doubts(address: str, name: str | None, *, has_text: bool) -> list[str]:
    """What may go wrong with media that can be fetched."""
    found = kind(address, name)
    if found is None:
        ending = extension(address)
        what = f'ends in "{ending[:10]}"' if ending else "names no file with an extension"
        return [f"The media address {what}; Picky Assist may not know it as image, video, audio or document."]
    if has_text and not found.captioned:
        a_kind = "an audio file" if found is AUDIO else "a document"
        return [
            f"A text is not shown beside {a_kind}, only beside an image or a video; send it as a message of its own."
        ]
    return []


def file_of(address: str) -> tuple[str, str]:
    """Host and file name of an address, for showing."""
    parts = _split(address)
    return (parts.hostname or "", unquote(parts.path).rpartition("/")[2]) if parts else ("", "")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is none
    except ValueError:
        return None
    return parts


def _extension(path: str) -> str:
    file = path.rpartition("/")[2]
    return file.rpartition(".")[2].lower() if "." in file else ""


def _is_public(host: str) -> bool:
    """By its text alone: an IP address of the internet, or a name with a domain that is not only a network's own."""
    host = host.rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        is_name = len(labels) > 1 and all(labels) and not _NUMBER.match(labels[-1]) and bool(_HOST.match(host))
        return is_name and not any(host.endswith(f".{own}") for own in _LOCAL)
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_global and not inner.is_multicast


def _quoted(text: str) -> str:
    return f'"{text[:_MOST_QUOTED]}…"' if len(text) > _MOST_QUOTED else f'"{text}"'
