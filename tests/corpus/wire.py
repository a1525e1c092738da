"""The raw requests of the corpus as they are sent: another address, every other byte as captured, and new signatures
where the old one covers the address or its secret is not known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final

from tests.intake.sign import based

PUBLIC_URL: Final = "https://hooks.example.test"


def readdressed(raw: bytes, path: str) -> bytes:
    """The request with another path; method, query, headers and body stay."""
    line, _, rest = raw.partition(b"\r\n")
    method, target, version = line.split(b" ")
    _, mark, query = target.partition(b"?")
    return b"%s %s%s%s %s\r\n%s" % (method, path.encode(), mark, query, version, rest)


def header(raw: bytes, name: str) -> bytes:
    """The value of a header that is there."""
    found = re.search(rb"(?im)^%s: *(.*?)\r$" % name.encode(), raw.partition(b"\r\n\r\n")[0] + b"\r\n")
    assert found is not None, name
    return found[1]


def with_header(raw: bytes, name: str, value: str) -> bytes:
    """The request with another value of a header that is there."""
    return raw.replace(header(raw, name), value.encode(), 1)


def _url(raw: bytes) -> bytes:
    return PUBLIC_URL.encode() + raw.split(b" ", 2)[1]


def _body(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[2]


def _hubspot(raw: bytes, secret: str) -> bytes:
    text = b"POST" + _url(raw) + _body(raw) + header(raw, "X-HubSpot-Request-Timestamp")
    return with_header(raw, "X-HubSpot-Signature-v3", based(secret, text))


def _hubspot_v2(raw: bytes, secret: str) -> bytes:
    digest = hashlib.sha256(secret.encode() + b"POST" + _url(raw) + _body(raw)).hexdigest()
    return with_header(raw, "X-HubSpot-Signature", digest)


def _shopify(raw: bytes, secret: str) -> bytes:
    return with_header(raw, "X-Shopify-Hmac-SHA256", based(secret, _body(raw)))


SIGNERS: Final[Mapping[str, tuple[str, Callable[[bytes, str], bytes]]]] = {
    "hubspot": ("HUBSPOT_SECRET", _hubspot),
    "hubspot_v2": ("HUBSPOT_SECRET", _hubspot_v2),
    "shopify": ("SHOPIFY_SECRET", _shopify),
}
