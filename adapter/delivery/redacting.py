"""A story for somebody who may not know who was written to, and what: only what is listed here is left of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from adapter.delivery.texts import MOMENTS

_EVENT: Final = (
    "id", "hook", "source", "destination", "received_at", "method", "status", "decoded_as", "body_bytes", "duplicates",
    "duplicate_at", "states",
)  # fmt: skip
_MESSAGE: Final = (
    "id", "status", "account", "hook", "destination", "push_id", "msg_id", "error", "created_at", "due_at",
    "changed_at", "expires_at", "deadline_at", "chain", "way", "next_way", "ways_left",
)  # fmt: skip
_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "attempts": ("push", "started_at", "finished_at", "outcome", "delivery", "http_status", "body_status", "together"),
    "reports": ("push", "status", "at", "via"),
    "notices": ("id", "state", "status", "attempts", "http_status", "created_at", "finished_at"),
}
_SHOWN: Final = 2  # characters at each end of a number
_LONGEST_CHANNEL: Final = 4  # digits
_SHORT: Final = 8  # a number below that is hidden whole


def redacted(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an event and its messages, without numbers, texts, values, and anything of the request."""
    return {
        **_chosen(event, _EVENT),
        "repairs": [{"field": _name(one["field"]), "code": one["code"]} for one in event["repairs"] or []],
        "errors": _names(event["errors"] or {}),
        "messages": [_message(one) for one in event["messages"]],
    }


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    opt_out = message["opt_out"]
    return {
        **_chosen(message, _MESSAGE),
        "number": masked(message["number"]),
        "made": _made(message["made"]),
        **{key: [_chosen(one, names) for one in message[key]] for key, names in _LISTS.items()},
        "opt_out": opt_out and _chosen(opt_out, ("since", "via")),
    }


def _made(made: Mapping[str, Any]) -> dict[str, Any]:
    """How it was made; a channel or a template that a hook took from the request is not shown."""
    channel = str(made["channel"])
    return {
        "channel": channel if channel.isdecimal() and len(channel) <= _LONGEST_CHANNEL else "•",
        "template": "•" if made["template"] else None,
        "characters": made["characters"],
        "media": made["media"],
    }


def _chosen(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def masked(number: str) -> str:
    """The first two digits, which are of the country, and the last two: `91••••••••10`."""
    if len(number) < _SHORT:
        return "•" * len(number)
    return number[:_SHOWN] + "•" * (len(number) - 2 * _SHOWN) + number[-_SHOWN:]


_PLACE: Final = re.compile(r"((?:\[\d{1,5}\]\.)?)(.*)", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_]{0,23}")


def _name(field: str) -> str:
    """The name of a field, with its element's place. A sender's own key may be anything; what is no plain word of a
    program is not shown."""
    place, name = _PLACE.fullmatch(field).groups()  # type: ignore[union-attr]  # it fits every text
    return place + (name if _WORD.fullmatch(name) else "•")


def _names(faults: Mapping[str, Any]) -> dict[str, Any]:
    """The tree of faults with its keys alone; an element's index is one."""
    unseen = MOMENTS["wrong_unseen"].cause
    return {
        key if _INDEX.fullmatch(key) else _name(key): _names(inner) if isinstance(inner, Mapping) else [unseen]
        for key, inner in faults.items()
    }


_INDEX: Final = re.compile(r"\d{1,4}")
