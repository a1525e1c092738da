"""Misbehaviour on order: the rule that says how one push is mistreated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final


class BehaviourError(ValueError):
    """What was asked of the sandbox cannot be; the sentence says why and is shown to who asked."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one push is mistreated; the keys combine, and a rule without any is good behaviour.

    `latency` and `drip` are seconds: before the answer, and between its single bytes. `reset` is `before` (TCP reset,
    nothing taken) or `after` (taken, then reset). `http` answers that HTTP status. `text` and `bytes_hex` replace the
    body. `status` and `message` replace those of the body; a status other than 100 refuses. `drop_rows` rows are
    missing at the end of `data`, all of it with `no_data`; `extra` is merged into the answer. `hang` never answers,
    `endless` never ends its body. `for_number` keeps the rule for pushes with that number.

    A push is taken unless `http`, `reset: before` or a refusing `status` says otherwise; `take` overrules the default.
    Raises BehaviourError for a value that cannot be.
    """

    latency: float = 0.0
    reset: str | None = None
    http: int | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    take: bool | None = None
    text: str | None = None
    bytes_hex: str | None = None
    status: int | None = None
    message: str | None = None
    drip: float = 0.0
    drop_rows: int = 0
    no_data: bool = False
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    hang: bool = False
    endless: bool = False
    for_number: str | None = None

    def __post_init__(self) -> None:
        if self.reset not in (None, "before", "after"):
            raise BehaviourError(f'reset must be "before" or "after", not "{self.reset}".')
        if self.http is not None and not 200 <= self.http <= 599:
            raise BehaviourError(f"http must be an HTTP status from 200 to 599, not {self.http}.")
        if min(self.latency, self.drip, self.drop_rows) < 0:
            raise BehaviourError("latency, drip and drop_rows cannot be negative.")
        try:
            bytes.fromhex(self.bytes_hex or "")
        except ValueError:
            raise BehaviourError("bytes_hex must be pairs of hexadecimal digits.") from None

    @property
    def takes(self) -> bool:
        """Whether a valid push is taken under this rule."""
        if self.reset == "before":
            return False
        if self.take is not None:
            return self.take
        return self.http is None and self.status in (None, 100)

    @property
    def answers(self) -> bool:
        """Whether a whole answer reaches the client."""
        return not (self.reset or self.hang or self.endless)


WELL_BEHAVED: Final = Rule()

_NUMBER: Final = (int, float)
_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "latency": (_NUMBER, "a number of seconds"),
    "reset": ((str,), "a text"),
    "http": ((int,), "a whole number"),
    "headers": ((dict,), "an object"),
    "take": ((bool,), "true or false"),
    "text": ((str,), "a text"),
    "bytes_hex": ((str,), "a text"),
    "status": ((int,), "a whole number"),
    "message": ((str,), "a text"),
    "drip": (_NUMBER, "a number of seconds"),
    "drop_rows": ((int,), "a whole number"),
    "no_data": ((bool,), "true or false"),
    "extra": ((dict,), "an object"),
    "hang": ((bool,), "true or false"),
    "endless": ((bool,), "true or false"),
    "for_number": ((str,), "a text"),
}


def rule_from(value: object) -> Rule:
    """The rule a JSON object describes; BehaviourError on an unknown key or a value of the wrong kind."""
    if not isinstance(value, dict):
        raise BehaviourError('a rule must be an object such as {"http": 503}.')
    for key, given in value.items():
        if key not in _KINDS:
            raise BehaviourError(f'a rule has no key "{key}"; the keys are {", ".join(_KINDS)}.')
        kinds, words = _KINDS[key]
        if not isinstance(given, kinds) or (isinstance(given, bool) and bool not in kinds):
            raise BehaviourError(f"{key} must be {words}.")
    return Rule(**value)
