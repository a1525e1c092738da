"""What the push API refuses and in which words: a table of checks in order, pure functions over the envelope."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

Envelope = dict[str, Any]

TEXTS: Final = {
    100: "Success",
    101: "Service Unavailable",
    401: "Authentication Failed",
    402: "Empty Number List",
    403: "Insufficient Balance",
    404: "Unable to Communicate with Your Phone",
    405: "API Is Not Active For This Plan",
    406: "Invalid Mobile Number",
    407: "Message cannot be empty",
    408: "Project is not Active",
    409: "Invalid User",
    410: "Invalid Request",
    801: "WhatsApp account not active",
    802: "Not Contactable 24 Hours Session Expired",
}

MESSENGER: Final = "5"
LONGEST_TEXT: Final = 4096
# "without 0 or +", digits only; 15 digits is the most that E.164 allows.
_NUMBER: Final = re.compile(r"[1-9][0-9]{6,14}")
_POSITIVE: Final = re.compile(r"[1-9][0-9]*")
_OWN_CONTENT: Final = ("message", "media", "media_code")
# A location or a contact card is a message by itself: its `data` holds numbers only.
_SHARED_CONTENT: Final = ("globalmessage", "globalmedia", "globalmedia_code", "template_id", "location", "contact")


def body(status: int, message: str | None = None) -> dict[str, Any]:
    """The answer without `push_id` and `data`; `message` defaults to the documented words of the status."""
    return {"status": status, "message": message or TEXTS.get(status, "Unknown Error")}


def authentic(envelope: Envelope, tokens: Collection[str]) -> bool:
    """Whether the token is one of `tokens`; any text that is not empty is right where there are none."""
    token = envelope.get("token")
    return isinstance(token, str) and bool(token) and (not tokens or token in tokens)


def refusal(envelope: Any, tokens: Collection[str]) -> int | None:
    """The body status that refuses the whole call; None when every item can be taken.

    Whether one bad number fails the whole call or is only left out of `data` is not known of the real service: here
    it fails the whole call, with no push_id and no data.
    """
    if not isinstance(envelope, dict):
        return 410
    if not authentic(envelope, tokens):
        return 401
    return next((status for status, passes in _CHECKS if not passes(envelope)), None)


def recipients(envelope: Envelope) -> list[dict[str, Any]]:
    """The items of `data`; one empty item stands for the whole group of a group send."""
    return envelope.get("data") or ([{}] if is_group(envelope) else [])


def is_group(envelope: Envelope) -> bool:
    """Whether this is a group send: `group_id` takes the place of `data`."""
    return not envelope.get("data") and _filled(envelope.get("group_id"))


def address(envelope: Envelope, item: dict[str, Any]) -> str:
    """Number, Messenger user or group of an item as text, `""` when there is none."""
    if is_group(envelope):
        return str(envelope["group_id"])
    value = item.get("messenger_id" if application(envelope) == MESSENGER else "number")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def application(envelope: Envelope) -> str:
    """The channel as text; the documentation says number, its samples say string."""
    value = envelope.get("application")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _has_application(envelope: Envelope) -> bool:
    return _POSITIVE.fullmatch(application(envelope)) is not None


def _has_shape(envelope: Envelope) -> bool:
    data = envelope.get("data") or []
    return isinstance(data, list) and all(isinstance(item, dict) for item in data)


def _has_numbers(envelope: Envelope) -> bool:
    addresses = (address(envelope, item) for item in recipients(envelope))
    if is_group(envelope) or application(envelope) == MESSENGER:
        return all(addresses)
    return all(map(_NUMBER.fullmatch, addresses))


def _has_content(envelope: Envelope) -> bool:
    if any(_filled(envelope.get(key)) for key in _SHARED_CONTENT):
        return True
    return all(any(_filled(item.get(key)) for key in _OWN_CONTENT) for item in recipients(envelope))


def _has_short_texts(envelope: Envelope) -> bool:
    return all(len(text) <= LONGEST_TEXT for text in _texts(envelope))


def _texts(envelope: Envelope) -> Iterator[str]:
    yield str(envelope.get("globalmessage") or "")
    for item in recipients(envelope):
        yield str(item.get("message") or "")


_CHECKS: Final[tuple[tuple[int, Callable[[Envelope], bool]], ...]] = (
    (410, _has_application),
    (410, _has_shape),
    (402, lambda envelope: bool(recipients(envelope))),
    (406, _has_numbers),
    (407, _has_content),
    (410, _has_short_texts),
)
