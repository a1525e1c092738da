"""A stored request as a `curl` command for a shell, with `$TOKEN` where its secret was."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from adapter.draft.cleaned import is_signature
from adapter.draft.vocabulary import is_secret
from adapter.intake.request import RawRequest

MOST_BODY: Final = 12_000
_STARS: Final = "***"
_TOKEN: Final = "$TOKEN"  # noqa: S105 - the name of a variable
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_OF_THE_CONNECTION: Final = frozenset({
    "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "expect", "forwarded", "via",
    "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "x-request-id",
})  # fmt: skip


def as_curl(request: RawRequest, base: str, *, file: str) -> tuple[str, bool]:
    """(command, whether its body must be saved as `file` first); `base` is the adapter's address without a final slash.

    The command asks for a dry run: nothing is sent until `dry_run=1` is taken out of it.
    """
    query = "&".join(filter(None, (request.query, "dry_run=1")))
    lines = [f"curl -sS -X {quoted(request.method)} {quoted(f'{base}{_path(request.path)}?{query}')}"]
    for name, value in request.headers:
        if _HEADER_NAME.fullmatch(name) and name.lower() not in _OF_THE_CONNECTION:
            lines.append(f"-H {_header(name, value)}")
    text = _text(request.body)
    if request.body:
        lines.append(f"--data-binary {quoted(text) if text is not None else quoted('@' + file)}")
        if request.header("Content-Type") is None:
            lines.append("-H 'Content-Type:'")
    return " \\\n  ".join(lines), bool(request.body) and text is None


def _path(path: str) -> str:
    return quote(path, safe="/*$:@!,;=~()'")


def _header(name: str, value: str) -> str:
    if not value:
        return quoted(f"{name};")
    if is_secret(name) and not is_signature(name) and _STARS not in value:
        return f'{quoted(f"{name}: ")}"{_TOKEN}"'
    return quoted(f"{name}: {value}")


def _text(body: bytes) -> str | None:
    """The body, where it can be pasted into a shell as it is; a leading @ would be a file's name."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    is_odd = len(body) > MOST_BODY or text.startswith("@") or _UNSEEN.search(text) is not None
    return None if is_odd else text


def quoted(text: str) -> str:
    """The text as one word of a shell; stars become the variable's value."""
    words = ["'" + part.replace("'", "'\"'\"'") + "'" for part in text.split(_STARS)]
    return f'"{_TOKEN}"'.join(words)
