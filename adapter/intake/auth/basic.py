"""HTTP Basic (RFC 7617): strict base64, then the credentials as UTF-8 or, from older clients, Latin-1."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from adapter.intake.auth.compare import any_same, header_values
from adapter.intake.auth.proofs import BasicProof, Verdict
from adapter.intake.request import RawRequest

_BASIC: Final = re.compile(r"Basic +(\S+)", re.IGNORECASE)


def examine(proof: BasicProof, request: RawRequest) -> Verdict:
    """Compare every Basic header with username and password."""
    values = header_values(request, "Authorization")
    found = [_credentials(match[1]) for value in values if (match := _BASIC.fullmatch(value))]
    if not found:
        return Verdict.ABSENT
    matches = any_same([credentials for credentials in found if credentials], f"{proof.username}:{proof.password}")
    if matches and proof.password.strip():
        return Verdict.PASSED
    return Verdict.WRONG if any(found) else Verdict.MALFORMED


def _credentials(encoded: str) -> str:
    """The bytes as Latin-1 text, which is what `same` takes for bytes of unknown encoding; "" when garbled."""
    if len(encoded) % 4:  # b64decode takes superfluous padding
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""
