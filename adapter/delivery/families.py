"""Five families of states, as a person sorts them: what moves, what arrived, what needs somebody, what ended badly."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: its family, a sign beside the word, and the word."""

    family: str
    sign: str
    word: str


FAMILIES: Final[Mapping[str, str]] = {
    "moving": "on the way",
    "arrived": "arrived",
    "person": "needs you",
    "badly": "ended badly",
    "quiet": "nothing to do",
}
"""The families in the order in which they are shown, with their words."""

LOOKS: Final[Mapping[str, Look]] = {
    "queued": Look("moving", "…", "Queued"),
    "sending": Look("moving", "→", "Sending"),
    "retrying": Look("moving", "↻", "Retrying"),
    "accepted": Look("moving", "✓", "Accepted"),
    "submitted": Look("moving", "✓", "Submitted"),
    "delivered": Look("arrived", "✓✓", "Delivered"),
    "read": Look("arrived", "✓✓", "Read"),
    "parked": Look("person", "⏸", "Parked"),
    "unknown": Look("person", "?", "Unknown"),
    "held": Look("person", "✋", "Held"),
    "failed": Look("badly", "✕", "Failed"),
    "dead": Look("badly", "✕", "Dead"),
    "refunded": Look("badly", "↩", "Refunded"),
    "rejected": Look("badly", "⊘", "Rejected"),
    "ignored": Look("quiet", "–", "Ignored"),
    "duplicate": Look("quiet", "=", "Duplicate"),
    "cancelled": Look("quiet", "×", "Cancelled"),
}
"""Of each state of a message, and of an event that made none."""

OF_FAMILY: Final[Mapping[str, tuple[str, ...]]] = {
    family: tuple(state for state, look in LOOKS.items() if look.family == family) for family in FAMILIES
}
