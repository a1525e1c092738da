"""Python literals, as `str(dict)` prints them: `{'name': 'Ana', 'paid': True, 'note': None}`."""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from adapter.intake.decode.json_text import exact
from adapter.intake.decode.limits import Limits

_LOOKS: Final = re.compile(r"""\A\s*+[\[{][\s\[{]*+u?'|\b(?:True|False|None)\b|:\s*+u?'""")
# Everything a plain literal is made of; a call, a name, an f-string or a sum never reaches the parser. Of the escapes
# only those that the tokenizer knows: of others it warns in the log of the server.
_TOKEN: Final = re.compile(
    r"""[\s,:]++|(u?'(?:[^'\\\n]|\\[\n\\'"abfnrtvxuUN0123])*+'|u?"(?:[^"\\\n]|\\[\n\\'"abfnrtvxuUN0123])*+"
    |-?[0-9][0-9.]*+(?:e[+-]?[0-9]++)?|True\b|False\b|None\b|[\[\](){}])""",
    re.VERBOSE | re.ASCII,
)


def read_python(text: str, limits: Limits) -> Any:
    """The value of a Python literal of dicts, lists, texts, numbers; raises ValueError for anything else."""
    if len(text) > limits.python_size or not _LOOKS.search(text) or not _is_plain(text, limits):
        raise ValueError("not a Python literal")
    try:
        return _plain(ast.literal_eval(text.strip()), limits)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError, ArithmeticError) as fault:
        raise ValueError("not a Python literal") from fault


def _is_plain(text: str, limits: Limits) -> bool:
    at = depth = tokens = 0
    while token := _TOKEN.match(text, at):
        at = token.end()
        tokens += token[1] is not None
        depth += (token[0] in "[({") - (token[0] in "])}")
        if tokens > limits.python_tokens or depth > limits.depth:
            return False
    return at == len(text)


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
