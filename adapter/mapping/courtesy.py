"""When a hook's messages may leave: not at once, not at night, not too many to one person, and not too late."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from adapter.mapping.push import Checks
from adapter.mapping.send_at import compile_send_at
from adapter.mapping.template import Rule
from adapter.mapping.zones import MINUTES, leave_no_minute, zones_of

RECIPIENT: Final = "recipient"
HOOK: Final = "hook"


@dataclasses.dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing leaves: `starts` and `ends` are minutes of the day in `zone`, or where the recipient is
    (None); `home` is the hook's own zone, for numbers whose place nobody knows."""

    starts: int
    ends: int
    zone: str | None
    home: str

    def zones(self, number: str, *, now: float) -> tuple[str, ...]:
        """The zones that count for a number: all it may be in, or `home` where those would leave no minute open."""
        if self.zone is not None:
            return (self.zone,)
        found = zones_of(number, home=self.home)
        return (self.home,) if leave_no_minute(found, self.starts, self.ends, now=now) else found


@dataclasses.dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages of the hook to one recipient `within` seconds."""

    count: int
    within: float


@dataclasses.dataclass(frozen=True, slots=True)
class Courtesy:
    """`delay` and `expires` are seconds; nothing of it holds unless its hook says so."""

    delay: float = 0.0
    send_at: Rule | None = None
    expires: float | None = None
    quiet: Quiet | None = None
    limit: Limit | None = None

    def toward(self, number: str, *, now: float) -> dict[str, Any] | None:
        """The quiet hours and the limit of a message to `number`, as plain data; None without either."""
        found: dict[str, Any] = {}
        if self.quiet is not None:
            zones = list(self.quiet.zones(number, now=now))
            found["quiet"] = {"from": self.quiet.starts, "until": self.quiet.ends, "zones": zones}
        if self.limit is not None:
            found["limit"] = {"count": self.limit.count, "within": self.limit.within}
        return found or None


def compile_courtesy(data: Mapping[str, Any], checks: Checks) -> Courtesy:
    """The courtesy of a hook file whose shape was checked; faults and doubts go to `checks`."""
    send_at = None
    if (source := data.get("send_at")) is not None:
        send_at = checks.checked(lambda: compile_send_at(source, checks.voice), ("send_at",))
    quiet = _quiet(data.get("quiet") or {}, home=str(checks.voice.zone))
    limit = data.get("limit") or {}
    expires = data.get("expires")
    if quiet is not None and expires is not None and expires < (lasts := (quiet.ends - quiet.starts) % MINUTES * 60):
        checks.note(
            ("expires",), f"is shorter than the quiet hours ({lasts / 3600:g}h): what comes early in them expires"
        )
    return Courtesy(
        delay=data.get("delay", 0.0),
        send_at=send_at,
        expires=expires,
        quiet=quiet,
        limit=Limit(limit["count"], limit["within"]) if limit.keys() >= {"count", "within"} else None,
    )


def _quiet(data: Mapping[str, Any], *, home: str) -> Quiet | None:
    if not data.keys() >= {"starts", "ends", "zone"}:  # none, or a fault of its shape, which is told
        return None
    zone = {RECIPIENT: None, HOOK: home}.get(data["zone"], data["zone"])
    return Quiet(data["starts"], data["ends"], zone, home)
