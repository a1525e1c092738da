"""What is expected of a sample request, as a file beside it; and what came of it, in the same words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.errors import messages_in
from adapter.located import YamlFault, read_yaml
from adapter.mapping.schema.types import Strict, TextOrList, text, word
from adapter.written import block, scalar, sequence

OUTCOMES: Final = ("queued", "ignored", "rejected")
_HEADING: Final = "# Written from what came out. Read it: what comes out is not always what should.\n"
_ONLY_QUEUED: Final = "belongs to outcome: queued; for this outcome give reason"
_ONLY_UNSENT: Final = "belongs to outcome: ignored or rejected"


class TemplateSchema(Strict):
    """An approved template."""

    id = word()
    language = text()
    values = fields.List(word())
    header = TextOrList()


class MessageSchema(Strict):
    """One message; what is not given is not looked at."""

    to = word()
    message = text()
    media = text()
    template = fields.Nested(TemplateSchema)
    application = word()
    account = text()
    reference = word()


class ExpectationSchema(Strict):
    """A whole expectation."""

    outcome = text(
        load_default="queued",
        validate=validate.OneOf(OUTCOMES, error="must be " + ", ".join(OUTCOMES[:2]) + " or rejected"),
    )
    messages = fields.List(fields.Nested(MessageSchema), error_messages={"invalid": "must be a list of messages"})
    reason = text()
    fields_ = fields.List(text(), data_key="fields", error_messages={"invalid": "must be a list such as [phone]"})

    @ma.validates_schema
    def fits_its_outcome(self, data: Mapping[str, Any], **_: Any) -> None:
        """What is queued has messages, what is not has a reason."""
        queued = data["outcome"] == "queued"
        if "messages" in data and not queued:
            raise ma.ValidationError(_ONLY_QUEUED, "messages")
        if "reason" in data and queued:
            raise ma.ValidationError(_ONLY_UNSENT, "reason")
        if "fields_" in data and queued:
            raise ma.ValidationError(_ONLY_UNSENT, "fields")


@dataclasses.dataclass(frozen=True, slots=True)
class Came:
    """What came of a request: `messages` as plain data with every key of an expectation's, None where there is
    nothing; `reason` and the names of the `fields` at fault where nothing is sent."""

    outcome: str
    reason: str
    fields: tuple[str, ...]
    messages: tuple[Mapping[str, Any], ...]


class Unreadable(Exception):
    """An expectation that cannot be used; each of `faults` begins with its file and line."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def read_expectation(path: Path) -> dict[str, Any]:
    """The expectation in a file: `outcome`, and `messages`, `reason`, `fields` as given. Raises Unreadable."""
    try:
        located = read_yaml(path.read_text(encoding="utf-8-sig"))
        return {key.rstrip("_"): value for key, value in ExpectationSchema().load(located.data).items()}
    except YamlFault as fault:
        raise Unreadable([f"{path}:{fault.line}: {fault.sentence}"]) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise Unreadable([f"{path}:1: the file cannot be read as UTF-8 text"]) from fault
    except ma.ValidationError as fault:
        found = sorted((located.line(place), _spelt(place), sentence) for place, sentence in _flat(messages_in(fault)))
        raise Unreadable([f"{path}:{line}: {where}{sentence}" for line, where, sentence in found]) from fault


def _flat(messages: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, place if key == "_schema" else (*place, key))
    else:
        for sentence in messages:
            yield place, str(sentence)


def _spelt(place: tuple[str | int, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return f"{steps.lstrip('.')}: " if steps else ""


def write_expectation(came: Came, *, main_application: str) -> str:
    """The text of the file that expects what came; a channel or account is written only where it is not the main
    one's."""
    lines = [f"outcome: {came.outcome}"]
    if came.reason:
        lines.append(f"reason: {scalar(came.reason)}")
    if came.fields:
        lines.append(f"fields: {sequence(came.fields)}")
    if came.messages:
        lines.append("messages:")
        for message in came.messages:
            lines += _message_lines(message, main_application)
    return _HEADING + "\n".join(lines) + "\n"


def _message_lines(message: Mapping[str, Any], main_application: str) -> list[str]:
    usual = {"application": main_application, "account": "main"}
    given = {key: value for key, value in message.items() if value is not None and value != usual.get(key)}
    lines = []
    for key, value in given.items():
        lines += _template_lines(value) if key == "template" else [f"    {key}: {block(value, '      ')}"]
    return ["  - " + lines[0].lstrip(), *lines[1:]]


def _template_lines(template: Mapping[str, Any]) -> list[str]:
    given = {key: value for key, value in template.items() if value}
    spelt = {key: sequence(value) if isinstance(value, list) else scalar(value) for key, value in given.items()}
    return ["    template:", *(f"      {key}: {value}" for key, value in spelt.items())]
