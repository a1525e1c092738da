"""The `notify` part of a hook: which changes of a message's state are told to whom, and with which body."""

from __future__ import annotations

import base64
import binascii
import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from adapter.located import Path
from adapter.mapping.template import Text, Values, Voice, compiled, names_in, parts_in, rendered

NOTICE: Final = "notice"
"""The name under which a body finds what is told."""
NAMES: Final = (
    "id", "event", "hook", "status", "number", "reference", "account", "push_id", "msg_id", "error", "because", "at",
    "text",
)  # fmt: skip
"""What a notice says of its message."""
_BASE64: Final = "whsec_"


@dataclasses.dataclass(frozen=True, slots=True)
class Notify:
    """One entry: the states it is told of, and where. `body` None is the body that every notice has by default."""

    on: tuple[str, ...]
    url: str = dataclasses.field(repr=False)  # whoever knows the address of a catch hook may post to it
    encoding: str = "json"
    body: Mapping[str, Any] | None = None
    secret: str | None = dataclasses.field(default=None, repr=False)

    @property
    def host(self) -> str:
        """The host and port it posts to."""
        return urlsplit(self.url).netloc.lower()

    @property
    def asks_for_fields(self) -> bool:
        """Whether its body holds values of the event beside what every notice says."""
        return self.body is not None and bool(names_in(self.body).keys() - {NOTICE})

    def made(self, values: Values) -> dict[str, Any]:
        """The body for these values; in JSON a lone `{{ expression }}` keeps its own kind. Raises TemplateFault."""
        make = _valued if self.encoding == "json" else rendered
        return {key: make(inner, values) for key, inner in (self.body or {}).items()}


class Checks(Protocol):
    """What the loader of a hook file offers: faults with their place, and what lies around the file."""

    @property
    def voice(self) -> Voice:
        """How the hook speaks."""

    @property
    def notify_fault(self) -> Callable[[str], str | None]:
        """What stands against posting to a URL."""

    @property
    def field_names(self) -> Collection[str]:
        """The names of the hook's fields."""

    def fault(self, path: Path, sentence: str, *, below: int = 1) -> None:
        """Note a fault at `path`; `below` is the line inside a text of several lines."""

    def checked(self, build: Callable[[], Any], path: Path, *, beside: Collection[str] = ()) -> Any:
        """What `build` compiles, once its names are known to be fields, or one of those `beside`."""


def compile_notify(entries: Sequence[Mapping[str, Any]], checks: Checks, *, listed: bool) -> tuple[Notify, ...]:
    """The entries whose shape was checked; faults go to `checks`. `listed`: the file gives them as a list."""
    if entries and NOTICE in checks.field_names:
        checks.fault(("fields", NOTICE), "in a hook with notify this word stands for what is told; choose another name")
    found = []
    for index, entry in enumerate(entries):
        path: Path = ("notify", index) if listed else ("notify",)
        _check_address(entry, path, checks)
        encoding = "form" if "form" in entry else "json"
        body = {key: _body(key, value, (*path, encoding), checks) for key, value in entry.get(encoding, {}).items()}
        given = body if encoding in entry else None
        found.append(Notify(tuple(entry["on"]), entry["url"], encoding, given, entry.get("secret")))
    return tuple(found)


def _check_address(entry: Mapping[str, Any], path: Path, checks: Checks) -> None:
    if sentence := checks.notify_fault(entry["url"]):
        checks.fault((*path, "url"), sentence)
    secret = entry.get("secret", "")
    if secret.startswith(_BASE64):
        try:
            is_empty = not base64.b64decode(secret.removeprefix(_BASE64), validate=True)
        except (binascii.Error, ValueError):
            is_empty = True
        if is_empty:
            checks.fault((*path, "secret"), f"what follows {_BASE64} must be base64, and not empty")


def _body(key: str, value: Any, path: Path, checks: Checks) -> Any:
    """One top-level value of a body; every name in it is a field or `notice`, and every part of that is known."""
    made = checks.checked(partial(compiled, value, checks.voice), (*path, key), beside=(NOTICE,))
    for name, line in parts_in(made, NOTICE).items():
        if name not in NAMES:
            checks.fault((*path, key), f"notice.{name} does not exist; there are {', '.join(NAMES)}", below=line)
    return made


def _valued(value: Any, values: Values) -> Any:
    """As `rendered`, but a lone expression is its value."""
    if isinstance(value, Text):
        return value.value(values)
    if isinstance(value, Mapping):
        return {key: _valued(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_valued(inner, values) for inner in value]
    return value
