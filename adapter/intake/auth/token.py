"""A shared token, in the five places senders can put one: two headers, the query, the path, a body field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from adapter.intake.auth.compare import any_same, header_values
from adapter.intake.auth.proofs import TokenProof, Verdict
from adapter.intake.request import RawRequest

# Freshworks and Rails write `Token token=…`, nearly everybody else `Bearer …`.
_SCHEME: Final = re.compile(r'(?:Bearer +|Token +token=)"?([^"]*)"?', re.IGNORECASE)
_BEARER: Final = re.compile(r"Bearer +(.*)", re.IGNORECASE | re.DOTALL)
# Between the steps of a nested key: a[b], a.b, a__b.
_STEPS: Final = re.compile(r"__|\]?\[|\.")
_NUMBER_LIMIT: Final = 10**100


def examine(proof: TokenProof, request: RawRequest) -> Verdict:
    """Look in every place the bytes have; a body field waits for `examine_field`."""
    found = [value for values in places(proof, request).values() for value in values]
    if any_same(found, proof.secret):
        return Verdict.PASSED
    return Verdict.WRONG if found else Verdict.ABSENT


def places(proof: TokenProof, request: RawRequest) -> dict[str, list[str]]:
    """The tokens that came, by the name of their place."""
    found: dict[str, list[str]] = {}
    if proof.anywhere:
        found["the header Authorization"] = _bearers(request)
        found["the header X-Hook-Token"] = _header_tokens(request, "X-Hook-Token")
        found["the path"] = [request.path_token] if request.path_token else []
    if proof.header is not None:
        found[f"the header {proof.header}"] = _header_tokens(request, proof.header)
    if proof.query_name is not None:
        found[f"the query (?{proof.query_name}=)"] = _query_tokens(request.query, proof.query_name)
    return {place: tokens for place, tokens in found.items() if any(tokens)}


def examine_field(proof: TokenProof, data: object) -> Verdict:
    """Look in the top level of the decoded payload; only text and whole numbers can be a token."""
    name = proof.field_name
    if name is None or not isinstance(data, Mapping):
        return Verdict.ABSENT
    value = _text(data.get(name))
    if not value:
        return Verdict.ABSENT
    return Verdict.PASSED if any_same([value], proof.secret) else Verdict.WRONG


def without_tokens(proofs: Sequence[TokenProof], data: Any) -> Any:
    """The payload without the entries, at any depth, whose key and value are those of a token."""
    if isinstance(data, list):
        return [without_tokens(proofs, inner) for inner in data]
    if not isinstance(data, Mapping):
        return data
    return {key: without_tokens(proofs, inner) for key, inner in data.items() if not _holds(proofs, key, inner)}


def _holds(proofs: Sequence[TokenProof], key: str, value: Any) -> bool:
    text = _text(value)
    if not text:
        return False
    name = _STEPS.split(key.strip().rstrip("]"))[-1]
    return any(name in {one.field_name, one.query_name} and any_same([text], one.secret) for one in proofs)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _NUMBER_LIMIT
    return str(value) if is_number else ""


def _bearers(request: RawRequest) -> list[str]:
    matches = (_BEARER.fullmatch(value) for value in header_values(request, "Authorization"))
    return [match[1].strip() for match in matches if match]


def _header_tokens(request: RawRequest, name: str) -> list[str]:
    values = header_values(request, name)
    bare = [match[1].strip() for value in values if (match := _SCHEME.fullmatch(value))]
    return bare + values


def _query_tokens(query: str, name: str) -> list[str]:
    """Both readings of a raw `+`: as the blank of a form, and as the letter that an owner pasted."""
    pairs = (part.partition("=") for part in query.split("&"))
    raw = [value for key, _, value in pairs if unquote_plus(key) == name]
    return list(dict.fromkeys(decode(value, encoding="latin-1") for value in raw for decode in (unquote, unquote_plus)))
