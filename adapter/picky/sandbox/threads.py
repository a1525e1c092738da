"""The inbox as a phone has it: a thread for each number, with what its person wrote back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Final

from adapter.picky.sandbox.inbox import Message

MOST_THREADS: Final = 200
MOST_OF_ONE: Final = 200
_START: Final = 80  # characters of the newest text, in the list


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote: when, and the HTTP status of the webhook it was posted to (0: not reached)."""

    number: str
    text: str
    at: float
    http: int

    def view(self) -> dict[str, Any]:
        """As `/sandbox/thread` shows it."""
        return {"text": self.text, "at": self.at, "http": self.http}


def threads(messages: Sequence[Message], written: Iterable[Written]) -> list[dict[str, Any]]:
    """`number, messages, written, at, text` of the 200 numbers with the newest messages, newest first."""
    found: dict[str, dict[str, Any]] = {}

    def note(number: str, kind: str, at: float, text: str) -> None:
        one = found.setdefault(number, {"number": number, "messages": 0, "written": 0, "at": 0.0, "text": ""})
        one[kind] += 1
        if at >= one["at"]:
            one |= {"at": at, "text": text[:_START]}

    for message in messages:
        note(message.number, "messages", message.push.received_at, message.text)
    for one in written:
        note(one.number, "written", one.at, one.text)
    return sorted(found.values(), key=lambda one: -float(one["at"]))[:MOST_THREADS]


def thread(number: str, messages: Sequence[Message], written: Iterable[Written]) -> dict[str, Any]:
    """`number, total, messages, written` of one number: its newest 200 of each, oldest first."""
    theirs = [message for message in messages if message.number == number]
    told = [one.view() for one in written if one.number == number]
    return {
        "number": number,
        "total": len(theirs),
        "messages": [message.view() for message in theirs[-MOST_OF_ONE:]],
        "written": told[-MOST_OF_ONE:],
    }
