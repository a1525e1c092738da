"""What pausing and resuming answers, of a hook and of an account alike."""

from __future__ import annotations

from typing import Any

from adapter.delivery import control
from adapter.web.inbound import services


def switched(kind: str, name: str, *, changed: bool, queued: int = 0) -> dict[str, Any]:
    """Whether that changed anything, how many messages of it wait, and how many parked ones were queued."""
    here = services()
    waiting = control.waiting(here.store, kind, here.destination)
    return {"changed": changed, "waiting": waiting[name], "queued": queued}
