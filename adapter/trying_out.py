"""Trying a hook's text on a request while it is edited: what the line would make of it. Stores and sends nothing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from adapter.config import Settings
from adapter.delivery.story import FoundNothing, request_of
from adapter.errors import TooLarge, Undecodable
from adapter.hook_files import class_on_disk, faults_of
from adapter.intake.request import RawRequest, read_http_file
from adapter.line import take
from adapter.mapping.faults import Fault
from adapter.mapping.hook import Hook
from adapter.picky.account import Account
from adapter.preview import preview
from adapter.samples import Sample, Unreadable, came_of, differences, read_expectation, samples_of
from adapter.services import Services

MOST_REQUEST: Final = 1_048_576
TOO_LARGE: Final = "Too large to preview here; use the command: python -m adapter preview HOOK FILE.http"
_REQUEST_LINE: Final = re.compile(r"[A-Za-z]{3,7} (?:/|https?://)")
_MULTIPART: Final = re.compile(rb"^content-type:[ \t]*multipart/", re.IGNORECASE | re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying: `faults` of the text, and then nothing else; or the JSON of `preview` with the hook's
    `doubts`; or a `sentence` where the request cannot be read."""

    faults: tuple[Fault, ...] = ()
    doubts: tuple[Fault, ...] = ()
    shown: Mapping[str, Any] | None = None
    sentence: str = ""


def previewed(
    hook: Hook, request: RawRequest, settings: Settings, accounts: Mapping[str, Account], *, now: float,
    check_auth: bool,
) -> dict[str, Any]:  # fmt: skip
    """The JSON of `preview` for this request, as the server would take it; without a proof unless `check_auth`."""
    taken = take(
        hook, request, accounts, now=now, most_bytes=settings.max_body_bytes,
        public_url=settings.public_url or None, check_auth=check_auth,
    )  # fmt: skip
    return preview(taken, accounts, practice=settings.destination == "sandbox")


def try_out(services: Services, name: str, text: str, request: RawRequest | None, *, now: float) -> Trial:
    """Load the hook's text, its missing secrets stood in for, and run the request through it.

    A class that `schema:` names is loaded only where the file on disk names the same. Without a request only the text
    is looked at.
    """
    found = faults_of(services, name, text, own_class=class_on_disk(services, name))
    if isinstance(found, tuple):
        return Trial(faults=found)
    if request is None:
        return Trial(doubts=found.doubts)
    if len(request.body) > MOST_REQUEST:
        return Trial(doubts=found.doubts, sentence=TOO_LARGE)
    shown = previewed(found, request, services.settings, services.accounts, now=now, check_auth=False)
    return Trial(doubts=found.doubts, shown=shown)


def typed(text: str, hook: str, *, content_type: str = "") -> RawRequest:
    """The request that a person typed or pasted: a whole one, or only a body, posted to the hook.

    Raises TooLarge, and Undecodable where the head cannot be read.
    """
    raw = text.replace("\r\n", "\n").encode("utf-8", "replace")
    if len(raw) > MOST_REQUEST:
        raise TooLarge(TOO_LARGE)
    if not _REQUEST_LINE.match(text.lstrip()):
        head = (("Content-Type", content_type),) if content_type else ()
        return RawRequest("POST", f"/hooks/{hook}", "", head, raw)
    head_end = raw.find(b"\n\n")
    if _MULTIPART.search(raw[: head_end if head_end >= 0 else None]):
        raw = raw.replace(b"\n", b"\r\n")  # as that format wants it
    try:
        return read_http_file(raw)
    except ValueError as fault:
        raise Undecodable(f"{str(fault)[:1].upper()}{str(fault)[1:]}.") from fault


def stored(services: Services, identity: str) -> RawRequest:
    """The request of an event, as it is kept. Raises FoundNothing."""
    return RawRequest(**request_of(services.store, identity))


def sample(services: Services, hook: str, name: str) -> RawRequest:
    """A sample of the hook. Raises FoundNothing where there is none of that name that can be read."""
    for path in sample_files(services, hook):
        if path.stem == name:
            try:
                return read_http_file(path.read_bytes()[: MOST_REQUEST * 2])
            except (OSError, ValueError) as fault:
                raise FoundNothing(name) from fault
    raise FoundNothing(name)


def sample_files(services: Services, hook: str) -> list[Path]:
    """The request files of a hook's samples, by name."""
    found = samples_of(services.catalogue.directory, hook)
    return [one.request for one in found if one.request.is_file()]


@dataclasses.dataclass(frozen=True, slots=True)
class Sampled:
    """What became of a sample: `ok`, `failed` with lines that say why, or `unchecked` where nothing is expected."""

    name: str
    state: str
    lines: tuple[str, ...] = ()


def run_samples(services: Services, hook: Hook, *, most: int = 50) -> list[Sampled]:
    """Run the hook's samples and compare what comes with what is expected."""
    found = samples_of(services.catalogue.directory, hook.name)
    return [_sampled(services, hook, one) for one in found[:most]]


def _sampled(services: Services, hook: Hook, one: Sample) -> Sampled:
    name = one.request.stem
    try:
        request = read_http_file(one.request.read_bytes())
        came = came_of(hook, request, services.accounts, most_bytes=services.settings.max_body_bytes)
        if not one.expectation.exists():
            return Sampled(name, "unchecked")
        lines = differences(read_expectation(one.expectation), came)
    except Unreadable as fault:
        return Sampled(name, "failed", tuple(fault.faults))
    except (OSError, ValueError) as fault:
        sentence = str(fault) if isinstance(fault, ValueError) else f"{one.request.name} cannot be read"
        return Sampled(name, "failed", (sentence,))
    return Sampled(name, "failed" if lines else "ok", tuple(lines))
