"""Nested spellings of keys, `a__b`, `a[b]`, `a[0]`, `a[]`, `a.b`, grown into objects and lists beside the flat keys."""

from __future__ import annotations

import re
from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes, short

_BRACKETED: Final = re.compile(r"([^\[\]]++)((?:\[[^\[\]]*+\]|\.[\w$-]++(?:\.[\w$-]++)*+|__[^\[\]]++)++)")
_STEP: Final = re.compile(r"\[([^\[\]]*+)\]|(?:\.|__)([^\[\]]++)")
_DOTTED: Final = re.compile(r"[\w$-]++(?:\.[\w$-]++)++")
_DIGITS: Final = re.compile(r"[\d.]++")


class _Node(dict[str, Any]):
    """An object made by expansion, told from one the sender sent."""


def expand(data: Any, notes: Notes, limits: Limits) -> Any:
    """An object, or each object of a list, with its nested spellings grown beside it: `{"a[b]": 1}` gives also
    `"a": {"b": 1}`.

    What the sender sent is never overwritten: where `a` is there already, `a__b` stays flat. Of two spellings of one
    place the first wins, with a warning. Indices 0..n-1 make a list, others with gaps an object (`rows` reads both);
    `a[][b]` distributes a repeated key over the rows.
    """
    growth = _Growth(notes, limits)
    if isinstance(data, list):
        return [growth.grown(row) if isinstance(row, dict) else row for row in data]
    return growth.grown(data) if isinstance(data, dict) else data


def steps_of(key: str, limits: Limits) -> list[str] | None:
    """The steps of a nested spelling, None for a plain key. An empty step, `a[]`, is the next place of a list."""
    if "[" in key:
        found = _BRACKETED.fullmatch(key)
        if found is None:
            return None
        steps = _plain_steps(found[1].strip())
        for inside, behind in _STEP.findall(found[2]):
            steps += _plain_steps(behind, dotted=True) if behind else [inside.strip()]
    else:
        steps = _plain_steps(key)
    if len(steps) > limits.levels:
        raise Undecodable(f'The key "{short(key)[:40]}…" nests deeper than {limits.levels} levels; send a flatter one.')
    return steps if len(steps) > 1 and steps[0] else None


def _plain_steps(key: str, *, dotted: bool = False) -> list[str]:
    # Gravity Forms names the parts of its fields "1.3": an id, not a path
    # (https://docs.gravityforms.com/triggering-webhooks-form-submissions/).
    dotted = "." in key and _DOTTED.fullmatch(key) is not None and (dotted or not _DIGITS.fullmatch(key))
    return [step for piece in (key.split(".") if dotted else [key]) for step in _between_underscores(piece)]


def _between_underscores(key: str) -> list[str]:
    # Zapier leaves a key alone that starts or ends with "__"
    # (https://github.com/zapier/zapier-platform, legacy-scripting-runner, unflattenObject).
    steps = [step.strip() for step in key.split("__")]
    return steps if all(steps) else [key]


class _Growth:
    """What grows out of the nested spellings of one payload, counted as a whole."""

    def __init__(self, notes: Notes, limits: Limits) -> None:
        self._notes = notes
        self._limits = limits
        self._made = 0
        self._root = _Node()
        self._rows: dict[tuple[str, ...], int] = {}

    def grown(self, data: dict[str, Any]) -> dict[str, Any]:
        nested = [(key, steps) for key in data if (steps := steps_of(key, self._limits)) is not None]
        if not nested:
            return data
        self._root, self._rows = _Node(), {}
        for key, steps in nested:
            if steps[0] not in data:
                self._plant(key, steps, data[key])
        return data | {key: _listed(value) for key, value in self._root.items()}

    def _plant(self, key: str, steps: list[str], value: Any) -> None:
        if "" in steps[:-1]:
            self._plant_rows(key, steps, value)
        elif steps[-1] == "":
            self._set(key, steps[:-1], list(value) if isinstance(value, list) else [value])
        else:
            self._set(key, steps, value)

    def _plant_rows(self, key: str, steps: list[str], value: Any) -> None:
        at = steps.index("")
        if "" in steps[at + 1 :]:
            return
        values = value if isinstance(value, list) else [value]
        if self._rows.setdefault(tuple(steps[:at]), len(values)) != len(values):
            self._notes.warn(
                f'Of "{short(key)}" came {len(values)}, of another key of its rows {self._rows[tuple(steps[:at])]}; '
                "they were put together from the first on."
            )
        for row, each in enumerate(values):
            self._set(key, [*steps[:at], str(row), *steps[at + 1 :]], each)

    def _set(self, key: str, steps: list[str], value: Any) -> None:
        node = self._root
        for step in steps[:-1]:
            if step not in node:
                node[step] = self._counted(_Node())
            node = node[step]
            if not isinstance(node, _Node):
                break
        if not isinstance(node, _Node) or steps[-1] in node:
            self._notes.warn(
                f'The place that "{short(key)}" spells was taken by another key; it is found under its own spelling.'
            )
        else:
            node[steps[-1]] = self._counted(value)

    def _counted(self, value: Any) -> Any:
        self._made += 1
        if self._made > self._limits.keys:
            most = self._limits.keys
            raise Undecodable(f"The nested keys of the body make more than {most} keys; send fewer.")
        return value


def _listed(value: Any) -> Any:
    if not isinstance(value, _Node):
        return value
    if "0" in value and all(str(index) in value for index in range(len(value))):
        return [_listed(value[str(index)]) for index in range(len(value))]
    return {key: _listed(inner) for key, inner in value.items()}
