"""A test message to the owner's own number: what a hook makes of a request, but for its recipient."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Final

from adapter.delivery.acceptance import accept
from adapter.delivery.batch import Outgoing
from adapter.errors import Refusal
from adapter.intake.request import RawRequest
from adapter.line import Taken, take
from adapter.mapping.hook import Hook
from adapter.mapping.phone import PhoneFault, diagnose
from adapter.recording import event_row
from adapter.services import Services

_REPEATED: Final = 24 * 3600.0


class NotTried(Refusal):
    """No test message could be made; nothing was sent."""

    status = 422
    code = "not_tried"


def own_number(text: str, region: str | None) -> str:
    """The number to send to, in digits; a number without a country code is one of `region`. Raises NotTried."""
    try:
        return diagnose(text, region=region or None).number
    except PhoneFault as fault:
        raise NotTried(f"Your number: {fault}") from fault


def made_for(services: Services, hook: Hook, request: RawRequest, number: str, *, now: float) -> tuple[Taken, Outgoing]:
    """The first message that the hook makes of the request, to `number` alone and at once: without other ways, quiet
    hours, notices and the reference of the real one. Raises NotTried."""
    taken = take(hook, request, services.accounts, now=now, check_auth=False)
    if taken.refusal is not None:
        raise NotTried(f"This request makes no message: {taken.refusal.sentence}")
    if taken.ignored is not None or not taken.messages:
        raise NotTried(f"This request makes no message: {taken.ignored}")
    first = taken.messages[0]
    item = {key: value for key, value in first.item.items() if key != "reference_number"}
    return taken, Outgoing(first.account, number, first.head, {**item, "number": number}, priority=first.priority)


def send_trial(
    services: Services, hook: Hook, request: RawRequest, number: str, *, key: str, request_id: str, now: float
) -> str:
    """Queue the test message as an event that is marked as one; its id. The same `key` sends once. Raises NotTried."""
    taken, message = made_for(services, hook, request, number, now=now)
    digest = hashlib.sha256(f"trial:{key}".encode()).hexdigest()
    row = event_row(taken, destination=services.destination, request_id=request_id)
    row |= {"trial": True, "status": "queued", "errors": {}}
    return accept(services.store, row, [dataclasses.replace(message, keys=((digest, _REPEATED),))]).id
