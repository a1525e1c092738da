"""Meta's lead ads: a handshake by GET when the address is saved, and the answers where a connector put them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs

from adapter.intake.auth import Proof, TokenProof
from adapter.intake.auth.proofs import Verdict
from adapter.intake.auth.token import examine
from adapter.intake.request import RawRequest
from adapter.intake.sources.kind import Reply
from adapter.intake.sources.labels import at, labelled, objects, pairs

_TOKEN: Final = "hub.verify_token"  # noqa: S105 - the name of the place
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,256}")
_MOST_FIELDS: Final = 20


def handshake(request: RawRequest, proofs: Sequence[Proof]) -> Reply | None:
    """The bare challenge, where the verify token is one of the hook's tokens.

    hookdeck/webhook-skills, skills/facebook-webhooks/references/verification.md. A token that the hook ties to another
    place is no verify token. What is echoed is a token itself, so that nobody gets a page of theirs served from here.
    """
    if request.method != "GET" or not _knows(request, proofs):
        return None
    try:
        query = parse_qs(request.query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    challenge = query.get("hub.challenge", [])
    if query.get("hub.mode") != ["subscribe"] or len(challenge) != 1 or not _CHALLENGE.fullmatch(challenge[0]):
        return None
    return Reply("text/plain; charset=utf-8", challenge[0])


def _knows(request: RawRequest, proofs: Sequence[Proof]) -> bool:
    """Whether the verify token is one of the hook's; every one is compared, each in constant time."""
    tokens = [proof for proof in proofs if isinstance(proof, TokenProof) and (proof.anywhere or proof.query == _TOKEN)]
    verdicts = [examine(TokenProof(proof.secret, query=_TOKEN), request) for proof in tokens]
    return Verdict.PASSED in verdicts


def answers(data: Any) -> dict[str, Any]:
    """Values by the question's name, of `field_data` on top or in the only change of the batch.

    Meta's own request holds no answers; they are what `GET /{leadgen_id}?fields=field_data` gives (n8n's
    FacebookLeadAdsTrigger.node.ts).
    """
    changes = [change for entry in objects(at(data, "entry")) for change in objects(entry.get("changes"))]
    rows = at(data, "field_data") or (at(changes[0], "value", "field_data") if len(changes) == 1 else None)
    return labelled((name, _single(values)) for name, values in pairs(rows, "name", "values"))


def _single(values: Any) -> Any:
    return values[0] if isinstance(values, list) and len(values) == 1 else values
