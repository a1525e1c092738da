"""Which rule meets which push: the next ones in order, one for a token, or always the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from adapter.picky.sandbox.rules import WELL_BEHAVED, BehaviourError, Rule, rule_from

KEEP: Final[Any] = object()


def parts_from(value: object) -> dict[str, Any]:
    """The arguments of `Sandbox.behave` in `{"next": [rule], "always": rule, "tokens": {token: rule}}`.

    null empties a part, a part that is missing stays as it is. BehaviourError says what cannot be.
    """
    if not isinstance(value, dict) or not value or not value.keys() <= _READERS.keys():
        raise BehaviourError('behave takes an object of "next", "always" and "tokens".')
    return {part: None if given is None else _READERS[part](given) for part, given in value.items()}


class Plan:
    """The rules in force; not thread-safe by itself."""

    def __init__(self) -> None:
        self._next: deque[Rule] = deque()
        self._always: Rule | None = None
        self._tokens: dict[str, Rule] = {}

    def change(self, following: Iterable[Rule] | None, always: Rule | None, tokens: Mapping[str, Rule] | None) -> None:
        """Replace the parts that are not KEEP; None empties one."""
        if following is not KEEP:
            self._next = deque(following or ())
        if always is not KEEP:
            self._always = always
        if tokens is not KEEP:
            self._tokens = dict(tokens or {})

    def pick(self, token: str, numbers: Collection[str]) -> Rule:
        """The rule for this push: the first of `next` that fits (it is used up), else the token's, else always."""
        rule = _first(self._next, numbers)
        if rule is not None:
            self._next.remove(rule)
            return rule
        standing = (rule for rule in (self._tokens.get(token), self._always) if rule is not None)
        return _first(standing, numbers) or WELL_BEHAVED


def _first(rules: Iterable[Rule], numbers: Collection[str]) -> Rule | None:
    return next((rule for rule in rules if rule.for_number is None or rule.for_number in numbers), None)


def _listed(value: object) -> list[Rule]:
    if not isinstance(value, list):
        raise BehaviourError('"next" must be a list of rules.')
    return [rule_from(rule) for rule in value]


def _by_token(value: object) -> dict[str, Rule]:
    if not isinstance(value, dict):
        raise BehaviourError('"tokens" must be an object of a rule for each token.')
    return {token: rule_from(rule) for token, rule in value.items()}


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {"next": _listed, "always": rule_from, "tokens": _by_token}
