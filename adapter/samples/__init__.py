"""A shop's own mapping tests: the sample requests beside a hook file, run through the real line and compared with what
is expected of them (`lead.http` with `lead.yaml` beside it)."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapter.delivery.batch import Outgoing
from adapter.intake.request import RawRequest
from adapter.line import take
from adapter.mapping.hook import Hook
from adapter.picky.account import Account
from adapter.preview import preview
from adapter.samples.difference import differences
from adapter.samples.expectation import Came, Unreadable, read_expectation, write_expectation

__all__ = [
    "Came",
    "Sample",
    "Unreadable",
    "came_of",
    "differences",
    "read_expectation",
    "samples_of",
    "write_expectation",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a hook: the `request` and the `expectation` beside it, either of which may be missing."""

    request: Path
    expectation: Path

    @classmethod
    def named(cls, templates: Path, hook: str, name: str) -> Sample:
        """The sample of that name; nothing of it needs to be there."""
        folder = templates / hook / "samples"
        return cls(folder / f"{name}.http", folder / f"{name}.yaml")


def samples_of(templates: Path, hook: str) -> list[Sample]:
    """The samples in `<hook>/samples`, by name; an expectation that lost its request is one too."""
    folder = templates / hook / "samples"
    stems = sorted({path.stem for path in folder.glob("*") if path.suffix in {".http", ".yaml"}})
    return [Sample.named(templates, hook, stem) for stem in stems]


def came_of(hook: Hook, request: RawRequest, accounts: Mapping[str, Account], *, most_bytes: int | None = None) -> Came:
    """Run one request through its hook, without asking for a proof. Stores and sends nothing."""
    taken = take(hook, request, accounts, now=time.time(), most_bytes=most_bytes, check_auth=False)
    shown = preview(taken, accounts, practice=False)
    queued = shown["outcome"] == "queued"
    return Came(
        outcome=shown["outcome"],
        reason="" if queued else shown["answer"]["message"],
        fields=tuple(sorted(shown["errors"])),
        messages=tuple(map(_as_expected, taken.messages)),
    )


def _as_expected(message: Outgoing) -> dict[str, Any]:
    """A message in the words of an expectation; what a channel takes for all of a push is in its head."""
    head, item = message.head, message.item
    found = {
        "to": message.number,
        "message": item.get("message"),
        "media": item.get("media", head.get("globalmedia")),
        "application": str(head["application"]),
        "account": message.account,
        "reference": item.get("reference_number"),
    }
    if "template_id" in head:
        header = item.get("template_header")
        found["template"] = {
            "id": str(head["template_id"]),
            "language": head["language"],
            "values": item.get("template_message"),
            "header": [header] if isinstance(header, str) else header,
        }
    return found
