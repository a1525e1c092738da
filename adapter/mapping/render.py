"""Trusted values to finished messages: one for each recipient the hook's `to` names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from adapter.errors import HookError, InvalidFields
from adapter.intake.payload import Repair
from adapter.mapping import media, whatsapp
from adapter.mapping.approved import fill
from adapter.mapping.channel import channel_doubts, shown
from adapter.mapping.hook import Hook
from adapter.mapping.lint import MOST_MEDIA_NAME
from adapter.mapping.message import Message, Way
from adapter.mapping.push import FallbackWay, Push
from adapter.mapping.recipients import recipients
from adapter.mapping.send_at import moment_of
from adapter.mapping.settled import application_of, priority_of
from adapter.mapping.template import TemplateFault, Text, Values, rendered

__all__ = ["Rendered", "applies", "channel_doubts", "leaves_at", "render", "shown"]

_T = TypeVar("_T")


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


def leaves_at(hook: Hook, values: Values, *, now: float) -> float | None:
    """The moment that `send_at` gives, in Unix seconds; it may be past. None where there is none. Raises InvalidFields
    (too far ahead of `now`) and HookError (no date, or an expression that fails)."""
    rule = hook.courtesy.send_at
    try:
        return None if rule is None else moment_of(rule, values, zone=hook.voice.zone, now=now)
    except TemplateFault as fault:
        raise HookError(f"send_at of hook {hook.name} failed: {fault}.") from fault


def render(hook: Hook, values: Values) -> Rendered:
    """One message for each number in `to`. Raises InvalidFields (a number or text that cannot be sent) and
    HookError (a template that fails)."""
    push = hook.push
    try:
        numbers, repairs, warnings = recipients(push.to, values, hook.region)
        message, noted = _message(push, values)
        doubts = _doubts(push, message, values)
        ways = [_way(way, message, values, place=f"fallback[{at}]") for at, way in enumerate(push.ways)]
    except TemplateFault as fault:
        raise HookError(f"A template of hook {hook.name} failed: {fault}.") from fault
    message = dataclasses.replace(message, ways=tuple(one.way for one in ways))
    return Rendered(
        tuple(message.toward(number) for number in numbers),
        (*repairs, *noted, *(repair for one in ways for repair in one.repairs)),
        (*warnings, *doubts, *(doubt for one in ways for doubt in one.doubts)),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _RenderedWay:
    """A way, and what was changed or is doubtful about it, with its place."""

    way: Way
    repairs: tuple[Repair, ...]
    doubts: tuple[str, ...]


def _way(declared: FallbackWay, first: Message, values: Values, *, place: str) -> _RenderedWay:
    """One of the other ways of `first`."""
    push = declared.push
    try:
        own, repairs = _message(push, values)
    except InvalidFields as fault:
        keyed = {f"{place}.{key}": texts for key, texts in fault.fields.items()}
        raise InvalidFields(f"push.{place}: {fault.sentence}", fields=keyed) from fault
    except TemplateFault as fault:
        raise TemplateFault(f"push.{place}: {fault}") from fault
    account = first.account if push.account is None else own.account
    like = first if account == first.account else Message(to="", account=account)
    message = dataclasses.replace(
        own if push.says_something else first,
        account=account,
        application=like.application if push.application is None else own.application,
        priority=like.priority if push.priority is None else own.priority,
        reference=first.reference,
    )
    doubts = _doubts(push, own, values)
    return _RenderedWay(
        Way(message, declared.after),
        tuple(dataclasses.replace(one, field=f"{place}.{one.field}") for one in repairs),
        tuple(f"{place}: {doubt}" for doubt in doubts),
    )


def _message(push: Push, values: Values) -> tuple[Message, list[Repair]]:
    template, repairs = (None, []) if push.template is None else fill(push.template, values)
    text = None if push.message is None else _free_text(push.message, values, has_media=push.media is not None)
    message = Message(
        to="",
        account=_line(push.account, values) or "main",
        text=text,
        media=_address(_line(push.media, values)),
        media_name=_line(push.media_name, values),
        template=template,
        location=None if push.location is None else rendered(push.location, values),
        contact=None if push.contact is None else tuple(rendered(push.contact, values)),
        reference=_line(push.reference, values),
        priority=_settled(priority_of, rendered(push.priority, values), "priority"),
        application=_settled(application_of, rendered(push.application, values), "application"),
        extra=rendered(push.extra, values),
    )
    if (push.media is not None and message.media is None) and text is None and template is None:
        raise InvalidFields("There is nothing to send: the media address is empty.", fields={"media": ["Is empty."]})
    return message, repairs


def _free_text(source: Text, values: Values, *, has_media: bool) -> str | None:
    text = source.render(values).replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > whatsapp.MOST_TEXT:
        raise _refused("message", whatsapp.too_long(text, source.longest_part(values)))
    if not text.strip():
        if has_media:
            return None
        raise _refused("message", "The message is blank: every part of its text came empty.")
    return text


def _line(text: Text | None, values: Values) -> str | None:
    return None if text is None else text.render(values).strip() or None


def _address(text: str | None) -> str | None:
    if text is not None and (sentence := media.fault(text)):
        raise _refused("media", sentence)
    return text


def _settled(read: Callable[[Any], _T], value: Any, key: str) -> _T:
    try:
        return read(value)
    except ValueError as fault:
        raise _refused(key, f"{fault}.") from fault


def _refused(key: str, sentence: str) -> InvalidFields:
    return InvalidFields(sentence, fields={key: [sentence]})


def _doubts(push: Push, message: Message, values: Values) -> list[str]:
    doubts = []
    if message.text is not None:
        doubts += whatsapp.doubts(message.text)
        doubts += whatsapp.brought(message.text, values, push.message.names if push.message else ())
    if message.media is not None:
        doubts += media.doubts(message.media, message.media_name, has_text=message.text is not None)
    if message.media_name is not None and len(message.media_name) > MOST_MEDIA_NAME:
        doubts.append(f"media_name is longer than the {MOST_MEDIA_NAME} characters Picky Assist shows.")
    if message.location is not None or message.contact is not None:
        doubts.append("location and contact are passed on as given; their exact JSON is untested.")
    return doubts
