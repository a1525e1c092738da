"""The line a request runs through, from bytes to finished messages: what the endpoint, a dry run and `preview` share.

Pure: the time is passed in, nothing is stored, nothing is sent.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from adapter.errors import MethodNotAllowed, Refusal, TooLarge, Unauthenticated, Undecodable
from adapter.intake import auth
from adapter.intake.decode import decode
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


@dataclasses.dataclass(slots=True, kw_only=True)
class Taken(Made):
    """What became of one request.

    `ignored` says why nothing is sent, on purpose; `refusal` why it cannot be taken. `reply` is the answer to a
    sender's handshake, which is no event: nothing of it is kept.
    """

    request: RawRequest
    proof: auth.Proof | None = None
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
        """The request as it may be kept: the matched proof overwritten."""
        return self.request if self.proof is None else auth.redact(self.request, self.proof)


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
    """Run one request through its hook. `now` is Unix seconds, for signatures' timestamps; `clock` bounds how long the
    hook's templates may take. Never raises a Refusal."""
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
            taken.ignored = make(taken, taken.payload, accounts, keys=keys, clock=clock)
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
    pairs = (
        parse_qsl(request.query, keep_blank_values=True, max_num_fields=1000) if request.query.count("&") < 1000 else []
    )
    return any(key.strip() == "dry_run" and value.lower() not in {"0", "false", "no"} for key, value in pairs)


def _payload(taken: Taken, *, now: float, public_url: str | None, check_auth: bool) -> Payload:
    """The decoded payload of a proven request, without the keys that prove or steer it."""
    hook, request = taken.hook, taken.request
    must_prove = check_auth and bool(hook.proofs) and taken.proof is None
    if must_prove and not auth.may_be_in_body(hook.proofs):
        raise Unauthenticated(auth.why_not(hook.proofs, request, data={}, now=now, public_url=public_url))
    data: Mapping[str, Any] = {}
    try:
        payload = decode(request)
        data = payload.data if isinstance(payload.data, Mapping) else {}
    except Undecodable:
        if not must_prove:
            raise
    if must_prove:
        taken.proof = auth.authenticate_field(hook.proofs, data)
        if taken.proof is None:
            raise Unauthenticated(auth.why_not(hook.proofs, request, data=data, now=now, public_url=public_url))
    return _without(payload, hook.own_keys)


def _without(payload: Payload, keys: frozenset[str]) -> Payload:
    if not isinstance(payload.data, Mapping):
        return payload
    data = {key: value for key, value in payload.data.items() if key not in keys}
    received = tuple(key for key in payload.received_keys if key.strip() not in keys)
    return dataclasses.replace(payload, data=data, received_keys=received)


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
