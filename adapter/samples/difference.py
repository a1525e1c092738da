"""Where what came is not what was expected, as lines that a person reads."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapter.samples.expectation import Came

_SAME: Final = "           "
_BECAUSE: Final = "because  | "
_EXPECTED: Final = "expected | "
_GOT: Final = "got      | "


def differences(expected: Mapping[str, Any], came: Came) -> list[str]:
    """Lines for what differs, [] when nothing does. Only what is given in `expected` is looked at."""
    if expected["outcome"] != came.outcome:
        because = [_BECAUSE + _visible(came.reason)] if came.reason else []
        return [*_pair("outcome", expected["outcome"], came.outcome), *because]
    lines: list[str] = []
    if "reason" in expected and expected["reason"] not in came.reason:
        lines += _pair("reason: its sentence does not contain these words", expected["reason"], came.reason)
    if "fields" in expected and sorted(expected["fields"]) != sorted(came.fields):
        lines += _pair("fields", ", ".join(expected["fields"]), ", ".join(came.fields))
    if "messages" in expected:
        lines += _messages(expected["messages"], came.messages)
    return lines


def _messages(expected: list[Mapping[str, Any]], came: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    if len(expected) != len(came):
        yield from _pair("number of messages", str(len(expected)), str(len(came)))
    for number, (wanted, got) in enumerate(zip(expected, came, strict=False), 1):
        yield from _mapping(f"message {number}", wanted, got)


def _mapping(name: str, wanted: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    for key, value in wanted.items():
        found = got.get(key)
        if isinstance(value, Mapping):
            yield from _mapping(f"{name}, {key}", value, found or {})
        elif _lines(value) != _lines(found):
            yield from _pair(f"{name}, {key}", value, found)


def _lines(value: Any) -> list[str]:
    """A value line by line; blank lines at the end of a text are dropped before it is sent, so they do not count."""
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else str(value).rstrip().split("\n")


def _pair(name: str, wanted: Any, got: Any) -> list[str]:
    before, after = _lines(wanted) or ["(nothing)"], _lines(got) or ["(nothing)"]
    lines = [f"{name}:"]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, came_start, came_end in matcher.get_opcodes():
        if tag == "equal":
            lines += [_SAME + _visible(line) for line in before[start:end]]
        else:
            lines += [_EXPECTED + _visible(line) for line in before[start:end]]
            lines += [_GOT + _visible(line) for line in after[came_start:came_end]]
    return lines


def _visible(line: str) -> str:
    """A line with the blanks at its end, and characters that nobody sees, spelt out."""
    bare = line.rstrip(" ")
    shown = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in bare)
    return shown + "·" * (len(line) - len(bare))
