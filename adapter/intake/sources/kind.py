"""What a kind of sender is: a row of data that the stages read, so that none of them knows a sender by name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from adapter.intake.auth import Proof
from adapter.intake.request import RawRequest


def _holes(*alternatives: str) -> re.Pattern[str]:
    """One or several holes and nothing else; possessive, so that a long text is read once."""
    return re.compile(rf"\s*+(?:(?:{'|'.join(alternatives)})\s*+)++")


_DOLLAR: Final = r"\$\{[^{}]*+\}"
DOLLAR: Final = _holes(_DOLLAR)
"""`${Leads.Phone}`, in every source."""
MUSTACHE: Final = _holes(_DOLLAR, r"\{\{[^{}]*+\}\}")
"""Also `{{1.phone}}`."""
AT: Final = _holes(_DOLLAR, r"@\{[^{}]*+\}")
"""Also `@{triggerBody()}`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """How a handshake or an acknowledgement is answered, always with HTTP 200."""

    content_type: str
    body: str


@dataclasses.dataclass(frozen=True, slots=True)
class TestTraffic:
    """A request that is a test of the sender: answered 200, and nobody is messaged.

    `place` is a key of the payload (data headers included) or a JMESPath; what stands there must be of the type of
    `value` and equal to it, texts ignoring case. `reason` is the sentence of the answer.
    """

    __test__: ClassVar[bool] = False  # pytest takes a class of this name for a test

    place: str
    value: Any = dataclasses.field(hash=False)
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of sender; every default can be overridden by a hook file.

    `empty_words` (lower case) are whole values that mean "nothing", `placeholders` matches a whole value that is an
    unresolved merge field. `browser`: a person's browser posts here, so that it may be redirected. `preset` is the
    proof that `hmac: {secret: …}` means. `headers` carry data and are seen by fields under the name written here.
    `for_each` is a JMESPath to the events of a batch. `event_id` are keys or JMESPaths (with `item` for an element of
    `for_each`) that together are the same on a retry and different for another event; all of them must be there.
    `answers` gives people's own labels and their values. `handshake` is asked before the proof, None means that the
    request is none. `acknowledge` is the body of every 200, instead of ours.
    """

    name: str
    title: str
    methods: tuple[str, ...] = ("POST",)
    empty_words: frozenset[str] = frozenset()
    placeholders: re.Pattern[str] = DOLLAR
    browser: bool = False
    preset: str | None = None
    headers: tuple[str, ...] = ()
    for_each: str | None = None
    event_id: tuple[str, ...] = ()
    answers: Callable[[Any], Mapping[str, Any]] | None = None
    tests: tuple[TestTraffic, ...] = ()
    handshake: Callable[[RawRequest, Sequence[Proof]], Reply | None] | None = None
    acknowledge: Reply | None = None
    reject_status: int = 422
