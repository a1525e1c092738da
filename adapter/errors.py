"""What can go wrong, in two families: refusals answered to a sender, and faults of configuration told to the owner.

What came of a push is not an error but an outcome (`adapter.picky.outcome`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar


class Refusal(Exception):
    """A request that is not taken; `sentence` says what to change and where, and is shown to the sender's user.

    `status` is the HTTP status of the answer, `code` a stable word for programs, `retry_after` whole seconds after
    which the same request may be taken, `fields` the faults by the sender's own key, of several
    elements by their index first.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    retry_after: int | None = None

    def __init__(self, sentence: str, *, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields: dict[str, Any] = {key: list(texts) for key, texts in (fields or {}).items()}


class Undecodable(Refusal):
    """The body cannot be read as anything; the sentence gives line and column where the format has them."""

    status = 400
    code = "undecodable"


class Unauthenticated(Refusal):
    """No proof the hook accepts came with the request. Nothing is stored."""

    status = 401
    code = "unauthenticated"


class UnknownHook(Refusal):
    """No hook of that name exists. Nothing is stored."""

    status = 404
    code = "unknown_hook"


class MethodNotAllowed(Refusal):
    """The hook does not take this HTTP method. Nothing is stored."""

    status = 405
    code = "method_not_allowed"


class TooLarge(Refusal):
    """The body exceeds the limit; it was not read."""

    status = 413
    code = "too_large"


class InvalidFields(Refusal):
    """Authentic and readable, but fields are missing or wrong. The event is kept and can be replayed."""

    status = 422
    code = "invalid_fields"


class HookError(Refusal):
    """A rule or template of the hook failed on this event: the owner's fault, not the sender's. The event is kept."""

    status = 422
    code = "hook_error"


class FaultyHook(Refusal):
    """The hook's file does not load; the sender may come back once its owner mended it."""

    status = 503
    code = "faulty_hook"
    retry_after = 60


class StoreUnavailable(Refusal):
    """The database cannot be written; nothing was stored, the sender must come back."""

    status = 503
    code = "store_unavailable"
    retry_after = 10


def fault_lines(fields: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """(key, sentence) of each fault in `fields`; those of an element under its index, such as `[2].phone`."""
    for key, inner in fields.items():
        if isinstance(inner, Mapping):
            yield from fault_lines(inner, f"[{key}].")
        else:
            yield from ((place + key, text) for text in inner)


def messages_in(fault: Any) -> dict[str, Any]:
    """The tree of messages of a marshmallow ValidationError: by key, then index or key, down to lists of sentences."""
    found: dict[str, Any] = fault.normalized_messages()
    return found


class ConfigurationError(Exception):
    """Settings or hook files that cannot work; `faults` holds one sentence each. Commands print them and exit 1."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
