"""The runnable examples of the pages: hook files, requests to them, and what must come of each request.

In a page, a fenced `yaml` block that begins with `source:` is a whole hook file, an `http` block behind it is a raw
request to that hook, and the `text` block behind that says what comes of it.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from adapter.config import NAMES
from adapter.delivery.batch import Outgoing
from adapter.intake.request import RawRequest, read_http_file
from adapter.line import Taken, take
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import MAIN, Account

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCES_FOLDER = DOCS / "sources"
PAGES = [DOCS / "hooks.md", DOCS / "adding-a-source.md", *sorted(SOURCES_FOLDER.glob("*.md"))]
NOW = 1_780_000_000.0
# Good for every kind of proof: Standard Webhooks wants whsec_ and base64, the others take any text.
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
_PUSH_URL = "https://app.pickyassist.example/api/v2/push"
ACCOUNTS = {MAIN: Account(MAIN, _PUSH_URL, SECRET), "sms": Account("sms", _PUSH_URL, SECRET, "3")}
_BLOCK = re.compile(r"^```(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_HOOK_FILE = re.compile(r"(?:#[^\n]*\n|\s*\n)*source:")
_MODULE = re.compile(r"# (?P<name>[a-z_]+)\.py\n")
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


@dataclasses.dataclass(frozen=True)
class Block:
    """One fenced block; `where` is its page and line, `text` what stands between the fences."""

    where: str
    kind: str
    text: str


@dataclasses.dataclass(frozen=True)
class Request:
    """A request of a page, the hook file it is sent to, and what the page says comes of it (None: it does not)."""

    where: str
    hook: str
    raw: str
    outcome: str | None


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{page.relative_to(ROOT)}:{line}", match["kind"], match["text"])


def hook_files(page: Path) -> list[Block]:
    """The whole hook files of a page."""
    return [block for block in blocks(page) if block.kind == "yaml" and _HOOK_FILE.match(block.text)]


def requests_of(page: Path) -> Iterator[Request]:
    """The requests of a page that follow a hook file."""
    hook = None
    for block, behind in itertools.pairwise([*blocks(page), Block("", "", "")]):
        if block.kind == "yaml" and _HOOK_FILE.match(block.text):
            hook = block.text
        elif block.kind == "http" and hook is not None:
            outcome = behind.text.removesuffix("\n") if behind.kind == "text" else None
            yield Request(block.where, hook, block.text.removesuffix("\n"), outcome)


def write_modules(folder: Path) -> None:
    """The `python` blocks that begin with `# name.py`, as the files that hook files of the pages name."""
    for block in (block for page in PAGES for block in blocks(page) if block.kind == "python"):
        if match := _MODULE.match(block.text):
            (folder / f"{match['name']}.py").write_text(block.text, encoding="utf-8")


def load(name: str, text: str) -> Hook:
    """The hook, every secret it names being set. Raises HookFaults."""
    environ = dict.fromkeys(_VARIABLE.findall(text), SECRET)
    around = Surroundings(environ=environ, reserved=NAMES, accounts=tuple(ACCOUNTS), read_text=_text_beside)
    return load_hook(name, text, around)


def run(request: Request) -> Taken:
    """What the adapter makes of the request; nobody's proof is checked."""
    raw = _wire(request.raw)
    hook = load(raw.path.strip("/").split("/")[1], request.hook)
    return take(hook, raw, ACCOUNTS, now=NOW, check_auth=False)


def told(taken: Taken) -> str:
    """What came of a request, as the pages write it."""
    if taken.refusal is not None:
        return f"{taken.refusal.status}: {taken.refusal.sentence}"
    if taken.ignored is not None:
        return f"ignored: {taken.ignored}"
    told = zip(taken.messages, taken.shown, strict=True)
    return "\n\n".join("\n".join((*_message(one), *_leaving(shown.get("courtesy", {})))) for one, shown in told)


def agree(outcome: str, really: str) -> bool:
    """Whether a page tells the truth; a sentence of the adapter's may be cut with `…`."""
    if outcome.endswith("…") and not outcome.startswith("To "):
        return really.startswith(outcome.removesuffix("…"))
    return really == outcome


def _message(one: Outgoing) -> Iterator[str]:
    """The message, and each other way in brackets."""
    yield f"To {one.number}:\n{_content({**one.head, **one.item})}"
    for way in one.ways:
        when = f"not delivered in {way['after'] / 60:g} minutes" if way["after"] else "failed"
        yield f"(if {when}, {way['account']}: {_content({**way['head'], **way['item']})})"


def _leaving(courtesy: Mapping[str, Any]) -> Iterator[str]:
    """The moment it leaves and the zones of its quiet hours, in brackets."""
    if "send_at" in courtesy:
        yield f"(leaves {courtesy['send_at']})"
    if "quiet" in courtesy:
        yield f"(quiet in {', '.join(courtesy['quiet']['zones'])})"


def _content(parts: Mapping[str, Any]) -> str:
    """The template as `template ID (LANGUAGE): value | value`, the media's address, the text: a line each."""
    lines = []
    if "template_id" in parts:
        values = " | ".join(parts.get("template_message", ()))
        lines.append(f"template {parts['template_id']} ({parts['language']}): {values}")
    if media := parts.get("media") or parts.get("globalmedia"):
        lines.append(f"media {media}")
    return "\n".join([*lines, *([parts["message"]] if "message" in parts else [])])


def _wire(text: str) -> RawRequest:
    """The request as it travels: the lines of a multipart body end in CRLF, all other bodies are sent as written."""
    request = read_http_file(text.encode())
    if request.content_type.startswith("multipart/"):
        return dataclasses.replace(request, body=request.body.replace(b"\n", b"\r\n"))
    return request


def _text_beside(name: str) -> str:
    return f"(the text of {name})\n"
