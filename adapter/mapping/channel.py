"""What depends on the channel a message leaves through: how it looks on the phone, and what may go wrong there."""

from __future__ import annotations

from typing import Any, Final

from adapter.mapping import media, sms
from adapter.mapping.message import Message, Template

SMS: Final = "3"
# WhatsApp Personal and Business, SMS and calls on the owner's own handset (Picky Assist's push page).
_HANDSET: Final = frozenset({"1", "2", "3", "4"})


def channel_doubts(message: Message, application: str) -> list[str]:
    """What may go wrong with `message` on this channel, a sentence each."""
    found = []
    if application == SMS:
        found += [sentence] if (sentence := sms.doubt(_text(message) or "")) else []
        if message.template is not None:
            found.append("This channel is SMS, which knows no WhatsApp templates; give the text as message.")
    if application in _HANDSET:
        unknown = [key for key in ("media_name", "location") if getattr(message, key) is not None]
        found += [
            f"{key} is not supported in phone automation (channel {application}) and is left out there."
            for key in unknown
        ]
    return found


def shown(message: Message, *, application: str) -> dict[str, Any]:
    """The message as a person may look at it: plain JSON with `to`, `text`, `media`, `template`, `sms`, each None where
    there is none of it, and `location` and `contact` where there are."""
    text = _text(message)
    found: dict[str, Any] = {
        "to": message.to,
        "text": text,
        "media": _media(message),
        "template": None if message.template is None else _template(message.template),
        "sms": _sms(text) if application == SMS and text is not None else None,
    }
    if message.location is not None:
        found["location"] = dict(message.location)
    if message.contact is not None:
        found["contact"] = list(message.contact)
    return found


def _text(message: Message) -> str | None:
    return message.text if message.template is None else message.template.text


def _media(message: Message) -> dict[str, Any] | None:
    if message.media is None:
        return None
    host, file = media.file_of(message.media)
    kind = media.kind(message.media, message.media_name)
    return {
        "address": message.media,
        "host": host,
        "name": message.media_name or file,
        "kind": kind.name if kind else None,
        "most_megabytes": kind.megabytes if kind else None,
        "shows_text": kind.captioned if kind else None,
    }


def _template(template: Template) -> dict[str, Any]:
    header = list(template.header) if isinstance(template.header, tuple) else template.header
    return {
        "id": template.id,
        "language": template.language,
        "values": list(template.values),
        "header": header,
        "text": template.text,
    }


def _sms(text: str) -> dict[str, Any]:
    measured = sms.measure(text)
    return {
        "encoding": measured.encoding,
        "characters": measured.characters,
        "parts": measured.parts,
        "because": measured.because,
    }
