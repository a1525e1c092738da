"""What a sender is answered, as flat JSON: `error` and `message` are the same human sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapter.errors import Refusal
from adapter.line import Taken


def success(
    taken: Taken,
    *,
    identity: str | None,
    status: str,
    messages: int,
    duplicate: bool,
    practice: bool,
    skipped: int = 0,
) -> dict[str, Any]:
    """The answer to a request that was taken, now or before; `skipped` messages came before and are not sent again."""
    answer: dict[str, Any] = {
        "ok": True,
        "id": identity,
        "status": status,
        "messages": messages,
        "duplicate": duplicate,
        "message": _sentence(taken, status, messages, duplicate=duplicate, practice=practice),
    }
    if skipped:
        answer["skipped"] = skipped
        answer["message"] += f" {skipped:,} more came before; nothing is sent a second time."
    if taken.errors:
        answer["errors"] = taken.errors
        answer["message"] += f" {len(taken.errors):,} cannot be sent: see errors."
    if taken.payload is not None:
        answer["decoded_as"] = taken.payload.decoded_as
    if taken.repairs:
        answer["repairs"] = [repair_json(repair) for repair in taken.repairs]
    if taken.warnings:
        answer["warnings"] = list(taken.warnings)
    return answer


def _sentence(taken: Taken, status: str, messages: int, *, duplicate: bool, practice: bool) -> str:
    if taken.ignored is not None:
        return taken.ignored
    if duplicate:
        return "The same event came before; nothing is sent a second time."
    if not messages:
        return "Nothing new is sent."
    what = "1 message is" if messages == 1 else f"{messages:,} messages are"
    where = " (practice: nothing reaches a real phone)" if practice else ""
    return f"{what} {status}{where}."


def refused(
    refusal: Refusal, *, request_id: str, received_keys: Sequence[str] = (), identity: str | None = None
) -> dict[str, Any]:
    """The answer to a request that was not taken."""
    answer: dict[str, Any] = {
        "ok": False,
        "error": refusal.sentence,
        "message": refusal.sentence,
        "code": refusal.code,
        "fields": refusal.fields,
        "received_keys": list(received_keys),
        "request_id": request_id,
    }
    return answer if identity is None else answer | {"id": identity}


def repair_json(repair: Any) -> dict[str, str]:
    """One repair as `{"field", "code", "was", "now"}`."""
    return {"field": repair.field, "code": repair.code, "was": repair.was, "now": repair.now}


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Trusted values as JSON shows them: decimals and dates as text."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def flat(values: Mapping[str, Any]) -> dict[str, str]:
    """Values that `plain` made, as texts; those of an element of `for_each` under its index, such as `[2].phone`."""
    return dict(_flat(values, ""))


def _flat(values: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and name.isdecimal():
            yield from _flat(value, f"[{name}].")
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            yield place + name, "" if value is None else text
