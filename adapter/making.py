"""From a payload to finished messages: each element of it through fields, rule and texts; elements fail alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from adapter.delivery.batch import Outgoing, outgoing, way_of
from adapter.errors import HookError, InvalidFields, Refusal
from adapter.intake.payload import Payload, Repair
from adapter.leaving import leaving
from adapter.mapping.dedupe import DedupeKey, element_keys
from adapter.mapping.elements import Element, elements
from adapter.mapping.hook import Hook
from adapter.mapping.message import Message
from adapter.mapping.render import applies, channel_doubts, leaves_at, render, shown
from adapter.mapping.template import budget
from adapter.picky.account import Account

MOST_MESSAGES: Final = 1_000


@dataclasses.dataclass(slots=True)
class Made:
    """What a hook made of one payload.

    `fields` are the trusted values, with `for_each` by the index of the element. `errors` are faults by the sender's
    own key, with `for_each` by index first, also where other elements are sent. `shown` is each message as the phone
    shows it.
    """

    hook: Hook
    fields: dict[str, Any] = dataclasses.field(default_factory=dict)
    repairs: list[Repair] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    messages: list[Outgoing] = dataclasses.field(default_factory=list)
    shown: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    errors: dict[str, Any] = dataclasses.field(default_factory=dict)
    contents: dict[str, int] = dataclasses.field(default_factory=dict, repr=False)


def make(
    made: Made,
    payload: Payload,
    accounts: Mapping[str, Account],
    *,
    keys: Sequence[DedupeKey] = (),
    now: float,
    clock: Callable[[], float],
) -> str | None:
    """Fill `made` with the messages of a payload; the reason where nothing is sent on purpose, else None.

    Raises InvalidFields and HookError where no element can be sent. `keys` are the event's own, see `element_keys`;
    `now` is when it came, in Unix seconds; `clock` bounds how long the texts may take.
    """
    listed = elements(made.hook, payload.data)
    made.repairs.extend(listed.repairs)
    if not listed.count:
        return f"Not sent, on purpose: nothing was found under {made.hook.for_each.key if made.hook.for_each else ''}."
    passed, last = 0, None
    with budget(clock):
        for element in listed.found:
            try:
                passed += not _make_one(made, element, payload, accounts, keys, now=now)
            except (InvalidFields, HookError) as refusal:
                if element.index is None:
                    raise
                made.errors[str(element.index)] = refusal.fields or {"hook": [refusal.sentence]}
                last = refusal
    if last is not None and not made.messages and not passed:
        raise _all_failed(made.errors, last)
    return None if made.messages else _passed_over(made.hook)


def _make_one(
    made: Made,
    element: Element,
    payload: Payload,
    accounts: Mapping[str, Account],
    whole: Sequence[DedupeKey],
    *,
    now: float,
) -> bool:
    """Add the messages of one element; False where the hook's rule passes it over."""
    hook = made.hook
    loaded = hook.fields.load(element.source, received=payload.received_keys)
    if element.index is None:
        made.fields.update(loaded.values)
    else:
        made.fields[str(element.index)] = loaded.values
    _note(made, loaded, element.index)
    if not applies(hook, loaded.values):
        return False
    rendered = render(hook, loaded.values)
    send_at = leaves_at(hook, loaded.values, now=now)
    _note(made, rendered, element.index)
    numbers = [message.to for message in rendered.messages]
    keys = element_keys(hook, element, loaded, whole=whole, numbers=numbers)
    for message in rendered.messages:
        one = dataclasses.replace(
            _outgoing(made, message, accounts),
            keys=keys, element=element.index, resend=hook.on_unknown == "resend",
            delay=hook.courtesy.delay, send_at=send_at, expires=hook.courtesy.expires,
            courtesy=hook.courtesy.toward(message.to, now=now), notify=hook.told_states,
        )  # fmt: skip
        _add(made, one, message)
    return True


def _outgoing(made: Made, message: Message, accounts: Mapping[str, Account]) -> Outgoing:
    """One message with its other ways; one that would do the same again is left out."""
    ways: list[Mapping[str, Any]] = []
    account = _account(made.hook, message, accounts)
    one = outgoing(message, account)
    _warn(made, channel_doubts(message, message.application or account.application))
    before: Any = (one.account, one.head, one.item)
    for at, way in enumerate(message.ways):
        account = _account(made.hook, way.message, accounts)
        other = way_of(way.message, account, after=way.after)
        does = (other["account"], other["head"], other["item"])
        if does == before:
            _warn(made, [f"fallback[{at}] does the same as the way before it; it is left out."])
            continue
        doubts = channel_doubts(way.message, way.message.application or account.application)
        _warn(made, [f"fallback[{at}]: {doubt}" for doubt in doubts])
        ways.append(other)
        before = does
    return dataclasses.replace(one, ways=tuple(ways))


def _add(made: Made, one: Outgoing, message: Message) -> None:
    content = json.dumps([one.account, one.head, one.item, one.send_at, one.ways], sort_keys=True, default=str)
    if (kept := made.contents.get(content)) is not None:  # whatever it was made from counts as sent
        same = made.messages[kept]
        made.messages[kept] = dataclasses.replace(same, keys=tuple(dict.fromkeys((*same.keys, *one.keys))))
        made.repairs.append(Repair("to", "same_message_twice", one.number, "sent once"))
        return
    if len(made.messages) >= MOST_MESSAGES:
        sentence = f"This event makes more than {MOST_MESSAGES:,} messages; send it in parts."
        raise InvalidFields(sentence, fields={"to": [sentence]})
    made.contents[content] = len(made.messages)
    made.messages.append(one)
    made.shown.append(shown(message, application=str(one.head["application"])) | leaving(one, made.hook.voice.zone))


def _warn(made: Made, doubts: Iterable[str]) -> None:
    made.warnings.extend(text for text in doubts if text not in made.warnings)


def _note(made: Made, stage: Any, index: int | None) -> None:
    """Keep what a stage changed and doubted, under the index of the element it belongs to."""
    place = "" if index is None else f"[{index}]."
    made.repairs.extend(dataclasses.replace(one, field=place + one.field) for one in stage.repairs)
    made.warnings.extend(place + text for text in stage.warnings)


def _all_failed(errors: Mapping[str, Any], last: Refusal) -> Refusal:
    if len(errors) > 1:
        last = InvalidFields(f"None of the {len(errors):,} elements can be sent; the last: {last.sentence}")
    last.fields = dict(errors)
    return last


def _passed_over(hook: Hook) -> str:
    rule = hook.when.source.strip() if hook.when else ""
    return f"Not sent, on purpose: the rule `{rule}` was false."


def _account(hook: Hook, message: Message, accounts: Mapping[str, Account]) -> Account:
    if message.account not in accounts:
        raise HookError(f'Hook {hook.name} sends through the account "{message.account}", which does not exist.')
    return accounts[message.account]
