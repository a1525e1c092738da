"""The sentence of a 401: what was looked for and what came, by place. Nothing of the secret, not even its length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from adapter.intake.auth import basic, jws, signature, token
from adapter.intake.auth.proofs import BasicProof, HmacProof, JwsProof, Proof, TokenProof, Verdict
from adapter.intake.request import RawRequest

_BASIC: Final[Mapping[Verdict, str]] = {
    Verdict.ABSENT: "no username and password came: send them as HTTP Basic (Authorization: Basic …)",
    Verdict.MALFORMED: "the Authorization header says Basic but what follows is not base64",
    Verdict.WRONG: "a username and password came in the Authorization header but they are not this hook's",
}
_SIGNATURE: Final[Mapping[Verdict, str]] = {
    Verdict.ABSENT: "no signature came: the header {header} is missing",
    Verdict.MALFORMED: "the signature in {header} cannot be read: it is not of the form this hook expects",
    Verdict.UNTIMED: "the signature in {header} came without a timestamp that is a number",
    Verdict.UNNAMED: "the signature in {header} came without the header {id_header}",
    Verdict.STALE: "the timestamp is older than {tolerance} s",
    Verdict.EARLY: "the timestamp lies more than {tolerance} s in the future: check the clocks",
    Verdict.WRONG: "the signature in {header} does not match the {covered}",
}
_UNTIMELY: Final = "the timestamp is more than {tolerance} s old, or as far in the future"


def why_not(
    proofs: Sequence[Proof],
    request: RawRequest,
    *,
    data: object = None,
    now: float | None = None,
    public_url: str | None = None,
) -> str:
    """One sentence. With `now` it tells a stale timestamp, with `data` a wrong token in the decoded payload."""

    def told(proof: Proof) -> str | None:
        match proof:
            case TokenProof():
                return _token(proof, request, data)
            case BasicProof():
                return _BASIC.get(basic.examine(proof, request))
            case HmacProof():
                return _signed(proof, signature.examine(proof, request, now=now, public_url=public_url))
            case JwsProof():
                return _jws(proof, jws.examine(proof, request))

    return _sentence(proofs, told)


def _sentence(proofs: Sequence[Proof], told: Callable[[Proof], str | None]) -> str:
    reasons = list(dict.fromkeys(filter(None, map(told, proofs))))
    if not proofs:
        return "this hook has no proof configured, so nobody can pass"
    return "; ".join(reasons) or "the proof that came is not valid now"


def _token(proof: TokenProof, request: RawRequest, data: object) -> str:
    came = list(token.places(proof, request))
    if token.examine_field(proof, data) is not Verdict.ABSENT:
        came.append(f'the body field "{proof.field_name}"')
    if came:
        return f"a token came in {' and '.join(came)} but it is not this hook's"
    return f"no token came: send it as {_wanted(proof)}"


def _wanted(proof: TokenProof) -> str:
    if proof.anywhere:
        return (
            "Authorization: Bearer …, in the header X-Hook-Token, as ?token=…, "
            'as the last part of the path or in a body field "token"'
        )
    named = {"the header {}": proof.header, "?{}=…": proof.query, 'the body field "{}"': proof.field}
    return " or ".join(text.format(name) for text, name in named.items() if name is not None)


def _signed(proof: HmacProof, verdict: Verdict) -> str | None:
    covered = "body and the URL (is PUBLIC_URL set?)" if "{url}" in proof.signed else "body"
    tolerance = f"{proof.tolerance:g}"
    if verdict is Verdict.PASSED and "{timestamp}" in proof.signed:  # all is right but the clock, which was left out
        return _UNTIMELY.format(tolerance=tolerance)
    return _filled(verdict, proof.header, id_header=proof.id_header, tolerance=tolerance, covered=covered)


def _jws(proof: JwsProof, verdict: Verdict) -> str | None:
    return _filled(verdict, proof.header, covered="body")


def _filled(verdict: Verdict, header: str, **more: str | None) -> str | None:
    text = _SIGNATURE.get(verdict)
    return text.format(header=header, **more) if text else None
