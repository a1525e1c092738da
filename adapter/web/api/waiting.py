"""How many messages of a hook or an account wait: read from the tallies, so that nothing has to be counted."""

from __future__ import annotations

from typing import Literal

from adapter.delivery import tallies
from adapter.delivery.states import WAITING
from adapter.web.inbound import services


def waiting_of(kind: Literal["hook", "account"], name: str) -> int:
    """The messages of it that wait to be sent."""
    rows = tallies.by_hook(services().store, services().destination)
    return sum(one.count for one in rows if one.status in WAITING and getattr(one, kind) == name)
