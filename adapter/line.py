"""The line a request runs through, from bytes to finished messages: what the endpoint, a dry run and `preview` share.

Pure: the time is passed in, nothing is stored, nothing is sent.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from adapter.errors import MethodNotAllowed, Refusal, TooLarge, Unauthenticated, Undecodable
from adapter.intake import auth
from adapter.intake.decode import decode
from adapter.intake.decode.limits import DEFAULT_LIMITS
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest
from adapter.intake.sources import Reply, enrich, test_traffic
from adapter.making import Made, make
from adapter.mapping.dedupe import event_keys
from adapter.mapping.hook import Hook
from adapter.mapping.lookup import loose
from adapter.picky.account import Account

_SWITCHED_OFF: Final = "The hook is switched off; the request was kept, nothing is sent."
_CAPTURED: Final = "The hook only captures; the request was kept, nothing is sent."
_GREETED: Final = "This is the handshake of the sending tool; it was answered, and nothing is sent."
_TRAPPED: Final = "The hidden field that people leave empty was filled in, so a machine sent this."
_OF_THE_BODY: Final = frozenset({"content-type", "content-length", "transfer-encoding"})


@dataclasses.dataclass(slots=True, kw_only=True)
class Taken(Made):
    """What became of one request.

    `ignored` says why nothing is sent, on purpose; `refusal` why it cannot be taken. `reply` is the answer to a
    sender's handshake, which is no event: nothing of it is kept.
    """

    request: RawRequest
    proof: auth.Proof | None = None
    proven_by_field: bool = False
    payload: Payload | None = None
    ignored: str | None = None
    refusal: Refusal | None = None
    reply: Reply | None = None

    @property
    def outcome(self) -> str:
        """queued, ignored, rejected or unauthenticated."""
        if isinstance(self.refusal, Unauthenticated):
            return "unauthenticated"
        if self.refusal is not None:
            return "rejected"
        return "queued" if self.ignored is None else "ignored"

    @property
    def stored_request(self) -> RawRequest:
        """The request as it may be kept: the hook's secrets overwritten.

        Where the token came in the body in a spelling that no search of bytes finds, the payload is kept instead.
        """
        kept = auth.redact(self.request, *self.hook.proofs)
        if not self.proven_by_field or not self._still_proves(kept):
            return kept
        sent = _without_own(self.hook, decode(self.request).data)
        headers = [pair for pair in self.request.headers if pair[0].lower() not in _OF_THE_BODY]
        rest = dataclasses.replace(
            self.request,
            query="",
            headers=(*headers, ("Content-Type", "application/json")),
            body=json.dumps(sent, default=str).encode(),
        )
        return auth.redact(rest, *self.hook.proofs)

    def _still_proves(self, kept: RawRequest) -> bool:
        """Whether the token can be read from what would be kept, or what would be kept cannot be read at all."""
        try:
            data = decode(kept).data
        except Undecodable:
            return True
        return isinstance(data, Mapping) and auth.authenticate_field(self.hook.proofs, data) is not None


def take(
    hook: Hook,
    request: RawRequest,
    accounts: Mapping[str, Account],
    *,
    now: float,
    most_bytes: int | None = None,
    public_url: str | None = None,
    check_auth: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Taken:
    """Run one request through its hook. `now` is Unix seconds, for signatures' timestamps and what leaves later;
    `clock` bounds how long the hook's templates may take. Never raises a Refusal."""
    taken = Taken(hook, request=request)
    try:
        if hook.source.handshake is not None and (reply := hook.source.handshake(request, hook.proofs)):
            taken.reply, taken.ignored = reply, _GREETED
            return taken
        require_method(hook, request.method)
        if most_bytes is not None and len(request.body) > most_bytes:
            raise too_large(most_bytes)
        if check_auth and hook.proofs:
            taken.proof = auth.authenticate(hook.proofs, request, now=now, public_url=public_url)
        sent = _payload(taken, now=now, public_url=public_url, check_auth=check_auth)
        taken.payload = enrich(hook.source, request, sent)
        _note(taken, taken.payload)
        taken.ignored = _reason_to_ignore(hook, taken.payload)
        if taken.ignored is None:
            keys = event_keys(hook, request, sent.data)  # what a delivery's headers add differs when it is repeated
            taken.ignored = make(taken, taken.payload, accounts, keys=keys, now=now, clock=clock)
    except Refusal as refusal:
        taken.refusal = refusal
        taken.errors = taken.errors or dict(refusal.fields)
    return taken


def require_method(hook: Hook, method: str) -> None:
    """Raises MethodNotAllowed where the hook does not take this HTTP method."""
    if method not in hook.methods:
        hint = " A GET without data often means that http:// was redirected: use https://." if method == "GET" else ""
        raise MethodNotAllowed(f"Hook {hook.name} takes {' or '.join(hook.methods)}, but a {method} came.{hint}")


def too_large(limit: int) -> TooLarge:
    """The refusal of a body of more than `limit` bytes."""
    return TooLarge(f"The body is larger than the {limit:,} bytes this adapter reads; send less, files as links.")


def wants_dry_run(request: RawRequest) -> bool:
    """Whether the query says `dry_run`; any value but 0, false and no is a yes, because the other way would send."""
    pairs = _query_pairs(request)
    return any(key == "dry_run" and value.lower() not in {"0", "false", "no"} for key, value in pairs)


def _query_pairs(request: RawRequest) -> list[tuple[str, str]]:
    if _is_crowded(request):
        return []
    pairs = parse_qsl(request.query, keep_blank_values=True)
    return [(key.strip(), value) for key, value in pairs]


def _is_crowded(request: RawRequest) -> bool:
    """Whether the query has more pairs than `decode` takes; then the request is refused, whatever it asks for."""
    return request.query.count("&") >= DEFAULT_LIMITS.pairs


def _payload(taken: Taken, *, now: float, public_url: str | None, check_auth: bool) -> Payload:
    """The decoded payload of a proven request, without the keys that prove or steer it."""
    hook, request = taken.hook, taken.request
    must_prove = check_auth and bool(hook.proofs) and taken.proof is None
    if must_prove and not auth.may_be_in_body(hook.proofs):
        raise Unauthenticated(auth.why_not(hook.proofs, request, data={}, now=now, public_url=public_url))
    data: Mapping[str, Any] = {}
    proofs = (taken.proof,) if taken.proof else hook.proofs
    signed_only = bool(proofs) and not any(proof.covers_query for proof in proofs)
    try:
        payload = decode(
            dataclasses.replace(request, query="") if signed_only and not _is_crowded(request) else request
        )
        data = payload.data if isinstance(payload.data, Mapping) else {}
    except Undecodable:
        if not must_prove:
            raise
    if must_prove:
        taken.proof = auth.authenticate_field(hook.proofs, data)
        if taken.proof is None:
            raise Unauthenticated(auth.why_not(hook.proofs, request, data=data, now=now, public_url=public_url))
        taken.proven_by_field = True
    own = hook.own_keys
    if signed_only and (left := {key for key, _ in _query_pairs(request)} - own):
        payload = dataclasses.replace(payload, warnings=(*payload.warnings, _left_out(left)))
    received = tuple(key for key in payload.received_keys if key.strip() not in own)
    return dataclasses.replace(payload, data=_without_own(hook, payload.data), received_keys=received)


def _left_out(keys: Collection[str]) -> str:
    names = ", ".join(sorted(key[:40] for key in keys)[:5])
    return f"The signature does not cover the query string, so its keys were left out ({names}); send them in the body."


def _without_own(hook: Hook, data: Any) -> Any:
    """The payload without the keys that prove or steer the request."""
    found = auth.without_tokens(hook.proofs, data)
    if not isinstance(found, Mapping):
        return found
    own = hook.own_keys
    return {key: value for key, value in found.items() if key not in own}


def _reason_to_ignore(hook: Hook, payload: Payload) -> str | None:
    if hook.enabled is False:
        return _SWITCHED_OFF
    if hook.enabled == "capture":
        return _CAPTURED
    if hook.browser.honeypot and isinstance(payload.data, Mapping):
        trap = loose(hook.browser.honeypot)
        if any(loose(str(key)) == trap and value not in (None, "", [], {}) for key, value in payload.data.items()):
            return _TRAPPED
    return test_traffic(hook.source, payload)


def _note(taken: Taken, stage: Any) -> None:
    taken.repairs.extend(stage.repairs)
    taken.warnings.extend(stage.warnings)
