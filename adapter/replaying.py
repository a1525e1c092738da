"""Run a stored event through its hook again: what was rejected may be right once the hook was mended."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any, Final

from adapter import answers
from adapter.delivery import remaking
from adapter.delivery.story import request_of, story
from adapter.errors import Refusal
from adapter.intake.request import RawRequest
from adapter.line import Taken, take
from adapter.services import Services

_PUSHED: Final = "A push that was refused holds what its sender wrote; post it again, corrected."


@dataclasses.dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one event: how many messages it made, and a sentence where it made none."""

    id: str
    messages: int
    sentence: str = ""


def replay_event(services: Services, identity: str, *, dry_run: bool = False) -> Replayed:
    """Make what an event did not make. It was proven when it came, so no proof is asked for.

    Its own dedupe keys do not stop it, those of other events do. With `dry_run` nothing is stored. Raises FoundNothing.
    """
    event = story(services.store, identity)
    taken = _taken(services, event)
    if isinstance(taken, str):
        return Replayed(identity, 0, taken)
    if not dry_run:
        return _store(services, identity, taken)
    sentence = taken.refusal.sentence if taken.refusal else taken.ignored
    missing = event["errors"] if event["messages"] else None
    messages = [one for one in taken.messages if missing is None or str(one.element) in missing]
    return Replayed(identity, len(messages), sentence or "")


def taken_today(services: Services, identity: str) -> Taken | str:
    """What the hook of today would make of a stored event, or a sentence why it cannot be tried; nothing is stored.

    Raises FoundNothing.
    """
    return _taken(services, story(services.store, identity, most=1))


def _taken(services: Services, event: Mapping[str, Any]) -> Taken | str:
    if event["destination"] != services.destination:
        return f"It was made for the {event['destination']}, so it is not sent from here."
    if event["source"] == "push_api":
        return _PUSHED
    try:
        hook = services.catalogue.hook(event["hook"])
    except Refusal as refusal:
        return refusal.sentence
    request = RawRequest(**request_of(services.store, event["id"]))
    return take(hook, request, services.accounts, now=event["received_at"], check_auth=False)


def _store(services: Services, identity: str, taken: Taken) -> Replayed:
    errors = answers.plain(taken.errors)
    if taken.refusal is not None:
        remaking.note_refusal(services.store, identity, reason=taken.refusal.sentence, errors=errors)
        return Replayed(identity, 0, taken.refusal.sentence)
    if taken.ignored is not None:
        remaking.ignore(services.store, identity, reason=taken.ignored)
        return Replayed(identity, 0, taken.ignored)
    changes = {
        "decoded_as": taken.payload.decoded_as if taken.payload else None,
        "fields": answers.plain(taken.fields),
        "errors": errors,
        "repairs": [answers.repair_json(repair) for repair in taken.repairs],
        "warnings": list(taken.warnings),
    }
    made, before = remaking.remake(services.store, identity, taken.messages, changes, now=time.time())
    return Replayed(identity, made, f"It came again as event {before}, which was taken." if before else "")
