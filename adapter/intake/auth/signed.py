"""The text a signature covers, put together from the request as the sender saw it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl, quote

from adapter.intake.auth.compare import utf8, wire
from adapter.intake.auth.proofs import HmacProof
from adapter.intake.request import RawRequest

_HOLE: Final = re.compile(r"(\{[a-z_]+\})")
_PATH_SAFE: Final = "/:@!$&'()*+,;=~"
# HubSpot signs the URL with some %-codes decoded; the list is that of its page "Validating requests" (v3).
_DECODED: Final = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_FORM: Final = "application/x-www-form-urlencoded"


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """What the headers say: signatures without their prefix, the timestamp as sent, the id or ""."""

    signatures: tuple[str, ...]
    timestamp: str | None
    identity: str

    @property
    def time(self) -> str:
        """The timestamp without blanks, "" when there is none."""
        return (self.timestamp or "").strip()


@dataclasses.dataclass(frozen=True, slots=True)
class _Parts:
    proof: HmacProof
    request: RawRequest
    claim: Claim
    url: str


def signed_texts(proof: HmacProof, request: RawRequest, claim: Claim, public_url: str | None) -> list[bytes]:
    """The signed text, in each spelling of the URL where it is part of it (one spelling otherwise)."""
    url = _url(request, public_url) if "{url}" in proof.signed else ""
    urls = dict.fromkeys((url, _DECODED.sub(lambda code: chr(int(code[1], 16)), url)))
    return [_filled(_Parts(proof, request, claim, each)) for each in urls]


def holes(signed: str) -> list[str]:
    """The holes of a template, in order."""
    return _HOLE.findall(signed)


def _filled(parts: _Parts) -> bytes:
    texts = _HOLE.split(parts.proof.signed)
    return b"".join(HOLES[text](parts) if text in HOLES else utf8(text) for text in texts)


def _url(request: RawRequest, public_url: str | None) -> str:
    """The URL as called. The path arrives decoded, so reserved characters sent as %-codes come out plain."""
    base = public_url.rstrip("/") if public_url else f"https://{request.header('Host') or ''}"
    path = quote(request.path, safe=_PATH_SAFE, errors="replace")
    return f"{base}{path}?{request.query}" if request.query else f"{base}{path}"


def _is_form(request: RawRequest) -> bool:
    return request.content_type.partition(";")[0].strip().lower() == _FORM


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True)


def _wpforms_body(request: RawRequest) -> bytes:
    """WPForms signs wp_json_encode(fields) also where it sends a form; PHP escapes slashes and non-ASCII.

    A key that comes twice is one that WPForms did not sign, so such a body is taken as it stands, and fails.
    """
    pairs = _pairs(request.body) if _is_form(request) else []
    fields = dict(pairs)
    if len(fields) < len(pairs) or not fields:
        return request.body
    text = json.dumps(fields, separators=(",", ":"))
    return text.replace("/", "\\/").encode()


def _zoho_text(request: RawRequest) -> bytes:
    """Zoho signs the query and form pairs sorted by key, names and values joined bare, then a raw JSON body."""
    is_form = _is_form(request)
    pairs = _pairs(wire(request.query)) + (_pairs(request.body) if is_form else [])
    joined = "".join(key + value for key, value in sorted(pairs, key=lambda pair: pair[0]))
    return utf8(joined) + (b"" if is_form else request.body)


HOLES: Final[Mapping[str, Callable[[_Parts], bytes]]] = {
    "{body}": lambda parts: parts.request.body,
    "{timestamp}": lambda parts: wire(parts.claim.time),
    "{id}": lambda parts: wire(parts.claim.identity),
    "{method}": lambda parts: utf8(parts.request.method.upper()),
    "{url}": lambda parts: wire(parts.url),
    "{secret}": lambda parts: utf8(parts.proof.secret),
    "{wpforms_body}": lambda parts: _wpforms_body(parts.request),
    "{zoho_text}": lambda parts: _zoho_text(parts.request),
}
BODIES: Final = frozenset({"{body}", "{wpforms_body}", "{zoho_text}"})
