"""A configured secret as the bytes of a key."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from adapter.intake.auth.compare import utf8
from adapter.intake.auth.proofs import HmacProof

# WooCommerce stores the secret HTML-encoded and signs with wp_specialchars_decode(secret, ENT_QUOTES):
# class-wc-webhook.php, generate_signature(). That function knows these entities only.
_ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#39;": "'", "&#x27;": "'"}
_ENTITY: Final = re.compile("|".join(_ENTITIES))


def key_of(proof: HmacProof) -> bytes | None:
    """The key, or None when the secret is empty or garbled: then nothing may match."""
    if not proof.secret.strip():
        return None
    if proof.key_encoding == "base64":
        return _from_base64(proof.secret)
    if proof.html_decode_secret:
        return utf8(_ENTITY.sub(lambda entity: _ENTITIES[entity[0]], proof.secret))
    return utf8(proof.secret)


def _from_base64(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True) or None
    except (binascii.Error, ValueError):
        return None
