"""The page a person watches while practising: numbers and text bubbles, newest first. Everything shown is escaped."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from adapter.picky.sandbox.inbox import Message

NEWEST: Final = 200
REFRESH_SECONDS: Final = 3
_WORDS: Final = {0: "taken", 4: "submitted", 1: "delivered", 3: "read", 2: "failed", 5: "refunded"}

_HEAD: Final = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sandbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{REFRESH_SECONDS}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 16px/1.4 system-ui, sans-serif; max-width: 40rem; margin: 1rem auto; padding: 0 1rem; color: #1b2a22;
  background: #eef2ee }}
article {{ margin: 1rem 0 }}
p {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #d6f5c9; border-radius: .8rem; padding: .6rem .9rem;
  margin: .2rem 0; width: fit-content; max-width: 90% }}
small {{ color: #48564d }}
</style></head><body>
<h1>Practice: nothing here reached a phone</h1>
"""


def page(messages: Sequence[Message], counters: Mapping[str, int]) -> str:
    """The HTML page for the messages (oldest first, as kept) and the counters by name."""
    told = ", ".join(f"{count} {name}" for name, count in counters.items())
    bubbles = "".join(map(_bubble, reversed(messages[-NEWEST:])))
    return f"{_HEAD}<small>{escape(told)}</small>\n{bubbles or '<p>No message yet.</p>'}</body></html>\n"


def _bubble(message: Message) -> str:
    moment = datetime.datetime.fromtimestamp(message.push.received_at, datetime.UTC)
    head = f"{message.number} · channel {message.push.application} · {moment:%H:%M:%S} UTC · {_WORDS[message.status]}"
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in _lines(message) if line)
    return f"<article><strong>{escape(head)}</strong>\n{lines}</article>\n"


def _lines(message: Message) -> tuple[str, ...]:
    return message.text, message.media or "", _template(message)


def _template(message: Message) -> str:
    template = message.push.envelope.get("template_id")
    values = message.item.get("template_message") or message.push.envelope.get("template_globalmessage") or []
    return f"Template {template}: {values}" if template else ""
