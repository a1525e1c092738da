"""Trusted values to finished messages: one for each recipient the hook's `to` names."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapter.errors import HookError, InvalidFields
from adapter.intake.payload import Repair
from adapter.mapping import phone
from adapter.mapping.hook import Hook
from adapter.mapping.message import Message, Template
from adapter.mapping.push import Push
from adapter.mapping.template import TemplateFault, Text, Values, rendered

MOST_TEXT: Final = 4096  # characters of a free text, as Picky Assist's character limits give them
MUCH_TEXT: Final = 4000  # its page on interactive messages says 4000: worth a warning
MOST_RECIPIENTS: Final = 1000
MOST_MEDIA_NAME: Final = 20
_RUNS: Final = re.compile(r"\s+")
_PRIORITIES: Final = {"": 0, "0": 0, "low": 0, "false": 0, "none": 0, "1": 1, "high": 1, "true": 1}


@dataclasses.dataclass(frozen=True, slots=True)
class Rendered:
    """Finished messages, and what was changed or is doubtful about them."""

    messages: tuple[Message, ...]
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()


def applies(hook: Hook, values: Values) -> bool:
    """Whether the hook's `when` is true. Raises HookError where the rule fails."""
    try:
        return hook.when is None or hook.when.holds(values)
    except TemplateFault as fault:
        raise HookError(f"The rule `when` of hook {hook.name} failed: {fault}.") from fault


def render(hook: Hook, values: Values) -> Rendered:
    """One message for each number in `to`. Raises InvalidFields (a number or text that cannot be sent) and
    HookError (a template that fails)."""
    push = hook.push
    try:
        numbers, repairs, warnings = _recipients(push, values, hook.region)
        message, noted = _message(push, values)
    except TemplateFault as fault:
        raise HookError(f"A template of hook {hook.name} failed: {fault}.") from fault
    messages = tuple(dataclasses.replace(message, to=number) for number in numbers)
    return Rendered(messages, (*repairs, *noted), (*warnings, *_doubts(message)))


def _recipients(push: Push, values: Values, region: str | None) -> tuple[list[str], list[Repair], list[str]]:
    numbers: dict[str, None] = {}
    repairs: list[Repair] = []
    warnings: list[str] = []
    faults: list[str] = []
    for entry in _entries(text.value(values) for text in push.to):
        try:
            found = phone.recipient(entry, region=region)
        except phone.PhoneFault as fault:
            faults.append(str(fault))
            continue
        repairs.extend(found.repairs)
        warnings.extend(found.warnings)
        if found.number in numbers:
            repairs.append(Repair("to", "same_number_twice", found.number, "sent once"))
        numbers[found.number] = None
    if not faults and not numbers:
        faults.append("There is no number to send to: every entry of `to` is empty.")
    if len(numbers) > MOST_RECIPIENTS:
        faults.append(f"{len(numbers):,} numbers are more than the {MOST_RECIPIENTS:,} that one event may message.")
    if faults:
        raise InvalidFields(" ".join(faults[:3]), fields={"to": faults})
    return list(numbers), repairs, warnings


def _entries(values: Iterable[Any]) -> Iterable[Any]:
    for value in values:
        if isinstance(value, phone.PhoneNumber):
            yield value
        elif isinstance(value, list | tuple):
            yield from _entries(value)
        elif value is not None:
            yield from (part for part in str(value).replace(";", ",").replace("\n", ",").split(",") if part.strip())


def _message(push: Push, values: Values) -> tuple[Message, list[Repair]]:
    template, repairs = _template(push.template, values)
    text = None if push.message is None else _free_text(push.message.render(values), has_media=push.media is not None)
    message = Message(
        to="",
        account=_line(push.account, values) or "main",
        text=text,
        media=_url(_line(push.media, values)),
        media_name=_line(push.media_name, values),
        template=template,
        location=None if push.location is None else rendered(push.location, values),
        contact=None if push.contact is None else tuple(rendered(push.contact, values)),
        reference=_line(push.reference, values),
        priority=_priority(rendered(push.priority, values)),
        application=_application(rendered(push.application, values)),
        extra=rendered(push.extra, values),
    )
    if (push.media is not None and message.media is None) and text is None and template is None:
        raise InvalidFields("There is nothing to send: the media address is empty.", fields={"media": ["Is empty."]})
    return message, repairs


def _free_text(raw: str, *, has_media: bool) -> str | None:
    text = raw.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > MOST_TEXT:
        sentence = f"The message has {len(text):,} characters; WhatsApp takes {MOST_TEXT:,}. Shorten its text."
        raise InvalidFields(sentence, fields={"message": [sentence]})
    if not text.strip():
        if has_media:
            return None
        sentence = "The message is blank: every part of its text came empty."
        raise InvalidFields(sentence, fields={"message": [sentence]})
    return text


def _line(text: Text | None, values: Values) -> str | None:
    return None if text is None else text.render(values).strip() or None


def _url(text: str | None) -> str | None:
    if text is not None and not re.match(r"https?://[^\s]+\Z", text):
        sentence = f'media must be an address such as https://example.com/a.jpg, not "{text[:60]}".'
        raise InvalidFields(sentence, fields={"media": [sentence]})
    return text


def _template(declared: Mapping[str, Any] | None, values: Values) -> tuple[Template | None, list[Repair]]:
    if declared is None:
        return None, []
    repairs: list[Repair] = []
    parts = [
        _clean(text.render(values), f"template value {at}", repairs) for at, text in enumerate(declared["values"], 1)
    ]
    if empty := [str(at) for at, part in enumerate(parts, 1) if not part]:
        sentence = f"Template value {', '.join(empty)} is empty; WhatsApp refuses a template with an empty value."
        raise InvalidFields(sentence, fields={"template": [sentence]})
    header = [_clean(text.render(values), "template header", repairs) for text in declared.get("header") or []]
    template = Template(
        id=declared["id"].render(values).strip(),
        language=declared["language"].render(values).strip(),
        values=tuple(parts),
        header=(header[0] if len(header) == 1 else tuple(header)) if header else None,
    )
    return template, repairs


def _clean(raw: str, name: str, repairs: list[Repair]) -> str:
    """A template value may hold no line break, tab or more than four blanks in a row (Meta's rule)."""
    text = _RUNS.sub(" ", raw).strip()
    if text != raw.strip():
        repairs.append(Repair(name, "template_value_cleaned", raw.strip()[:80], text[:80]))
    return text


def _priority(value: Any) -> int:
    word = str(value).strip().lower()
    if word not in _PRIORITIES:
        sentence = f'priority must be 0 (low) or 1 (high), not "{word[:20]}".'
        raise InvalidFields(sentence, fields={"priority": [sentence]})
    return _PRIORITIES[word]


def _application(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    if text and (not text.isascii() or not text.isdecimal()):
        sentence = f'application must be the number of a channel such as 8, not "{text[:20]}".'
        raise InvalidFields(sentence, fields={"application": [sentence]})
    return text or None


def _doubts(message: Message) -> list[str]:
    doubts = []
    if message.text is not None and len(message.text) > MUCH_TEXT:
        doubts.append(f"The message has {len(message.text):,} characters; above {MUCH_TEXT:,} some channels refuse it.")
    if message.media_name is not None and len(message.media_name) > MOST_MEDIA_NAME:
        doubts.append(f"media_name is longer than the {MOST_MEDIA_NAME} characters Picky Assist shows.")
    if message.location is not None or message.contact is not None:
        doubts.append("location and contact are passed on as given; their exact JSON is untested.")
    return doubts
