"""Nested spellings of keys, `a__b`, `a[b]`, `a[0]`, `a[]`, `a.b`, grown into objects and lists beside the flat keys."""

from __future__ import annotations

import re
from typing import Any, Final

from adapter.errors import Undecodable
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import short

_BRACKETED: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\]|\.[\w$-]+)+)")
_STEP: Final = re.compile(r"\[([^\[\]]*)\]|\.([\w$-]+)")
_DOTTED: Final = re.compile(r"[\w$-]+(?:\.[\w$-]+)+")
_DIGITS: Final = re.compile(r"[\d.]+")


class _Node(dict[str, Any]):
    """An object made by expansion, told from one the sender sent."""


def expand(data: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """The data with its nested spellings grown beside it: `{"a[b]": 1}` gives also `"a": {"b": 1}`.

    What the sender sent is never overwritten: where `a` is there already, `a__b` stays flat. Of two spellings of one
    place the first wins. Indices 0..n-1 make a list; `a[][b]` distributes a repeated key over the rows.
    """
    nested = [(key, steps) for key in data if (steps := steps_of(key, limits)) is not None]
    if not nested:
        return data
    grown, made = _Node(), 0
    for key, steps in nested:
        if steps[0] not in data:
            made += _plant(grown, steps, data[key])
            if made > limits.keys:
                raise Undecodable(f"The nested keys of the body make more than {limits.keys} keys; send fewer.")
    return data | {key: _listed(value) for key, value in grown.items()}


def steps_of(key: str, limits: Limits) -> list[str] | None:
    """The steps of a nested spelling, None for a plain key. An empty step, `a[]`, is the next place of a list."""
    if "[" in key:
        found = _BRACKETED.fullmatch(key)
        if found is None:
            return None
        head = _plain_steps(found[1]) or [found[1].strip()]
        steps = head + [(inside or dotted).strip() for inside, dotted in _STEP.findall(found[2])]
    else:
        steps = _plain_steps(key) or []
    if len(steps) > limits.levels:
        raise Undecodable(f'The key "{short(key)[:40]}…" nests deeper than {limits.levels} levels; send a flatter one.')
    return steps if len(steps) > 1 and steps[0] else None


def _plain_steps(key: str) -> list[str] | None:
    if "__" in key:
        # Zapier leaves a key alone that starts or ends with "__"
        # (https://github.com/zapier/zapier-platform, legacy-scripting-runner, unflattenObject).
        steps = [step.strip() for step in key.split("__")]
        return steps if all(steps) else None
    # Gravity Forms names the parts of its fields "1.3": an id, not a path
    # (https://docs.gravityforms.com/triggering-webhooks-form-submissions/).
    if "." in key and _DOTTED.fullmatch(key) and not _DIGITS.fullmatch(key):
        return key.split(".")
    return None


def _plant(root: _Node, steps: list[str], value: Any) -> int:
    if "" in steps[:-1]:
        return _plant_rows(root, steps, value)
    if steps[-1] == "":
        steps, value = steps[:-1], list(value) if isinstance(value, list) else [value]
    return _set(root, steps, value)


def _plant_rows(root: _Node, steps: list[str], value: Any) -> int:
    at = steps.index("")
    if "" in steps[at + 1 :]:
        return 0
    values = value if isinstance(value, list) else [value]
    return sum(_set(root, [*steps[:at], str(row), *steps[at + 1 :]], each) for row, each in enumerate(values))


def _set(node: _Node, steps: list[str], value: Any) -> int:
    made = 1
    for step in steps[:-1]:
        if step not in node:
            node[step] = _Node()
            made += 1
        node = node[step]
        if not isinstance(node, _Node):
            return made
    node.setdefault(steps[-1], value)
    return made


def _listed(value: Any) -> Any:
    if not isinstance(value, _Node):
        return value
    if "0" in value and all(str(index) in value for index in range(len(value))):
        return [_listed(value[str(index)]) for index in range(len(value))]
    return {key: _listed(inner) for key, inner in value.items()}
