"""One recipient's message as the hook rendered it, before anybody knows how Picky Assist spells it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """An approved WhatsApp template: its id, language, the values in order, and the header where it has one: a text for
    the name of a document, a tuple for the values of a text header. `text` is the approved text with its values filled
    in, where the hook declares it."""

    id: str
    language: str
    values: tuple[str, ...] = ()
    header: str | tuple[str, ...] | None = None
    text: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One recipient's text, media or template. `to` is digits with country code; `application` None means the
    account's own; `extra` holds other push variables as they are given; `ways` are taken one after the other where it
    is not delivered."""

    to: str
    account: str
    text: str | None = None
    media: str | None = None
    media_name: str | None = None
    template: Template | None = None
    location: Mapping[str, Any] | None = None
    contact: tuple[Any, ...] | None = None
    reference: str | None = None
    priority: int = 0
    application: str | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    ways: tuple[Way, ...] = ()

    def toward(self, number: str) -> Message:
        """The same for another recipient."""
        ways = tuple(dataclasses.replace(way, message=way.message.toward(number)) for way in self.ways)
        return dataclasses.replace(self, to=number, ways=ways)


@dataclasses.dataclass(frozen=True, slots=True)
class Way:
    """Another way to reach a recipient, and how many seconds the one before it may take until it is delivered (None:
    this one is taken only where that one ended badly)."""

    message: Message
    after: float | None = None
