"""A captured request as it may be kept beside a hook file: without tokens, passwords and signatures."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote_plus

from adapter.draft.vocabulary import is_secret, words
from adapter.intake.auth import PRESETS, TokenProof, redact
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest

_STARS: Final = b"***"
_SHORT: Final = 6
_LONGEST: Final = 200
_MOST_SECRETS: Final = 100
_SIGNATURES: Final = frozenset(preset.header.lower() for preset in PRESETS.values())
# A whole value of a form, JSON, XML or multipart body; not a JSON key.
_WHOLE: Final = rb"""(?:(?<=[="'>:\s,\[])|\A)%b(?=["'&<\s},\]]|\Z)(?!"\s*:)"""
# What the connection was like, and what a client on this machine writes anew.
_OF_THE_CONNECTION: Final = frozenset({"connection", "accept-encoding", "transfer-encoding", "content-length", "host"})


class Unclean(Exception):
    """A secret of the request cannot be taken out of it; the message is a sentence."""


def cleaned(request: RawRequest, payload: Payload, *, name: str, variable: str) -> RawRequest:
    """The request as the hook `name` would get it, with `${variable}` as its token and stars for what was secret.

    `payload` is what it decodes to. Path, query and head lose what proves; the body loses the values of keys that name
    a secret, and what stood in the path, wherever it is repeated.
    """
    secrets = set(_in_payload(payload.data)) | set(_in_path(request.path)) | set(_in_head(request))
    if len(secrets) > _MOST_SECRETS:
        raise Unclean(f"The request has more than {_MOST_SECRETS} secrets; take them out by hand.")
    headers = [
        (key, value)
        for key, value in request.headers
        if not is_secret(key) and not is_signature(key) and key.lower() not in _OF_THE_CONNECTION
    ]
    clean = RawRequest(
        method=request.method,
        path=f"/hooks/{name}",
        query="&".join(_public(request.query)),
        headers=(("Host", "hooks.example.com"), ("X-Hook-Token", f"${{{variable}}}"), *headers),
        body=request.body,
    )
    for secret in sorted(secrets, key=len, reverse=True):
        clean = _without(clean, secret)
    return clean


def is_signature(header: str) -> bool:
    """Whether a header carries a signature, which proves this one request and is no secret."""
    return header.lower() in _SIGNATURES or not {"signature", "hmac", "nonce"}.isdisjoint(words(header).split())


def leaked(clean: Payload, secrets: Payload) -> bool:
    """Whether a secret of the one payload still stands under a secret's key of the other."""
    return not set(_in_payload(clean.data)).isdisjoint(_in_payload(secrets.data))


def as_http_file(request: RawRequest) -> bytes:
    """The request as a file that `preview`, `send` and `test` read."""
    target = quote(request.path) + (f"?{request.query}" if request.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    if request.body:
        lines.append(f"Content-Length: {len(request.body)}")  # so that an editor's line break at the end is none of it
    return "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + request.body


def _in_payload(data: Any, *, is_within: bool = False) -> Iterator[str]:
    """The texts and numbers under keys that name a secret, at any depth."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _in_payload(value, is_within=is_within or is_secret(str(key)))
    elif isinstance(data, list):
        for value in data:
            yield from _in_payload(value, is_within=is_within)
    elif is_within and not isinstance(data, bool) and data is not None:
        text = str(data)
        if text.strip("*0 "):
            yield text


def _in_path(path: str) -> Iterator[str]:
    """Steps that may be a token, which some senders repeat in the body (Jotform's `webhookURL`)."""
    steps = path.strip("/").split("/")
    for number, step in enumerate(steps):
        is_random = len(step) >= _SHORT and any(one.isdigit() for one in step)
        if is_random or (number == 2 and len(step) >= _SHORT):
            yield step


def _in_head(request: RawRequest) -> Iterator[str]:
    for name, value in request.headers:
        credential = value.rpartition(" ")[2].rpartition("token=")[2].strip('"')
        if is_secret(name) and not is_signature(name) and _SHORT <= len(credential) <= _LONGEST:
            yield credential


def _public(query: str) -> Iterator[str]:
    for pair in query.split("&"):
        key = unquote_plus(pair.partition("=")[0])
        if pair and not is_secret(key) and key != "dry_run":
            yield pair


def _without(request: RawRequest, secret: str) -> RawRequest:
    """A secret goes wherever it stands; a short one where it is a whole value, for it may be part of a word."""
    if _SHORT <= len(secret) <= _LONGEST:
        return redact(request, TokenProof(secret))
    bare = secret.encode("utf-8", "surrogatepass")
    spellings = {bare, quote(bare, safe="").encode(), quote_plus(bare).encode(), json.dumps(secret)[1:-1].encode()}
    stars = b"0" if secret.isdigit() else _STARS
    body = request.body
    for spelling in spellings:
        is_long = len(secret) > _LONGEST
        body = body.replace(spelling, stars) if is_long else re.sub(_WHOLE % re.escape(spelling), stars, body)
    return dataclasses.replace(request, body=body)
