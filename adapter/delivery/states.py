"""A message's life: every state, what it means to its owner, and which of them are ends."""

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
    "unknown": "It was sent, but no answer came. It may have arrived; it is not sent again by itself.",
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
