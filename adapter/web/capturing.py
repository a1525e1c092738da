"""What a hook's address does while the hook is being made: it keeps what comes; and what was not taken is told."""

from __future__ import annotations

import time
from typing import Final

import structlog
from flask import current_app, request

from adapter import listening
from adapter.errors import FaultyHook, MethodNotAllowed, Refusal, TooLarge, Unauthenticated, UnknownHook
from adapter.intake.auth import TokenProof
from adapter.intake.auth.token import places
from adapter.intake.request import RawRequest
from adapter.listening import Listening, Miss
from adapter.mapping.hook import Hook
from adapter.store.engine import UNAVAILABLE
from adapter.web.inbound import services

_LOOK_AGAIN: Final = 1.0
_A_SECOND: Final = 5  # misses that are written down
_LONGEST_NAME: Final = 63
_log: Final = structlog.get_logger("hooks")


def hook_for(name: str) -> Hook:
    """The hook that serves under `name`; while one of that name is being made, one that only keeps what comes.

    Raises UnknownHook (404) and FaultyHook (503).
    """
    try:
        return services().catalogue.hook(name)
    except UnknownHook as refusal:
        key = str(services().settings.secret_key)
        one = next((one for one in _active() if one.hook == name), None) if key else None
        if one is None:
            note_miss(name, refusal)
            raise
        return listening.capturing_hook(one, listening.secret_of(key, one.id))
    except FaultyHook as refusal:
        note_miss(name, refusal)
        raise


def note_miss(name: str, refusal: Refusal, *, hook: Hook | None = None) -> None:
    """Tell who waits for a first request that one came and was not taken, where it may have been that one."""
    if not isinstance(refusal, UnknownHook | FaultyHook | Unauthenticated | MethodNotAllowed | TooLarge):
        return
    one = next((one for one in _active() if listening.resembles(name, one)), None)
    if one is None or not _is_seldom():
        return
    miss = Miss(time.time(), name[:_LONGEST_NAME], request.method[:10], _sentence(name, refusal, one, hook))
    try:
        listening.note_miss(services().store, miss)
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", fault=type(fault).__name__)


def _sentence(name: str, refusal: Refusal, one: Listening, hook: Hook | None) -> str:
    if isinstance(refusal, UnknownHook):
        return f"It asked for the hook {name[:_LONGEST_NAME]}, which does not exist. Yours is {one.hook}."
    if isinstance(refusal, Unauthenticated) and hook is not None:
        return _wrong_secret(hook) or f"Refused: {refusal.sentence}."
    return f"Refused: {refusal.sentence}"


def _wrong_secret(hook: Hook) -> str:
    """In which place a secret came, and how long it is beside ours; never what it is."""
    raw = RawRequest(
        request.method, request.path, request.query_string.decode("latin-1"),
        tuple((str(name), str(value)) for name, value in request.headers.items()), b"",
    )  # fmt: skip
    for proof in hook.proofs:
        if not isinstance(proof, TokenProof):
            continue
        for place, found in places(proof, raw).items():
            came, ours = len(found[-1]), len(proof.secret)
            length = f"{came} characters, ours has {ours}" if came != ours else f"as long as ours, {ours} characters"
            return (
                f"Refused: a secret came in {place}, but it is not this hook's ({length}). Copy it again from step 2."
            )
    return ""


def _active() -> list[Listening]:
    """Who listens now; looked up once a second in each process, and not at all in a request that is taken."""
    known = current_app.extensions.get("adapter_listening")
    if known is None or time.monotonic() - known[0] >= _LOOK_AGAIN:
        try:
            found = listening.active(services().store, now=time.time())
        except UNAVAILABLE:
            found = []
        known = current_app.extensions["adapter_listening"] = (time.monotonic(), found)
    active: list[Listening] = known[1]
    return active


def _is_seldom() -> bool:
    second, count = current_app.extensions.get("adapter_misses", (0, 0))
    now = int(time.monotonic())
    count = count + 1 if second == now else 1
    current_app.extensions["adapter_misses"] = (now, count)
    return count <= _A_SECOND
