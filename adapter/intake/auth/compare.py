"""Comparing what came with what is configured: as bytes, in constant time, in every spelling HTTP leaves open."""

from __future__ import annotations

import hmac
from typing import Final

from adapter.intake.request import RawRequest

HEADER_LIMIT: Final = 4096
CANDIDATE_LIMIT: Final = 20


def same(presented: str, secret: str) -> bool:
    """True when both are the same text. Never for an empty one, never raises, whatever the characters.

    Header values arrive as Latin-1 text of unknown bytes (RFC 9110 §5.5), so both readings are compared.
    """
    wanted = utf8(secret)
    matches = [hmac.compare_digest(spelling, wanted) for spelling in (utf8(presented), wire(presented))]
    return any(matches) and bool(presented.strip() and secret.strip())


def any_same(candidates: list[str], secret: str) -> bool:
    """True when one of the first candidates is the secret; all of them are compared."""
    matches = [same(candidate, secret) for candidate in candidates[:CANDIDATE_LIMIT]]
    return any(matches)


def utf8(text: str) -> bytes:
    """The text as UTF-8; lone surrogates do not raise."""
    return text.encode("utf-8", "surrogatepass")


def wire(text: str) -> bytes:
    """The bytes a header value stood for; UTF-8 where it cannot have come from a header."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return utf8(text)


def header_values(request: RawRequest, name: str) -> list[str]:
    """Every value of that header which is not too long to be a proof."""
    wanted = name.lower()
    return [
        value.strip() for key, value in request.headers if key.lower() == wanted and len(value.strip()) <= HEADER_LIMIT
    ]
