"""What the steps of a new hook share: the listening, its address and secret, and the requests that came."""

from __future__ import annotations

from typing import Final

from adapter import listening, trying_out
from adapter.delivery.hiding import hidden
from adapter.intake.request import RawRequest
from adapter.listening import Listening
from adapter.web.console.shell import NotHere
from adapter.web.inbound import services

STEPS: Final = ("Sender", "Connect", "Wait", "Map", "Test")
_MOST_SHOWN: Final = 8 * 1024  # of a request as it came


def listening_of(identity: str) -> Listening:
    """The new hook of that id. Raises NotHere."""
    one = listening.find(services().store, identity)
    if one is None:
        raise NotHere("This new hook was begun more than a week ago, or never. Begin anew under Hooks → New hook.")
    return one


def secret_of(one: Listening) -> str:
    """The secret of its address."""
    return listening.secret_of(str(services().settings.secret_key), one.id)


def address_of(name: str) -> str:
    """Where a hook is posted to."""
    return f"{services().settings.base_url}/hooks/{name}"


def newest_of(one: Listening) -> str:
    """The event that came last. Raises NotHere where nothing came."""
    rows = listening.came(services().store, one, most=1)
    if not rows:
        raise NotHere("Nothing came yet. Go back to step 3 and wait for the first request.")
    return str(rows[0].id)


def request_of(one: Listening, event: str) -> RawRequest:
    """The request of an event that came to this hook. Raises NotHere."""
    here = services()
    if event not in {row.id for row in listening.came(here.store, one, most=200)}:
        raise NotHere("This request is not kept any more. Go back to step 3 and choose another one.")
    return trying_out.stored(here, event)


def as_it_came(body: bytes, *, hides: bool) -> str:
    """The beginning of a request as text, with its numbers masked where they are hidden."""
    text = body[:_MOST_SHOWN].decode("utf-8", "replace")
    return str(hidden(text)) if hides else text
