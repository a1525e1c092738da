"""The secrets of a hook are overwritten before a request is stored, however their characters are spelt."""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
import re
from collections.abc import Sequence
from typing import Final

from adapter.intake.auth.compare import utf8, wire
from adapter.intake.auth.proofs import BasicProof, Proof, TokenProof
from adapter.intake.request import RawRequest

STARS: Final = "***"

# A backslash or quote of a JSON text inside a form is itself percent-encoded, and again in a nested URL (%255C).
_PERCENT: Final = "%(?:25)*+"
_SLASHES: Final = rf"(?:\\|{_PERCENT}5[cC])"
# Bounded: a long run of backslashes would otherwise be searched to its end from each of its places.
_DEPTH: Final = "{1,16}+"
# `"key": 123` in JSON, with the quote as it is spelt at that depth of nesting.
_BLANKS: Final = rb"(?:\s|\+|%%20)*"
_NUMBER: Final = (
    rb'((?:\\|%%5[cC]){0,16}+(?:"|%%22))('
    + _BLANKS
    + rb"(?::|%%3[aA])"
    + _BLANKS
    + rb")%b(?="
    + _BLANKS
    + rb"(?:[,}\]]|%%2[cC]|%%7[dD]|%%5[dD]))"
)
_XML: Final = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


def redact(request: RawRequest, *proofs: Proof) -> RawRequest:
    """A copy for storage. Signatures are no secret and stay; an Authorization that may be a proof goes wholly."""
    pattern = _pattern(tuple(secret for proof in proofs for secret in _secrets(proof)))
    if pattern is None:
        return request
    is_credential = any(isinstance(proof, TokenProof | BasicProof) for proof in proofs)
    headers = tuple(
        (name, STARS if is_credential and name.lower() == "authorization" else _overwritten(value, pattern))
        for name, value in request.headers
    )
    return dataclasses.replace(
        request,
        path=_overwritten(request.path, pattern),
        query=_overwritten(request.query, pattern),
        headers=headers,
        body=_body(request.body, proofs, pattern),
    )


def _body(body: bytes, proofs: Sequence[Proof], pattern: re.Pattern[bytes]) -> bytes:
    """A token that came as a JSON number becomes a text: bare stars would make the body unreadable for a replay."""
    for proof in proofs:
        if isinstance(proof, TokenProof) and proof.secret.isascii() and proof.secret.isdigit():
            body = re.sub(_NUMBER % proof.secret.encode(), rb"\1\2\1***\1", body)
        for secret in _secrets(proof):  # a body may come as UTF-16, whose bytes no other spelling matches
            for encoding in ("utf-16-le", "utf-16-be"):
                body = body.replace(secret.encode(encoding, "surrogatepass"), STARS.encode(encoding))
    return pattern.sub(STARS.encode(), body)


def _secrets(proof: Proof) -> tuple[str, ...]:
    if not isinstance(proof, BasicProof):
        return (proof.secret,) if proof.secret else ()
    if not proof.password:
        return ()
    credentials = f"{proof.username}:{proof.password}"
    encoded = {base64.b64encode(spelling(credentials)).decode() for spelling in (utf8, wire)}
    return (*sorted(encoded), proof.password)


def _overwritten(text: str, pattern: re.Pattern[bytes]) -> str:
    """Text of the head stands for bytes: Latin-1 where it can be, as the server read it."""
    try:
        return pattern.sub(STARS.encode(), text.encode("latin-1")).decode("latin-1")
    except UnicodeEncodeError:
        return pattern.sub(STARS.encode(), utf8(text)).decode("utf-8", "replace")


@functools.lru_cache(maxsize=256)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[bytes] | None:
    """All spellings of the secrets: plain, percent-encoded, `+` for a blank, JSON- and XML-escaped, also mixed."""
    if not secrets:
        return None
    return re.compile("|".join(spelt for secret in secrets for spelt in _depths(secret)).encode("latin-1"))


def _depths(secret: str) -> list[str]:
    """How many backslashes stand for one depends on the depth of JSON in JSON: deepest first, so that none is left."""
    counts = (8, 4, 2, 1) if "\\" in secret else (1,)
    return ["".join(_character(character, count) for character in secret) for count in counts]


def _character(character: str, backslashes: int) -> str:
    """The spellings of one character, escapes before the plain one, which may begin like them."""
    if character == "\\":
        return f"(?:{_json_code(character)}|{_SLASHES}{{{backslashes}}})"
    spellings = [_json_code(character), _json_short(character)]
    if character in _XML:
        spellings.append(_octets(f"&{_XML[character]};".encode()))
    if character == " ":
        spellings += [r"\+", f"{_PERCENT}2[bB]"]
    spellings += [_octets(utf8(character)), _octets(wire(character))]
    return "(?:" + "|".join(dict.fromkeys(filter(None, spellings))) + ")"


def _octets(octets: bytes) -> str:
    return "".join(map(_octet, octets))


def _octet(octet: int) -> str:
    if octet == ord("%"):
        return "%(?:25)*"
    return f"(?:{re.escape(chr(octet))}|{_PERCENT}{_any_case(f'{octet:02x}')})"


def _json_code(character: str) -> str:
    """The \\uXXXX of a character, two of them beyond the basic plane."""
    codes = _utf16_units(character)
    return "".join(f"{_SLASHES}{_DEPTH}u{_any_case(code)}" for code in codes)


def _utf16_units(character: str) -> list[str]:
    """The UTF-16 code units of a character as four hex digits each."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return [units[at : at + 4] for at in range(0, len(units), 4)]


def _json_short(character: str) -> str:
    """The escapes \\" \\/ \\n and their like."""
    escaped = "\\/" if character == "/" else json.dumps(character, ensure_ascii=False)[1:-1]
    return f"{_SLASHES}{_DEPTH}{_octets(escaped[1:].encode())}" if len(escaped) == 2 else ""


def _any_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
