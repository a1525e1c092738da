"""What came of trying a hook, cut to what a page can hold: how it was read, what was made of it, each message."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from adapter.answers import flat
from adapter.delivery.hiding import hidden
from adapter.errors import fault_lines
from adapter.mapping.faults import Fault
from adapter.trying_out import Trial
from adapter.web.console.bubbles import Bubble, bubble_of

_MOST_LISTED: Final = 30
_MOST_BUBBLES: Final = 5
_MOST_VALUE: Final = 300
_MOST_JSON: Final = 8_000
_SENTENCES: Final[Mapping[str, str]] = {
    "queued": "would be sent",
    "ignored": "Nothing would be sent, on purpose.",
    "rejected": "Nothing would be sent.",
    "unauthenticated": "Nothing would be sent.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One message as the phone would show it."""

    number: str
    account_url: str
    bubble: Bubble


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """A trial as the page shows it. `state` is empty where there is nothing but faults of the text."""

    faults: tuple[Fault, ...] = ()
    doubts: tuple[Fault, ...] = ()
    sentence: str = ""
    state: str = ""
    headline: str = ""
    because: str = ""
    decoded_as: str = ""
    repairs: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    sent: tuple[Sent, ...] = ()
    more: int = 0
    pushes: str = ""
    status: int = 0
    answer: str = ""


def outcome_of(trial: Trial, *, shows_numbers: bool) -> Outcome:
    """The trial for the page; numbers hidden where the owner did not ask to see them."""
    faults, doubts = trial.faults[:_MOST_LISTED], trial.doubts[:_MOST_LISTED]
    if trial.shown is None:
        return Outcome(faults=faults, doubts=doubts, sentence=trial.sentence)
    shown: Mapping[str, Any] = trial.shown if shows_numbers else hidden(trial.shown)
    items = [(push, item) for push in shown["pushes"] for item in push["body"]["data"]]
    answer = shown["answer"]
    return Outcome(
        doubts=doubts,
        state=shown["outcome"],
        headline=_headline(shown["outcome"], len(items)),
        because="" if shown["outcome"] == "queued" else _cut(answer["message"]),
        decoded_as=f"{shown['decoded_as']}, because {shown['because']}" if shown["decoded_as"] else "",
        repairs=tuple({key: _cut(text) for key, text in one.items()} for one in shown["repairs"][:_MOST_LISTED]),
        warnings=tuple(_cut(text) for text in shown["warnings"][:_MOST_LISTED]),
        errors=tuple((_cut(key), _cut(text)) for key, text in list(fault_lines(shown["errors"]))[:_MOST_LISTED]),
        fields=tuple((name, _cut(text)) for name, text in list(flat(shown["fields"]).items())[:_MOST_LISTED]),
        sent=tuple(_sent(push, item) for push, item in items[:_MOST_BUBBLES]),
        more=max(0, len(items) - _MOST_BUBBLES),
        pushes=_json(shown["pushes"]),
        status=shown["status"],
        answer=_json(answer),
    )


def _headline(outcome: str, messages: int) -> str:
    if outcome != "queued":
        return _SENTENCES[outcome]
    return f"{'1 message' if messages == 1 else f'{messages:,} messages'} {_SENTENCES[outcome]}."


def _sent(push: Mapping[str, Any], item: Mapping[str, Any]) -> Sent:
    head = {key: value for key, value in push["body"].items() if key not in {"token", "data"}}
    return Sent(str(item.get("number", "")), str(push["url"]), bubble_of(head, item))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return text if len(text) <= _MOST_JSON else f"{text[:_MOST_JSON]}\n… {len(text) - _MOST_JSON:,} more characters"


def _cut(text: Any) -> str:
    text = str(text)
    return text if len(text) <= _MOST_VALUE else f"{text[:_MOST_VALUE]}…"
