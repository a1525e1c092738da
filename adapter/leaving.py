"""When a message may leave, and by how many other ways, as a person may look at it before it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from adapter.delivery.batch import Outgoing


def leaving(one: Outgoing, zone: dt.tzinfo) -> dict[str, Any]:
    """Plain JSON: `courtesy` with the keys of its hook (spans in seconds, `send_at` in `zone`), and the number of ways
    under `fallback`; neither where there is none of it."""
    courtesy: dict[str, Any] = {}
    if one.delay:
        courtesy["delay"] = one.delay
    if one.send_at is not None:
        courtesy["send_at"] = dt.datetime.fromtimestamp(one.send_at, zone).isoformat(timespec="seconds")
    if one.expires is not None:
        courtesy["expires"] = one.expires
    told = one.courtesy or {}
    if "quiet" in told:
        courtesy["quiet"] = _quiet(told["quiet"])
    if "limit" in told:
        courtesy["limit"] = dict(told["limit"])
    found: dict[str, Any] = {"courtesy": courtesy} if courtesy else {}
    return found | ({"fallback": len(one.ways)} if one.ways else {})


def _quiet(hours: Mapping[str, Any]) -> dict[str, Any]:
    clocks = {key: f"{hours[key] // 60:02}:{hours[key] % 60:02}" for key in ("from", "until")}
    return {**clocks, "zones": list(hours["zones"])}
