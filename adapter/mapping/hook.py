"""A hook: one inbound endpoint and its configuration, as its file was compiled."""

from __future__ import annotations

import dataclasses
import datetime as dt

import marshmallow as ma

from adapter.intake import auth
from adapter.intake.sources import SourceKind
from adapter.mapping.fields import FieldSpec
from adapter.mapping.push import Push
from adapter.mapping.template import Rule


@dataclasses.dataclass(frozen=True, slots=True)
class Dedupe:
    """The declared key: names of fields, and for how many seconds the same values count as the same event."""

    key: tuple[str, ...]
    within: float


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
    fields: tuple[FieldSpec, ...]
    schema: ma.Schema
    when: Rule | None
    dedupe: Dedupe | None
    push: Push
    respond: str
    on_unknown: str
    browser: Browser
    region: str | None
    zone: dt.tzinfo
    reject_status: int
    secret_names: tuple[str, ...]

    @property
    def own_keys(self) -> frozenset[str]:
        """Keys that prove or steer the request and are no part of the event."""
        return auth.own_keys(self.proofs) | {"dry_run"}
