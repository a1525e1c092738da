"""What is expected of one request of the corpus: a row of the tables in `expected_*.py`, and words to write rows with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

OWNER: Final = "919876500001"  # the shop's own phone in the hook files
SHOP_TOKEN: Final = "corpus-shop-token"
LIVE_TOKEN: Final = "tok_live_abc"

HTTP: Final = {"queued": 200, "ignored": 200, "handshake": 200, "rejected": 422, "unauthenticated": 401, "refused": 405}


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One message as the push API must get it. `template` is (id, language, values) of a template push."""

    reference: str
    number: str
    text: str = ""
    template: tuple[str, str, tuple[str, ...]] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One file of the corpus, sent to one hook.

    `token` goes behind the hook's name in the path, "" where the request itself carries its proof. `signed` names the
    sender whose signature is made anew, because it covers the address or its secret is unknown. `fields` are the keys
    of a refusal, the sender's own, each with a part of its sentence; `faults` the same by index of a batch. `says` are
    parts of the answer's sentence or body. `repairs` are `field:code` patterns (fnmatch) that the event must record.
    `again` is what the very same request brings when it comes a second time: duplicate, new, or None (not tried).
    """

    file: str
    hook: str
    outcome: str
    decoded_as: str | None = None
    token: str = SHOP_TOKEN
    signed: str | None = None
    status: int = 200
    sent: tuple[Sent, ...] = ()
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    faults: Mapping[int, str] = dataclasses.field(default_factory=dict)
    says: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    received_keys: tuple[str, ...] | None = None
    again: str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        """The test's id."""
        return f"{self.file} to {self.hook}" + (" with its own signature" if self.outcome == "unauthenticated" else "")


def _case(outcome: str, file: str, hook: str, decoded_as: str | None, **more: Any) -> Case:
    return Case(file, hook, outcome, decoded_as, **{"status": HTTP[outcome]} | more)


def queued(file: str, hook: str, decoded_as: str, *sent: Sent, **more: Any) -> Case:
    """Taken: these messages, and no others, reach the push API."""
    return _case("queued", file, hook, decoded_as, sent=sent, **more)


def ignored(file: str, hook: str, decoded_as: str, **more: Any) -> Case:
    """Taken, on purpose nothing is sent."""
    return _case("ignored", file, hook, decoded_as, **more)


def rejected(file: str, hook: str, decoded_as: str, **more: Any) -> Case:
    """Authentic and readable, but it cannot be sent: 422 with the sender's key, and the event is kept."""
    return _case("rejected", file, hook, decoded_as, **more)


def broken(file: str, hook: str, *says: str, **more: Any) -> Case:
    """Authentic, but the body cannot be read: 400 with line and column, and the event is kept."""
    return _case("rejected", file, hook, None, status=400, says=says, **more)


def unauthenticated(file: str, hook: str, **more: Any) -> Case:
    """No proof: 401, nothing is kept."""
    return _case("unauthenticated", file, hook, None, token="", **more)


def refused(file: str, hook: str, **more: Any) -> Case:
    """A method the hook does not take: 405, nothing is kept."""
    return _case("refused", file, hook, None, **more)


def handshake(file: str, hook: str, **more: Any) -> Case:
    """The sender's own way to say hello, answered in its own way."""
    return _case("handshake", file, hook, None, token="", **more)
