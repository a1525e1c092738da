"""Python literals, as `str(dict)` prints them: `{'name': 'Ana', 'paid': True, 'note': None}`."""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from adapter.intake.decode.json_text import exact
from adapter.intake.decode.limits import Limits

_LOOKS: Final = re.compile(r"""\A\s*[\[{]\s*[\[{]*\s*'|\b(?:True|False|None)\b|:\s*'""")
_BRACKETS: Final = re.compile(r"[\[({]|[\])}]")
# What the tokenizer only warns of, and would print into the log of the server.
_ESCAPES: Final = re.compile(r"\\(.)", re.DOTALL)
_KNOWN_ESCAPES: Final = frozenset("\n\\'\"abfnrtvxuUN0123")


def read_python(text: str, limits: Limits) -> Any:
    """The value of a Python literal of dicts, lists, texts, numbers; raises ValueError for anything else."""
    if len(text) > limits.python_size or not _LOOKS.search(text) or _deep(text, limits) or _doubtful(text):
        raise ValueError("not a Python literal")
    try:
        return _plain(ast.literal_eval(text.strip()), limits)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError, ArithmeticError) as fault:
        raise ValueError("not a Python literal") from fault


def _deep(text: str, limits: Limits) -> bool:
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        depth += 1 if bracket[0] in "[({" else -1
        if depth > limits.depth:
            return True
    return False


def _doubtful(text: str) -> bool:
    return not _KNOWN_ESCAPES.issuperset(_ESCAPES.findall(text))


def _plain(value: Any, limits: Limits) -> Any:
    if isinstance(value, dict):
        return {_key(key): _plain(inner, limits) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, limits) for inner in value]
    if isinstance(value, float):
        return _number(repr(value), limits)
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int) and value.bit_length() < 3 * limits.number_length:
        return value
    raise ValueError("not a plain value")


def _number(token: str, limits: Limits) -> Any:
    if token in {"inf", "-inf", "nan"}:
        raise ValueError("not a number")
    return exact(token, limits)


def _key(key: object) -> str:
    if not isinstance(key, (str, int)):
        raise ValueError("not a plain key")  # noqa: TRY004 - a fault of the text, told like the others
    return str(key)
