"""A message's life: every state, what it means to its owner, and each way from one to another with what leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, str]] = {
    "queued": "It waits its turn.",
    "sending": "It is being handed to Picky Assist right now.",
    "retrying": "Picky Assist could not take it; it is tried again by itself.",
    "accepted": "Picky Assist has it. It is not confirmed on the phone yet.",
    "submitted": "It was handed to the channel.",
    "delivered": "It arrived on the phone.",
    "read": "It was read.",
    "parked": "The account cannot send. The message is kept and leaves once the account can.",
    "unknown": "It was sent, but no answer came. It may have arrived.",
    "held": "It waits for a person or a set hour.",
    "failed": "It was refused and not delivered.",
    "refunded": "It did not arrive; Picky Assist gave the credit back.",
    "dead": "It was given up after too many tries.",
    "cancelled": "It was stopped before it was sent.",
}

EVENT_STATES: Final = ("queued", "ignored", "rejected")
"""What became of an event at once; it stands alone where the event made no message."""

DUE: Final = ("queued", "retrying")
MOVING: Final = frozenset({"queued", "retrying", "sending"})
WAITING: Final = ("queued", "retrying", "parked", "held")
"""Nothing of it is under way: it can be cancelled."""
ENDED_BADLY: Final = ("dead", "failed", "unknown")
"""A person may have it sent again."""

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("queued", "sending"): "the attempt is written down, the call begins",
    ("retrying", "sending"): "its time came",
    ("sending", "accepted"): "status 100",
    ("sending", "retrying"): "surely not sent, or refused in a way that passes",
    ("sending", "parked"): "the account cannot send",
    ("sending", "failed"): "refused for its content",
    ("sending", "held"): "a push refused as a whole, PICKY_SPLIT=0",
    ("sending", "unknown"): "no answer that can be read, or the relay died",
    ("sending", "dead"): "the last try failed",
    ("queued", "dead"): "preparing it stopped a relay again and again",
    ("retrying", "dead"): "preparing it stopped a relay again and again",
    ("parked", "queued"): "the account can send again",
    ("held", "queued"): "release",
    ("unknown", "accepted"): "a late answer",
    ("unknown", "retrying"): "on_unknown: resend, or a late answer",
    ("queued", "accepted"): "a late answer",
    ("retrying", "accepted"): "a late answer",
    ("parked", "accepted"): "a late answer",
    ("held", "accepted"): "a late answer",
    ("dead", "accepted"): "a late answer",
    ("failed", "accepted"): "a late answer",
    ("cancelled", "accepted"): "a late answer",
    ("unknown", "failed"): "a late answer",
    ("unknown", "parked"): "a late answer",
    ("unknown", "held"): "a late answer",
    ("unknown", "dead"): "a late answer",
    ("unknown", "queued"): "replay",
    ("dead", "queued"): "replay",
    ("failed", "queued"): "replay",
    ("queued", "cancelled"): "cancel",
    ("retrying", "cancelled"): "cancel",
    ("parked", "cancelled"): "cancel",
    ("held", "cancelled"): "cancel",
}
"""Each way a message may go, and what leads there; nothing else ever changes a message's state."""


def diagram() -> str:
    """The ways as a Mermaid state diagram, as it stands in `docs/delivery.md`."""
    ways = [f"    {here} --> {there}: {why}" for (here, there), why in TRANSITIONS.items() if why != "a late answer"]
    return "\n".join(["stateDiagram-v2", "    [*] --> queued", *ways])
