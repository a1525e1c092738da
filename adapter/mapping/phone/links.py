"""Numbers inside links: `tel:`, `wa.me/…`, `whatsapp:`, `https://api.whatsapp.com/send?phone=…`."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from adapter.mapping.phone.plan import valid

MOST_CHARACTERS: Final = 2_000
_SCHEME: Final = re.compile(r"(?:tel|sms|smsto|callto|whatsapp):(?://)?(?=[+0-9(%\s])", re.IGNORECASE)
_CHAT: Final = re.compile(
    r"(?:https?://)?(?:www\.|api\.|web\.)?(?:wa\.me/|whatsapp\.com/)|whatsapp://send", re.IGNORECASE
)
_PATH: Final = re.compile(r"/(?:send/?)?\+?[0-9]{7,15}/?")
_ADDRESS: Final = re.compile(r"([0-9]{7,15})(?::[0-9]+)?@(?:s\.whatsapp\.net|c\.us)\Z", re.IGNORECASE)


def number_in(text: str) -> str:
    """The number that a link carries, or the text itself where it is no such link.

    WhatsApp's links and addresses hold the country code and no `+` (https://faq.whatsapp.com/5913398998672934), so
    it is put there where that makes a valid number. A `tel:` without `+` is a local number (RFC 3966, 5.1.5).
    """
    if address := _ADDRESS.match(text):
        return _abroad(address[1])
    if scheme := _SCHEME.match(text):
        rest = unquote(text[scheme.end() :]).split("?", 1)[0].strip()
        return _abroad(rest) if scheme[0].lower().startswith("whatsapp") else rest
    if _CHAT.match(text):
        return _abroad(_in_chat(text)) or text
    return text


def _in_chat(text: str) -> str:
    try:
        link = urlsplit(text if "://" in text else f"https://{text}")
        asked = parse_qs(link.query, max_num_fields=20).get("phone", [""])[0]
    except ValueError:
        return ""
    if asked:
        return asked.strip()
    path = unquote(link.path)
    return path.strip("/").removeprefix("send/") if _PATH.fullmatch(path) else ""


def _abroad(written: str) -> str:
    digits = re.sub(r"[\s().\-]", "", written)
    return f"+{digits}" if digits.isascii() and digits.isdecimal() and valid(digits) else written
