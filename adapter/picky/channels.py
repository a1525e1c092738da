"""The channels of Picky Assist in words (its push page; `docs/pickyassist.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SMS: Final = "3"
CHANNELS: Final[Mapping[str, str]] = {
    "1": "WhatsApp Personal on your own phone",
    "2": "WhatsApp Business on your own phone",
    SMS: "SMS from your own phone",
    "4": "Calls from your own phone",
    "5": "Facebook Messenger",
    "8": "WhatsApp Official",
    "10": "WhatsApp Web Automation",
    "101": "WhatsApp Cloud API",
    "121": "WhatsApp Official Managed",
}


def channel(application: object) -> str:
    """Its name, with the number that Picky Assist gives it; a number that is not known is shown as it is."""
    number = str(application)
    return f"{CHANNELS[number]} (channel {number})" if number in CHANNELS else f"Channel {number[:20]}"
