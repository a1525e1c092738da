"""A message's life: every state, what it means to its owner, and each way from one to another with what leads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MEANINGS: Final[Mapping[str, str]] = {
    "queued": "It waits its turn.",
    "sending": "It is being handed to Picky Assist right now.",
    "retrying": "Picky Assist could not take it; it is tried again by itself.",
    "accepted": "Picky Assist has it. It is not confirmed on the phone yet.",
    "submitted": "WhatsApp or the SMS channel has it. It is not confirmed on the phone yet.",
    "delivered": "It arrived on the phone.",
    "read": "It was read.",
    "parked": "The account cannot send. The message is kept and leaves once the account can.",
    "unknown": "It was sent, but no answer came. It may have arrived.",
    "held": "It waits for a person or a set hour.",
    "failed": "It was not delivered.",
    "refunded": "It did not arrive; Picky Assist gave the credit back.",
    "dead": "It was given up after too many tries.",
    "cancelled": "It was stopped before it was sent.",
}

EVENT_STATES: Final = ("queued", "ignored", "rejected")
"""What became of an event at once; it stands alone where the event made no message."""

DUE: Final = ("queued", "retrying")
RANKS: Final[Mapping[str, int]] = {
    "accepted": 0, "submitted": 1, "delivered": 2, "read": 3, "failed": 4, "refunded": 4,
}  # fmt: skip
"""What a delivery report may say, and what outdoes what: reports come in any order, and the last two end it."""
REPORTED: Final[Mapping[int, str]] = {
    0: "accepted", 1: "delivered", 2: "failed", 3: "read", 4: "submitted", 5: "refunded",
}  # fmt: skip
"""Picky Assist's delivery statuses; 0 is "unknown", and still says that it took the message."""
ARRIVED: Final = ("delivered", "read")
UNDELIVERED: Final = ("failed", "refunded")
MOVING: Final = frozenset({"queued", "retrying", "sending"})
WAITING: Final = ("queued", "retrying", "parked", "held")
"""Nothing of it is under way: it can be cancelled."""
ENDED_BADLY: Final = ("dead", "failed", "refunded", "unknown")
"""A person may have it sent again."""

LATE: Final = "a late answer or report"
STOPPED_BY: Final = "cancel, an opt-out, too late, or another way was taken"

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
    **{
        (here, there): "a delivery report"
        for here in ("accepted", "submitted", "delivered", "read", "unknown")
        for there in RANKS
        if RANKS[there] > RANKS.get(here, -1)
    },
    ("unknown", "delivered"): "a delivery report, or a person says that it arrived",
    ("queued", "dead"): "preparing it stopped a relay again and again",
    ("retrying", "dead"): "preparing it stopped a relay again and again",
    ("parked", "queued"): "the account can send again",
    ("queued", "held"): "quiet hours, a limit, the daily cap",
    ("retrying", "held"): "quiet hours, a limit, the daily cap",
    ("held", "queued"): "release, or its hour has come",
    ("unknown", "retrying"): "on_unknown: resend, or a late answer",
    **{
        (here, there): LATE
        for here in ("queued", "retrying", "parked", "held", "dead", "failed", "refunded", "cancelled")
        for there in ("accepted", "submitted", "delivered", "read")
    },
    ("unknown", "parked"): LATE,
    ("unknown", "held"): LATE,
    ("unknown", "dead"): LATE,
    ("unknown", "queued"): "replay",
    ("dead", "queued"): "replay",
    ("failed", "queued"): "replay",
    ("refunded", "queued"): "replay",
    ("queued", "cancelled"): STOPPED_BY,
    ("retrying", "cancelled"): STOPPED_BY,
    ("parked", "cancelled"): STOPPED_BY,
    ("held", "cancelled"): STOPPED_BY,
}
"""Each way a message may go, and what leads there; nothing else ever changes a message's state."""


def diagram() -> str:
    """The ways as a Mermaid state diagram, as it stands in `docs/delivery.md`."""
    ways = [f"    {here} --> {there}: {why}" for (here, there), why in TRANSITIONS.items() if why != LATE]
    return "\n".join(["stateDiagram-v2", "    [*] --> queued", "    [*] --> held: a set hour, quiet hours", *ways])
