"""A person's or a program's hand on one event or message: replay, cancel, release; and why nothing could be done."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Final

from adapter.delivery import control
from adapter.delivery.control import Action, Selection
from adapter.delivery.states import ENDED_BADLY
from adapter.delivery.story import FoundNothing, story
from adapter.replaying import replay_event
from adapter.services import Services

REPLAYED: Final = (*ENDED_BADLY, "rejected")
"""States that a replay is for."""
ACTIONS: Final[Mapping[str, tuple[Action, str]]] = {
    "replay": (control.SEND_AGAIN, "queued"),
    "cancel": (control.CANCEL, "cancelled"),
    "release": (control.RELEASE, "queued"),
}
"""What may be done, and how a message stands after it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Acted:
    """What was done, or with a dry run would be: `messages` were changed or made, `sentence` says it in words.

    `states` counts those that could be changed by the state they were in, `made` are new ones of a rejected event.
    """

    messages: int
    states: dict[str, int]
    made: int
    sentence: str


def act_on(services: Services, name: str, identity: str, *, dry_run: bool) -> Acted:
    """Do one of ACTIONS to an event, or to one message of it. Raises FoundNothing."""
    action, past = ACTIONS[name]
    identity = identity.removeprefix("a-")
    story(services.store, identity, most=1)
    selection = Selection(services.destination, identity)
    states = control.count(services.store, action, selection)
    changed = sum(states.values())
    if not dry_run and states:
        changed = max(control.act(services.store, action, selection, now=time.time()), default=0)
    made, sentences = _made(services, selection, dry_run=dry_run) if name == "replay" else (0, [])
    count = changed + made
    if count:
        noun = "message" if count == 1 else "messages"
        sentences.insert(0, f"{count:,} {noun} {'would be ' if dry_run else ''}{past}.")
    elif not sentences:
        sentences = [f"There is nothing to {name}." + why_nothing(services, selection)]
    return Acted(count, states, made, " ".join(sentences))


def _made(services: Services, selection: Selection, *, dry_run: bool) -> tuple[int, list[str]]:
    """How many messages the rejected event makes now, and why not more."""
    events = control.rejected_events(services.store, selection)
    replayed = [replay_event(services, event, dry_run=dry_run) for event in events]
    return sum(one.messages for one in replayed), [one.sentence for one in replayed if one.sentence]


def why_nothing(services: Services, selection: Selection) -> str:
    """A sentence about the message or event that was named, or about a name that nothing has; a blank before it."""
    if selection.hook and selection.hook not in services.catalogue.entries():
        return f' No hook is named "{selection.hook}"; there are {", ".join(sorted(services.catalogue.entries()))}.'
    if selection.account and selection.account not in services.accounts:
        return f' No account is named "{selection.account}"; there are {", ".join(sorted(services.accounts))}.'
    if not selection.identity:
        return ""
    try:
        event = story(services.store, selection.identity)
    except FoundNothing:
        return f' No event or message has the id "{selection.identity}".'
    if event["destination"] != services.destination:
        return f" It was made for the {event['destination']} and is never sent from here."
    messages = [one for one in event["messages"] if selection.identity in {one["id"], event["id"]}]
    states = ", ".join(sorted({one["status"] for one in messages})) or event["status"]
    taken = [one["next_way"] for one in messages if one["next_way"]]
    return f" It is {states}." + (f" Another way was taken for it: {', '.join(taken)}." if taken else "")
