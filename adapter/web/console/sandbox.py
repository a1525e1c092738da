"""The sandbox's inbox, as a phone would show it. There in practice only."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from flask import Response, request

from adapter.picky.sandbox_client import SandboxClient, SandboxFault
from adapter.web.console import live, session
from adapter.web.console.bubbles import Bubble, bubble_of
from adapter.web.console.shell import NotHere, console_blueprint, go, page
from adapter.web.inbound import services

blueprint: Final = console_blueprint("sandbox")
_MOST_BYTES: Final = 80_000  # of texts in one thread, so that its page stays small
_MOST_WRITTEN: Final = 1_000
_STATES: Final = {0: "accepted", 4: "submitted", 1: "delivered", 3: "read", 2: "failed", 5: "refunded"}


@dataclasses.dataclass(frozen=True, slots=True)
class Behaviour:
    """What the sandbox can be told to answer, in words; `rule` is its own JSON, None for good behaviour."""

    words: str
    rule: Mapping[str, Any] | None


BEHAVIOURS: Final[Mapping[str, Behaviour]] = {
    "taken": Behaviour("Taken, as usual", None),
    "no_balance": Behaviour("No balance (status 403)", {"status": 403, "message": "Insufficient Balance"}),
    "bad_token": Behaviour("Bad token (status 401)", {"status": 401, "message": "Authentication Failed"}),
    "window": Behaviour("No message in 24 hours (status 802)", {"status": 802, "message": "Message outside window"}),
    "phone_off": Behaviour("Phone not reachable (status 404)", {"status": 404, "message": "Unable to Communicate"}),
    "silence": Behaviour("Silence: taken, but the line breaks", {"reset": "after"}),
    "unavailable": Behaviour("HTTP 500", {"http": 500}),
    "too_many": Behaviour("Too many requests (HTTP 429)", {"http": 429, "headers": {"retry-after": "5"}}),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One bubble of a thread: what was sent to the person, or what the person wrote."""

    key: str
    at: float
    bubble: Bubble | None
    state: str
    text: str
    note: str


@blueprint.get("/sandbox")
def inbox() -> Response:
    """The numbers, newest first."""
    return _page("")


@blueprint.get("/sandbox/live")
def updates() -> Response:
    """What changes while the page is looked at: the numbers, and the thread."""
    try:
        view = _view(request.args.get("key", ""))
    except NotHere:  # somebody emptied the inbox meanwhile
        view = _view("")
    return Response(status=503) if view["fault"] else live.fragment("console/sandbox_thread.html", **view)


@blueprint.get("/sandbox/<path:key>")
def thread(key: str) -> Response:
    """The numbers, and one number's thread beside them."""
    return _page(key)


@blueprint.post("/sandbox/empty")
def empty() -> Response:
    """Forget everything."""
    return _do(lambda box: box.reset(), "emptied", "")


@blueprint.post("/sandbox/next")
def behave() -> Response:
    """Choose the answer of the next push, or of every one."""
    chosen = BEHAVIOURS.get(request.form.get("answer", ""))
    if chosen is None:
        raise NotHere("The sandbox knows no such answer.")
    always, key = request.form.get("always") == "1", request.form.get("key", "")
    done = "usual" if chosen.rule is None else "always" if always else "next"
    return _do(lambda box: box.behave(chosen.rule, always=always), done, key, answer=request.form["answer"])


@blueprint.post("/sandbox/write")
def write() -> Response:
    """Write to the adapter as the person of a thread."""
    key, text = request.form.get("key", ""), request.form.get("text", "").strip()[:_MOST_WRITTEN]

    def written(box: SandboxClient) -> None:
        number = _number_of(key, box.threads())
        if not text:
            raise SandboxFault("Nothing was written: the text was empty.")
        if (http := box.inbound(number, text)) != 200:
            raise SandboxFault(f"It was written, but the adapter answered HTTP {http}." if http else _NOT_REACHED)

    return _do(written, "written", key)


_NOT_REACHED: Final = "It was written, but the adapter could not be reached at its callback address."


def key_of(number: str) -> str:
    """What stands for a number in an address: itself, or where numbers are masked a word that tells nothing of it."""
    if session.shows_numbers():
        return number
    secret = str(services().settings.secret_key).encode()
    return "~" + hmac.digest(secret, b"sandbox " + number.encode("utf-8", "replace"), hashlib.sha256).hex()[:16]


def _number_of(key: str, threads: list[dict[str, Any]]) -> str:
    found = (one["number"] for one in threads if key in {one["number"], key_of(one["number"])})
    if (number := next(found, None)) is None:
        raise NotHere("The sandbox has no messages of this number. It keeps them in memory only.")
    return str(number)


def _client() -> SandboxClient:
    here = services()
    if here.destination != "sandbox":
        raise NotHere("There is a sandbox in practice only. This adapter is live: messages reach real phones.")
    return SandboxClient(here.settings.sandbox_url)


def _page(key: str, *, failed: str = "") -> Response:
    view = _view(key)
    return page(
        "console/sandbox.html", at="sandbox", status=502 if failed else 200, behaviours=BEHAVIOURS,
        done=_DONE.get(request.args.get("done", ""), ""), answer=BEHAVIOURS.get(request.args.get("answer", "")),
        **{**view, "fault": failed or view["fault"]},
    )  # fmt: skip


def _view(key: str) -> dict[str, Any]:
    """What the templates show of the inbox; `fault` says why there is nothing."""
    box, threads, shown, fault = _client(), list[dict[str, Any]](), None, ""
    try:
        threads = [{**one, "key": key_of(one["number"])} for one in box.threads()]
        if key:
            shown = box.thread(_number_of(key, threads))
    except SandboxFault as silent:
        fault = silent.sentence
    entries = _shown(shown) if shown else []
    return {"threads": threads, "key": key, "thread": shown, "entries": entries, "fault": fault}


_DONE: Final[Mapping[str, str]] = {
    "emptied": "The inbox is empty. The balance is the first one again, and every push is taken.",
    "usual": "Every push is taken again.",
    "next": "The next push will be answered so:",
    "always": "Every push will be answered so, until you choose another answer:",
    "written": "It was written. What it does stands below, and for STOP under the account's opt-outs.",
}


def _shown(thread: Mapping[str, Any]) -> list[Entry]:
    """The thread from its oldest entry that still fits on the page."""
    entries = sorted([*_sent(thread["messages"]), *_written(thread["written"])], key=lambda one: one.at)
    kept, size = list[Entry](), 0
    for entry in reversed(entries[-_MOST_SHOWN:]):
        size += _weight(entry)
        if kept and size > _MOST_BYTES:
            break
        kept.append(entry)
    return kept[::-1]


_MOST_SHOWN: Final = 200
_FRAME: Final = 350  # bytes of a bubble without its words


def _weight(entry: Entry) -> int:
    spans = (
        sum(len(span.text.encode()) + 30 for block in entry.bubble.text for span in block.spans) if entry.bubble else 0
    )
    return _FRAME + spans + len(entry.text.encode())


def _sent(messages: list[dict[str, Any]]) -> Iterator[Entry]:
    for one in messages:
        view = bubble_of(one["envelope"], one["item"])
        yield Entry(f"m{one['msg_id']}", one["received_at"], view, _STATES.get(one["status"], "accepted"), "", "")


def _written(texts: list[dict[str, Any]]) -> Iterator[Entry]:
    for one in texts:
        note = "" if one["http"] == 200 else "It did not reach the adapter."
        yield Entry(f"w{one['at']}", one["at"], None, "", one["text"], note)


def _do(action: Callable[[SandboxClient], None], done: str, key: str, **more: str) -> Response:
    """Ask the sandbox for something, and say on the next page what came of it."""
    try:
        action(_client())
    except SandboxFault as fault:
        return _page(key, failed=fault.sentence)
    return go(f"/sandbox/{quote(key, safe='')}" if key else "/sandbox", done=done, **more)
