"""What can be said of a push before any event came: a fault for what would always be refused, a note for a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from adapter.located import Path
from adapter.mapping import media, whatsapp
from adapter.mapping.approved import MOST_BODY, MOST_HEADER, TemplateTexts
from adapter.mapping.recipients import constant_faults
from adapter.mapping.settled import application_of, priority_of
from adapter.mapping.template import Text

if TYPE_CHECKING:
    from adapter.mapping.push import Checks, Push

MOST_MEDIA_NAME: Final = 20  # Picky Assist's page on media


def lint(push: Push, root: Path, places: Mapping[str, Path], checks: Checks) -> None:
    """Tell `checks` about every part of a push, or of a way of its fallback, that is settled while it loads."""
    for at, text in enumerate(push.to):
        path: Path = (*root, "to", at) if len(push.to) > 1 else (*root, "to")
        for sentence in constant_faults(text, checks.voice.region):
            checks.fault(path, sentence)
    if push.message is not None:
        _message(push.message, places["message"], checks)
        if push.message.source and not push.message.literal.strip() and push.media is None:
            checks.fault(places["message"], "the text is blank")
    if push.media is not None and push.media.is_constant:
        _media(push, push.media.literal.strip(), (*root, "media"), checks)
    name = _constant(push.media_name)
    if name is not None and len(name) > MOST_MEDIA_NAME:
        checks.note((*root, "media_name"), f"is longer than the {MOST_MEDIA_NAME} characters Picky Assist shows")
    for key, value, read in (
        ("priority", push.priority, priority_of),
        ("application", push.application, application_of),
    ):
        _setting((*root, key), value, read, checks)
    if push.template is not None:
        _template(push.template, (*root, "template"), checks)


def _constant(value: Any) -> str | None:
    """What a text prints whatever comes; None where that depends."""
    return value.literal.strip() if isinstance(value, Text) and value.is_constant else None


def _message(text: Text, path: Path, checks: Checks) -> None:
    if text.least > whatsapp.MOST_TEXT:
        checks.fault(path, f"the text alone has {text.least:,} characters; WhatsApp takes {whatsapp.MOST_TEXT:,}")
    for sentence in whatsapp.lint(text.literal):
        checks.note(path, sentence)


def _media(push: Push, address: str, path: Path, checks: Checks) -> None:
    if sentence := media.fault(address):
        checks.fault(path, sentence.rstrip("."))
        return
    has_text = push.message is not None
    for sentence in media.doubts(address, _constant(push.media_name), has_text=has_text):
        checks.note(path, sentence.rstrip("."))


def _setting(path: Path, value: Any, read: Any, checks: Checks) -> None:
    settled = value if not isinstance(value, Text) else _constant(value)
    if settled is None:
        return
    try:
        read(settled)
    except ValueError as fault:
        checks.fault(path, str(fault))


def _template(texts: TemplateTexts, path: Path, checks: Checks) -> None:
    for key, text in (("id", texts.id), ("language", texts.language)):
        if _constant(text) == "":
            checks.fault((*path, key), "is empty")
    constants = [_constant(text) for text in texts.values]
    if empty := [at for at, value in enumerate(constants) if value == ""]:
        checks.fault((*path, "values", empty[0]), "is empty; WhatsApp refuses a template with an empty value")
    for at, text in enumerate(texts.values):
        for sentence in whatsapp.left_over(text.literal):
            checks.note((*path, "values", at), sentence)
    if texts.approved is not None and not texts.may_vary and len(texts.values) != texts.approved.places:
        sentence = f"the approved text has {texts.approved.places} places, but {len(texts.values)} values are given"
        checks.fault((*path, "values"), sentence)
    if any(text.least > MOST_BODY for text in texts.values):
        checks.fault((*path, "values"), f"a value alone has more than the {MOST_BODY:,} characters WhatsApp takes")
    headers = texts.header if isinstance(texts.header, tuple) else (texts.header,)
    if any(header is not None and header.least > MOST_HEADER for header in headers):
        checks.fault((*path, "header"), f"is longer than the {MOST_HEADER} characters WhatsApp takes")
