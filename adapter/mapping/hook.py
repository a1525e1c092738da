"""A hook: one inbound endpoint and its configuration, as its file was compiled."""

from __future__ import annotations

import dataclasses

from adapter.intake import auth
from adapter.intake.sources import SourceKind
from adapter.mapping.courtesy import Courtesy
from adapter.mapping.faults import Fault
from adapter.mapping.fields import Fields
from adapter.mapping.lookup import Place
from adapter.mapping.notify import Notify
from adapter.mapping.push import Push
from adapter.mapping.template import Rule, Voice


@dataclasses.dataclass(frozen=True, slots=True)
class Dedupe:
    """What counts as the same event again.

    `key` names fields whose values tell it, `digest` is all that came; `within` seconds. `event_id`: whether an id of
    the source's own counts as well.
    """

    key: tuple[str, ...] = ()
    within: float = 72 * 3600.0
    digest: bool = False
    event_id: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Browser:
    """How a person's browser is answered."""

    redirect: str | None = None
    origins: tuple[str, ...] = ()
    honeypot: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Hook:
    """A hook that loads. `proofs` empty means `auth: none`."""

    name: str
    source: SourceKind
    description: str
    enabled: bool | str
    methods: tuple[str, ...]
    proofs: tuple[auth.Proof, ...]
    fields: Fields
    when: Rule | None
    for_each: Place | None
    dedupe: Dedupe
    push: Push
    courtesy: Courtesy
    respond: str
    on_unknown: str
    browser: Browser
    region: str | None
    voice: Voice
    reject_status: int
    secret_names: tuple[str, ...]
    doubts: tuple[Fault, ...] = ()
    notify: tuple[Notify, ...] = ()

    @property
    def own_keys(self) -> frozenset[str]:
        """Keys that prove or steer the request and are no part of the event."""
        return auth.own_keys(self.proofs) | {"dry_run"}

    @property
    def told_states(self) -> tuple[str, ...]:
        """The states of its messages that somebody is to be told of."""
        return tuple(dict.fromkeys(state for one in self.notify for state in one.on))
