"""From the `hmac:` of a hook file to a proof that can work; every fault is one sentence for the file's author."""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapter.intake.auth.keys import key_of
from adapter.intake.auth.presets import PRESETS
from adapter.intake.auth.proofs import HmacProof, JwsProof
from adapter.intake.auth.signed import BODIES, HOLES, holes

_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "algorithm": ("sha256", "sha1", "sha512"),
    "encoding": ("hex", "base64"),
    "grammar": ("plain", "pairs", "list"),
    "unit": ("s", "ms"),
    "key_encoding": ("text", "base64"),
}
_PLAIN_KEYS: Final = frozenset({"header", "prefix", "signed", "id_header", "tolerance", "signature_pair", *_CHOICES})
_KEYS: Final = _PLAIN_KEYS | {"preset", "secret", "timestamp"}
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def hmac_proof(options: Mapping[str, Any]) -> HmacProof | JwsProof:
    """Build the proof of one `hmac:` mapping; its own keys win over the preset's.

    Raises ValueError with one sentence for anything with which no request, or every request, could pass.
    """
    given = {key: value for key, value in options.items() if value is not None}
    if unknown := sorted(given.keys() - _KEYS):
        raise ValueError(f"unknown key {unknown[0]}")
    secret = given.get("secret") or ""
    if not secret.strip():
        raise ValueError("secret is missing or empty")
    base = _preset(given["preset"]) if "preset" in given else HmacProof("", "")
    if isinstance(base, JwsProof):
        return _jws(base, secret, given)
    proof = dataclasses.replace(base, secret=secret, **_overrides(given))
    _check(proof)
    return proof


def _preset(name: str) -> HmacProof | JwsProof:
    if name in PRESETS:
        return PRESETS[name]
    near = difflib.get_close_matches(name.lower(), PRESETS, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(PRESETS)}"
    raise ValueError(f'preset "{name}" is unknown; {hint}')


def _jws(base: JwsProof, secret: str, given: Mapping[str, Any]) -> JwsProof:
    if extra := sorted(given.keys() - {"preset", "secret", "header"}):
        raise ValueError(f"the preset netlify takes a secret and a header, not {extra[0]}")
    header = given.get("header", base.header)
    _check_header("header", header)
    return dataclasses.replace(base, secret=secret, header=header)


def _overrides(given: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: given[key] for key in _PLAIN_KEYS & given.keys()}
    if place := given.get("timestamp"):
        if place.get("header") and place.get("pair"):
            raise ValueError("timestamp is in a header or in a pair, not in both")
        found |= {"timestamp_header": place.get("header"), "timestamp_pair": place.get("pair")}
    prefix = found.get("prefix", "")
    if found.get("grammar") == "pairs" and "signature_pair" not in found and prefix.endswith("="):
        found |= {"signature_pair": prefix.removesuffix("="), "prefix": ""}  # `prefix: "v1="` names the pair
    return found


def _check(proof: HmacProof) -> None:
    if not proof.header:
        raise ValueError("header is missing: name the header that carries the signature, or a preset")
    for key in ("header", "timestamp_header", "id_header"):
        _check_header(key, getattr(proof, key))
    for key, allowed in _CHOICES.items():
        if getattr(proof, key) not in allowed:
            raise ValueError(f'{key} "{getattr(proof, key)}" is unknown; it must be {" or ".join(allowed)}')
    if not (math.isfinite(proof.tolerance) and proof.tolerance > 0):
        raise ValueError("tolerance must be a span of more than 0 seconds")
    _check_signed(proof)
    _check_pairs(proof)
    if key_of(proof) is None:
        raise ValueError("secret is not base64 (whsec_ followed by base64): copy it again, whole")


def _check_header(key: str, name: str | None) -> None:
    if name is not None and not _HEADER_NAME.fullmatch(name):
        raise ValueError(f'{key} must be the name of an HTTP header such as X-Signature, not "{name}"')


def _check_signed(proof: HmacProof) -> None:
    found = holes(proof.signed)
    if unknown := [hole for hole in found if hole not in HOLES]:
        raise ValueError(f"signed holds {unknown[0]}, which is none of {' '.join(HOLES)}")
    if not BODIES & set(found):
        raise ValueError("signed must contain {body}: else anybody could change the body")
    if "{secret}" in found and proof.kind == "hmac":
        raise ValueError("signed may not contain {secret}: an HMAC has it as its key")
    timed = proof.timestamp_header is not None or proof.timestamp_pair is not None
    if timed and "{timestamp}" not in found:
        raise ValueError("the timestamp is not part of signed, so anybody could renew it: add {timestamp}")
    if "{timestamp}" in found and not timed:
        raise ValueError("signed contains {timestamp}: say where it is with timestamp: {header: …} or {pair: …}")
    if "{id}" in found and not proof.id_header:
        raise ValueError("signed contains {id}: name the header it comes in with id_header")


def _check_pairs(proof: HmacProof) -> None:
    if proof.grammar == "pairs" and not proof.signature_pair:
        raise ValueError("grammar pairs needs signature_pair, the key of the signature such as v1")
    if proof.grammar != "pairs" and (proof.signature_pair or proof.timestamp_pair):
        raise ValueError("a pair can only be read with grammar: pairs")
