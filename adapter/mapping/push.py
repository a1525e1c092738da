"""The `push` part of a hook: its texts compiled, every name in them known, and told what can never be sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Protocol

from adapter.located import Path
from adapter.mapping.approved import ApprovedFault, ApprovedText, TemplateTexts
from adapter.mapping.lint import lint
from adapter.mapping.template import Text, Voice, compiled


@dataclasses.dataclass(frozen=True, slots=True)
class Push:
    """The `push` part, its texts compiled; `ways` are those of `fallback`, in their order."""

    to: tuple[Text, ...]
    message: Text | None
    media: Text | None
    media_name: Text | None
    template: TemplateTexts | None
    location: Mapping[str, Any] | None
    contact: list[Any] | None
    reference: Text | None
    priority: Any
    application: Any
    account: Text | None
    extra: Mapping[str, Any]
    ways: tuple[FallbackWay, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether it has content of its own; a way without goes with the push's."""
        content = (self.message, self.media, self.template, self.location, self.contact)
        return any(part is not None for part in content) or bool(self.extra)


@dataclasses.dataclass(frozen=True, slots=True)
class FallbackWay:
    """One entry of `push.fallback`: what it says itself, and how many seconds the way before it may take (None: until
    it ends badly)."""

    push: Push
    after: float | None


class Checks(Protocol):
    """What the loader of a hook file offers to its parts: faults with their place, and what lies around the file."""

    @property
    def accounts(self) -> Collection[str]:
        """The names of the accounts that exist."""

    @property
    def voice(self) -> Voice:
        """How the hook speaks."""

    def fault(self, path: Path, sentence: str, *, below: int = 1) -> None:
        """Note a fault at `path`; `below` is the line inside a text of several lines."""

    def note(self, path: Path, sentence: str, *, below: int = 1) -> None:
        """Note a doubt: what may work, but hardly as it is meant."""

    def checked(self, build: Callable[[], Any], path: Path) -> Any:
        """What `build` compiles, once its names are known to be fields; None with a fault otherwise."""

    def read(self, name: str, path: Path) -> str:
        """The text of a file beside the hook; "" with a fault where it cannot be read."""


def compile_push(data: Mapping[str, Any], checks: Checks) -> Push:
    """The push of a hook file whose shape was checked; faults and doubts go to `checks`."""
    root: Path = ("push",)
    entries = enumerate(data.get("fallback", ()))
    own = {key: value for key, value in data.items() if key != "fallback"}
    push = _compiled(own, root, checks)
    ways = tuple(_way(dict(entry), (*root, "fallback", at), checks) for at, entry in entries)
    return dataclasses.replace(push, ways=ways)


def _way(data: dict[str, Any], root: Path, checks: Checks) -> FallbackWay:
    after = data.pop("after", None)
    return FallbackWay(_compiled(data, root, checks), after)


def _compiled(data: dict[str, Any], root: Path, checks: Checks) -> Push:
    """What stands under `root`, whether it is the push or a way."""
    places: dict[str, Path] = {key: (*root, key) for key in data}
    if "message_file" in data:
        places["message"] = (*root, "message_file")
        data["message"] = checks.read(data.pop("message_file"), (*root, "message_file"))
    if "account" in data and "{{" not in data["account"] and data["account"] not in checks.accounts:
        known = ", ".join(sorted(checks.accounts)) or "none"
        checks.fault((*root, "account"), f'no account is named "{data["account"]}"; known are {known}')
    template = data.pop("template", None)
    build = partial(compiled, voice=checks.voice)
    parts = {key: checks.checked(partial(build, value), places[key]) for key, value in data.items()}
    push = Push(
        to=tuple(parts.get("to") or ()), message=parts.get("message"), media=parts.get("media"),
        media_name=parts.get("media_name"), template=_template(template, (*root, "template"), checks),
        location=parts.get("location"), contact=parts.get("contact"), reference=parts.get("reference"),
        priority=parts.get("priority"), application=parts.get("application"), account=parts.get("account"),
        extra=parts.get("extra") or {},
    )  # fmt: skip
    lint(push, root, places, checks)
    return push


def _template(declared: Mapping[str, Any] | None, root: Path, checks: Checks) -> TemplateTexts | None:
    if declared is None or not declared.keys() >= {"id", "language"}:  # a fault of its shape, which is told
        return None
    texts = {key: value for key, value in declared.items() if key != "text"}
    parts = checks.checked(partial(compiled, texts, voice=checks.voice), root)
    approved = None
    if "text" in declared:
        try:
            approved = ApprovedText.of(declared["text"])
        except ApprovedFault as fault:
            checks.fault((*root, "text"), str(fault))
    return TemplateTexts.of(parts, approved) if parts is not None else None
