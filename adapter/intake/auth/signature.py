"""A signature over the raw request: read the header, check the clock, compute, compare."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final

from adapter.intake.auth.compare import CANDIDATE_LIMIT, HEADER_LIMIT, wire
from adapter.intake.auth.keys import key_of
from adapter.intake.auth.proofs import HmacProof, Verdict
from adapter.intake.auth.signed import Claim, signed_texts
from adapter.intake.request import RawRequest

# A division in Zoho's Deluge prints the epoch with a decimal: "1774376792.0".
_TIMESTAMP: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")


def examine(proof: HmacProof, request: RawRequest, *, now: float | None, public_url: str | None = None) -> Verdict:
    """Verify the signature; `now` in Unix seconds, None leaves the clock out (to say what else is wrong)."""
    header = request.header(proof.header)
    if header is None or not header.strip():
        return Verdict.ABSENT
    claim = _claim(proof, request, header.strip()) if len(header) <= HEADER_LIMIT else None
    if claim is None or not claim.signatures:
        return Verdict.MALFORMED
    fault = _incomplete(proof, claim) or _untimely(proof, claim, now)
    return fault or _compared(proof, request, claim, public_url)


def _claim(proof: HmacProof, request: RawRequest, header: str) -> Claim | None:
    """What the sender says: signatures, timestamp and id; None when the header cannot be read."""
    timestamp = request.header(proof.timestamp_header) if proof.timestamp_header else None
    identity = (request.header(proof.id_header) or "").strip() if proof.id_header else ""
    if proof.grammar == "plain":
        return Claim(_bare(proof, [header]), timestamp, identity)
    if proof.grammar == "list":
        return Claim(_bare(proof, header.split()[:CANDIDATE_LIMIT]), timestamp, identity)
    pairs = _pairs(header)
    if pairs is None:
        return None
    times = [value for key, value in pairs if key == proof.timestamp_pair]
    if len(times) > 1:
        return None
    found = [value for key, value in pairs if key == proof.signature_pair]
    return Claim(_bare(proof, found), times[0] if times else timestamp, identity)


def _pairs(header: str) -> list[tuple[str, str]] | None:
    items = [item.partition("=") for item in header.split(",")[:CANDIDATE_LIMIT]]
    if not all(equals and key.strip() for key, equals, _ in items):
        return None
    return [(key.strip(), value.strip()) for key, _, value in items]


def _bare(proof: HmacProof, signatures: list[str]) -> tuple[str, ...]:
    """The signatures without their prefix; those that lack a required one are left out."""
    start = len(proof.prefix)
    stripped = [text[start:] for text in signatures if text[:start].lower() == proof.prefix.lower()]
    if proof.prefix and proof.prefix_optional:
        stripped += [text for text in signatures if text[:start].lower() != proof.prefix.lower()]
    return tuple(text.strip() for text in stripped if text.strip())


def _incomplete(proof: HmacProof, claim: Claim) -> Verdict | None:
    if "{id}" in proof.signed and not 0 < len(claim.identity) <= HEADER_LIMIT:
        return Verdict.UNNAMED
    if "{timestamp}" in proof.signed and not _TIMESTAMP.fullmatch(claim.time):
        return Verdict.UNTIMED
    return None


def _untimely(proof: HmacProof, claim: Claim, now: float | None) -> Verdict | None:
    if now is None or "{timestamp}" not in proof.signed:
        return None
    age = now - float(claim.time) / (1000 if proof.unit == "ms" else 1)
    if abs(age) <= proof.tolerance:
        return None
    return Verdict.STALE if age > 0 else Verdict.EARLY


def _compared(proof: HmacProof, request: RawRequest, claim: Claim, public_url: str | None) -> Verdict:
    key = key_of(proof)
    if not key:
        return Verdict.WRONG
    expected = [_encoded(proof, key, text) for text in signed_texts(proof, request, claim, public_url)]
    came = [wire(text.lower() if proof.encoding == "hex" else text) for text in claim.signatures]
    matches = [hmac.compare_digest(one, other) for one in came for other in expected]
    return Verdict.PASSED if any(matches) else Verdict.WRONG


def _encoded(proof: HmacProof, key: bytes, text: bytes) -> bytes:
    if proof.kind == "digest":
        digest = hashlib.new(proof.algorithm, text).digest()
    else:
        digest = hmac.digest(key, text, proof.algorithm)
    return digest.hex().encode() if proof.encoding == "hex" else base64.b64encode(digest)
