"""A story as text for a terminal, a line a step."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter.delivery.saying import Step, visible

_MOST_LINE: Final = 10_000
_BLANK: Final = f"{'':<19}  {'':<10}"


def story_lines(told: Mapping[str, Any], *, zone: str = "UTC") -> list[str]:
    """The story that `adapter.delivery.story.story` tells; `zone` is the time zone of its times."""
    lines = [f"Event {told['id']} of hook {told['hook']}: {told['status']}", f"Times are in {zone}."]
    lines += [line for step in told["steps"] for line in _step_lines(step, zone)]
    if (counted := summary(told)) is not None:
        lines += [counted]
    for message in told["messages"]:
        lines += ["", f"Message {message['id']} to {visible(message['number'])}: {message['status']}"]
        lines += _message_lines(message, zone)
    return lines


def summary(told: Mapping[str, Any]) -> str | None:
    """How many messages there are in which state, where that is not plain from the messages told; None elsewhere."""
    total = sum(told["states"].values())
    if total < 2:
        return None
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(told["states"].items()))
    shown = len(told["messages"])
    if shown >= total:
        return f"{total:,} messages: {states}."
    what = "The first" if shown > 1 else "One"
    these = f"{what} {shown:,} of them follow" if shown > 1 else "One of them follows"
    return f"{total:,} messages: {states}. {these}; to see another, name it: python -m adapter why {told['id']}-{total}"


def moment(at: float | None, zone: str) -> str:
    """A time as people read it; nothing for none."""
    if at is None:
        return ""
    return dt.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def _step_lines(step: Step, zone: str) -> Iterator[str]:
    yield f"{moment(step['at'], zone):<19}  {step['step']:<10} {step['text']}".rstrip()
    if step["do"]:
        yield f"{_BLANK} What to do: {step['do']}"


def _message_lines(message: Mapping[str, Any], zone: str) -> Iterator[str]:
    for step in message["steps"]:
        yield from _step_lines(step, zone)
        if step["step"] == "rendered" and message.get("text"):
            yield from (f"{_BLANK} | {visible(line, _MOST_LINE)}" for line in message["text"].split("\n"))
