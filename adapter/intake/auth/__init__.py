"""Proof: who posted this? Decided over the raw bytes, before anything is decoded; only a body field has to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapter.intake.auth import basic, jws, signature, token
from adapter.intake.auth.build import hmac_proof
from adapter.intake.auth.presets import PRESETS
from adapter.intake.auth.proofs import BasicProof, HmacProof, JwsProof, Proof, TokenProof, Verdict
from adapter.intake.auth.redact import redact
from adapter.intake.auth.why import why_not
from adapter.intake.request import RawRequest

__all__ = [
    "PRESETS",
    "BasicProof",
    "HmacProof",
    "JwsProof",
    "Proof",
    "TokenProof",
    "authenticate",
    "authenticate_field",
    "hmac_proof",
    "may_be_in_body",
    "own_keys",
    "redact",
    "why_not",
    "without_tokens",
]


def authenticate(
    proofs: Sequence[Proof], request: RawRequest, *, now: float, public_url: str | None = None
) -> Proof | None:
    """The first proof that the request passes, None when it passes none; every one is examined.

    Those that cover the query string come before the others: with one of them the request may say more. `now` in Unix
    seconds. `public_url` is the adapter's own address, for signatures that cover the URL.
    """
    ordered = sorted(proofs, key=lambda proof: not proof.covers_query)
    verdicts = [_examine(proof, request, now, public_url) for proof in ordered]
    return _first(ordered, verdicts)


def may_be_in_body(proofs: Sequence[Proof]) -> bool:
    """Whether one of the proofs may be a field of the body, so that it must be decoded to know who posted."""
    return any(isinstance(proof, TokenProof) and proof.field_name is not None for proof in proofs)


def authenticate_field(proofs: Sequence[Proof], data: Mapping[str, Any]) -> Proof | None:
    """The first token proof whose body field, at the top level of the decoded payload, holds the token."""
    tokens = [proof for proof in proofs if isinstance(proof, TokenProof)]
    return _first(tokens, [token.examine_field(proof, data) for proof in tokens])


def own_keys(proofs: Sequence[Proof]) -> frozenset[str]:
    """The keys of tokens in the payload and the query, which are not the sender's data."""
    names = [name for proof in proofs if isinstance(proof, TokenProof) for name in (proof.query_name, proof.field_name)]
    return frozenset(name for name in names if name is not None)


def without_tokens(proofs: Sequence[Proof], data: Any) -> Any:
    """The payload without any copy of a token under its key, also in an opened wrapper or as `auth[token]`."""
    tokens = [proof for proof in proofs if isinstance(proof, TokenProof)]
    return token.without_tokens(tokens, data) if tokens else data


def _examine(proof: Proof, request: RawRequest, now: float, public_url: str | None) -> Verdict:
    match proof:
        case TokenProof():
            return token.examine(proof, request)
        case BasicProof():
            return basic.examine(proof, request)
        case HmacProof():
            return signature.examine(proof, request, now=now, public_url=public_url)
        case JwsProof():
            return jws.examine(proof, request)


def _first(proofs: Sequence[Proof], verdicts: Sequence[Verdict]) -> Proof | None:
    return next((proof for proof, verdict in zip(proofs, verdicts, strict=True) if verdict is Verdict.PASSED), None)
