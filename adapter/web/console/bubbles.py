"""A message as its phone will show it, made from the very JSON that is pushed. Nothing in it is fetched or trusted."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter.mapping import media, sms
from adapter.mapping.approved import ApprovedFault, ApprovedText
from adapter.mapping.bubble import Block, blocks, literal
from adapter.picky.channels import SMS

_MOST_TEXT: Final = 8_192  # characters of a text, far above what is taken
_MOST_VALUE: Final = 1_024
_MOST_LISTED: Final = 50
_DEPTH: Final = 4


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """What is sent along: never fetched, so only what its address says. `limit` is in megabytes."""

    kind: str
    name: str
    host: str
    limit: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Approved:
    """A template of which only the values are known: WhatsApp has its text."""

    id: str
    language: str
    values: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Bubble:
    """What stands in a bubble, from top to bottom; `parts` says what an SMS costs, `notes` what is not shown."""

    is_sms: bool
    file: File | None = None
    header: tuple[str, ...] = ()
    text: tuple[Block, ...] = ()
    template: Approved | None = None
    place: tuple[tuple[str, str], ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    buttons: tuple[str, ...] = ()
    parts: str = ""
    notes: tuple[str, ...] = ()


def bubble_of(head: Mapping[str, Any], item: Mapping[str, Any], *, approved: str | None = None) -> Bubble:
    """The bubble of one entry of `data` of a push with this head. `approved` is the text of its template, with its
    places `{{1}}` or already filled, where the hook declares it."""
    is_sms = str(head.get("application")) == SMS
    if head.get("template_id"):
        return _template(head, item, approved)
    text = _text(item.get("message")) or _text(head.get("globalmessage"))
    file = _file(head, item)
    shows_text = file is None or file.kind in _CAPTIONED
    note = f"The text is not shown beside this {file.kind}." if file and text and not shows_text else ""
    return Bubble(
        is_sms=is_sms,
        file=file,
        text=_blocks(text if shows_text else "", is_sms=is_sms),
        place=tuple(_listed(head.get("location"))),
        contacts=tuple(_listed(head.get("contact"))),
        buttons=_texts(head.get("interactive_globalbuttons")),
        parts=_parts(text) if is_sms and text else "",
        notes=(note,) if note else (),
    )


_CAPTIONED: Final = frozenset({media.IMAGE.name, media.VIDEO.name, "file"})
"""Kinds under which a text is shown; it may be, where nobody knows the kind."""


def _template(head: Mapping[str, Any], item: Mapping[str, Any], approved: str | None) -> Bubble:
    values = _texts(item.get("template_message") or head.get("template_globalmessage"))
    header = item.get("template_header") or head.get("template_header")
    file = _file(head, item)
    if file is not None and isinstance(header, str):
        file, header = dataclasses.replace(file, name=_text(header)), None
    text = _filled(approved, values)
    language = _text(item.get("language")) or _text(head.get("language"))
    return Bubble(
        is_sms=str(head.get("application")) == SMS,
        file=file,
        header=_texts(header),
        text=_blocks(text, is_sms=False),
        template=None if text else Approved(_text(head.get("template_id"))[:100], language[:40], values),
        buttons=_texts(head.get("interactive_globalbuttons")),
    )


def _filled(approved: str | None, values: tuple[str, ...]) -> str:
    """The approved text with its values; "" where it is not known, or has other places."""
    try:
        text = ApprovedText.of(approved or "")
    except ApprovedFault:
        return ""
    return text.filled(values) if text.places in {0, len(values)} else ""


def _file(head: Mapping[str, Any], item: Mapping[str, Any]) -> File | None:
    address = _text(item.get("media")) or _text(head.get("globalmedia"))
    name = _text(item.get("media_name")) or _text(head.get("media_name"))
    if not address:
        code = _text(item.get("media_code") or head.get("globalmedia_code") or head.get("media_code"))
        return File("file", name or "file in the request", "", None) if code else None
    host, file = media.file_of(address)
    kind = media.kind(address, name)
    return File(_kind(head, kind), name or file, host, kind.megabytes if kind else None)


def _kind(head: Mapping[str, Any], kind: media.Kind | None) -> str:
    if kind is media.AUDIO and str(head.get("voice")) == "1":
        return "voice note"
    if str(head.get("sticker")) == "1":
        return "sticker"
    return kind.name if kind else "file"


def _parts(text: str) -> str:
    measured = sms.measure(text)
    noun = "part" if measured.parts == 1 else "parts"
    why = f", because of {measured.because}" if measured.because else ""
    return f"{measured.parts} {noun}, {measured.characters:,} characters, {measured.encoding}{why}"


def _blocks(text: str, *, is_sms: bool) -> tuple[Block, ...]:
    if not text:
        return ()
    return literal(text) if is_sms else blocks(text)


def _text(value: Any) -> str:
    """A text or number as text; of anything else nothing is shown."""
    return str(value)[:_MOST_TEXT] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _texts(value: Any) -> tuple[str, ...]:
    several = value if isinstance(value, list | tuple) else [value]
    return tuple(text[:_MOST_VALUE] for one in several[:_MOST_LISTED] if (text := _text(one)))


def _listed(value: Any) -> list[tuple[str, str]]:
    """(key, text) of everything in a location or a contact, whatever its shape."""
    return list(itertools.islice(_leaves(value, "", _DEPTH), _MOST_LISTED))


def _leaves(value: Any, key: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth and isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, str(name)[:40], depth - 1)
    elif depth and isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, key, depth - 1)
    elif text := _text(value)[:_MOST_VALUE]:
        yield key, text
