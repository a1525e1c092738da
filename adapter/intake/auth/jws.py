"""Netlify's proof: a JWT over the hash of the body. Algorithm and issuer are pinned, the body is the raw bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from adapter.intake.auth.compare import HEADER_LIMIT, utf8, wire
from adapter.intake.auth.proofs import JwsProof, Verdict
from adapter.intake.request import RawRequest


def examine(proof: JwsProof, request: RawRequest) -> Verdict:
    """Verify the signature first, so that nothing unsigned is parsed; then algorithm, issuer and body."""
    token = (request.header(proof.header) or "").strip()
    if not token:
        return Verdict.ABSENT
    if len(token) > HEADER_LIMIT or token.count(".") != 2:
        return Verdict.MALFORMED
    head, claims, signature = token.split(".")
    genuine = hmac.compare_digest(wire(signature), _signature(proof.secret, f"{head}.{claims}"))
    if not (genuine and proof.secret.strip()):
        return Verdict.WRONG
    return Verdict.PASSED if _covers(proof, request, _object(head), _object(claims)) else Verdict.WRONG


def _signature(secret: str, text: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(utf8(secret), wire(text), "sha256")).rstrip(b"=")


def _covers(proof: JwsProof, request: RawRequest, head: dict[str, Any], claims: dict[str, Any]) -> bool:
    digest = hashlib.sha256(request.body).hexdigest()
    return head.get("alg") == "HS256" and claims.get("iss") == proof.issuer and claims.get("sha256") == digest


def _object(part: str) -> dict[str, Any]:
    """The JSON object of one part, {} when it is none."""
    try:
        value = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
