"""Signatures after Standard Webhooks 1.0.0: the headers by which a receiver knows who posted, when, and what it is."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final

_BASE64: Final = "whsec_"


def headers(secret: str | None, *, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one try. `identity` is the same at every try; without a secret there is no signature."""
    told = {"webhook-id": identity, "webhook-timestamp": str(timestamp)}
    if secret is None:
        return told
    signed = f"{identity}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key_of(secret), signed, "sha256")).decode()
    return told | {"webhook-signature": f"v1,{signature}"}


def key_of(secret: str) -> bytes:
    """The key: what follows `whsec_`, decoded, else the bytes of the text itself."""
    if secret.startswith(_BASE64):
        try:
            return base64.b64decode(secret.removeprefix(_BASE64), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()
