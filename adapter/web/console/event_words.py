"""The headline of a message and of an event in each state, what to do where nothing else says it, and the buttons."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from adapter.delivery.control import CANCEL, CONFIRM, RELEASE, SEND_AGAIN, Action

HEADLINES: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("Waiting its turn, to be sent to", "."),
    "sending": ("Being handed over right now, for", "."),
    "retrying": ("Not sent yet; it is tried again by itself, for", "."),
    "accepted": ("Accepted for", "; not confirmed on the phone yet."),
    "submitted": ("Submitted for", "; not confirmed on the phone yet."),
    "delivered": ("Delivered to", "."),
    "read": ("Read by", "."),
    "parked": ("Not sent yet to", ": the account cannot send."),
    "unknown": ("Unknown: it may or may not have reached", "."),
    "held": ("Held back, to be sent later to", "."),
    "failed": ("Failed: not delivered to", "."),
    "dead": ("Given up: not sent to", "."),
    "refunded": ("Refunded: it did not arrive at", "."),
    "cancelled": ("Cancelled: nothing was sent to", "."),
}
"""What stands before the number, and after it."""

NOTHING_TO_DO: Final = "Nothing needs to be done."
OTHERWISE: Final[Mapping[str, str]] = {
    "queued": "Nothing; it leaves by itself.",
    "sending": "Nothing; it takes some seconds.",
    "retrying": "Nothing; it is tried again by itself.",
    "parked": "Resume the account once it can send again.",
    "unknown": "Ask the recipient, then say here whether it arrived.",
    "held": "Send it now, or wait.",
    "failed": "Send it again once the cause is gone.",
    "dead": "Send it again once the cause is gone.",
    "refunded": "Check the number, then send it again.",
    "cancelled": "Nothing; if it should go after all, let its sender post it again.",
}
"""What to do, where the cause does not say it."""

EVENT_HEADLINES: Final[Mapping[str, str]] = {
    "rejected": "Not sent",
    "ignored": "Not sent, on purpose.",
    "queued": "Received; it made no message.",
}
"""Of an event that made no message."""


@dataclasses.dataclass(frozen=True, slots=True)
class Button:
    """A change that a person may make to a message: `action` is what `control` does, the label says it with its object;
    `note` is written down."""

    key: str
    label: str
    action: Action
    note: str
    statuses: tuple[str, ...] = ()


BUTTONS: Final[Mapping[str, Button]] = {
    one.key: one
    for one in (
        Button("arrived", "It arrived", CONFIRM, "message said to have arrived"),
        Button("again", "Send again", SEND_AGAIN, "message sent again"),
        Button("release", "Send it now", RELEASE, "message released"),
        Button("cancel", "Cancel it", CANCEL, "message cancelled"),
    )
}
ALL: Final[Mapping[str, Button]] = {
    one.key: one
    for one in (
        Button("again", "Send again", SEND_AGAIN, "messages sent again", ("failed", "dead", "refunded")),
        Button("release", "Send now", RELEASE, "messages released"),
        Button("cancel", "Cancel", CANCEL, "messages cancelled"),
    )
}
"""The same for all messages of an event; those that may have arrived are never sent again together."""

OF_STATE: Final[Mapping[str, tuple[str, ...]]] = {
    "queued": ("cancel",),
    "retrying": ("cancel",),
    "parked": ("cancel",),
    "unknown": ("arrived", "again"),
    "held": ("release", "cancel"),
    "failed": ("again",),
    "dead": ("again",),
    "refunded": ("again",),
}
"""The buttons of a state, the main one first, after those that resume what is paused or parked."""

DONE: Final[Mapping[str, tuple[str, str]]] = {
    "arrived": ("It counts as delivered from now on, and is never sent again.", ""),
    "again": ("It is queued again.", "{count} messages are queued again."),
    "release": ("It is queued, and leaves in its turn.", "{count} messages are queued, and leave in their turn."),
    "cancel": ("It is cancelled; nothing is sent.", "{count} messages are cancelled; nothing is sent of them."),
    "resumed_account": ("The account is resumed; what waited for it is queued.", ""),
    "resumed_hook": ("The hook is resumed; what waited for it leaves in its turn.", ""),
    "replay": (
        "Replayed: it made 1 message, which is queued.",
        "Replayed: it made {count} messages, which are queued.",
    ),
    "nothing": ("Replayed, but it made no message. The reason stands below.", ""),
    "sample": ("Saved as a sample beside the hook.", ""),
}
"""What was done, of one and of several; nothing else can be said by an address."""
UNDONE: Final = "Nothing was changed: it had changed meanwhile. How it stands now is below."


def done(code: str, count: str) -> str:
    """The sentence about what was done last; "" where the address says nothing of the table."""
    if code not in DONE:
        return ""
    number = int(count) if count.isdecimal() and len(count) < 7 else 1
    one, several = DONE[code]
    return UNDONE if number == 0 else several.format(count=f"{number:,}") if several and number > 1 else one
