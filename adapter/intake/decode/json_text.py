"""JSON text to values: exact numbers, raw line breaks rescued, and a fault told with its line and column."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from adapter.errors import Undecodable
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes, short

_QUOTES: Final = (
    "a quotation mark inside a value is the usual cause; send the fields as Form-Data instead, "
    'or escape every quotation mark in a value as \\"'
)
_ADVICE: Final = (
    ("Expecting ',' delimiter", _QUOTES),
    ("Expecting ':' delimiter", _QUOTES),
    ("Expecting property name", "a key in double quotation marks is expected there"),
    (
        "Expecting value",
        "a value is missing or not in quotation marks, as an empty merge field leaves it; "
        "put quotation marks around the merge field, or send the fields as Form-Data instead",
    ),
    ("Unterminated string", "a text has no closing quotation mark; the body may have been cut off"),
    ("Invalid \\", 'a backslash is not escaped; write it twice ("\\\\"), or send the fields as Form-Data instead'),
    ("Extra data", "something follows behind the end of the JSON; send one object or one array"),
)
_CURLY_MARKS: Final = frozenset("“”„‟«»")
_CURLY: Final = (
    "a curly quotation mark stands where a straight one is needed, as text programs write it; type the quotation marks "
    "again, or send the fields as Form-Data instead"
)
_NOT_A_NUMBER: Final = "NaN and Infinity are not JSON; send null or a number"
_STRING: Final = r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)'
_CONSTANTS: Final = re.compile(_STRING + r"|(-?Infinity|NaN)", re.DOTALL)
_NUMBERS: Final = re.compile(_STRING + r"|(-?\d[\d.eE+-]*)", re.DOTALL)
_TRAILING: Final = re.compile(_STRING + r"|(,)(?=[ \t\r\n]*+[}\]])", re.DOTALL)
_VALUES: Final = re.compile(_STRING + r"|([,\[{])", re.DOTALL)
_KEY: Final = re.compile(r'[{,]\s*"([A-Za-z_][\w .-]{0,39})"\s*:')


class _Refused(ValueError):
    """A number decode does not take; `token` is its text."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token


def read_json(text: str, notes: Notes, limits: Limits) -> Any:
    """The value of a JSON text; raises Undecodable with line and column."""
    check_values([text], limits)
    try:
        return _rescued(text, notes, limits)
    except json.JSONDecodeError as fault:
        _refuse(text, fault.pos, _advice(text, fault))
    except _Refused as refused:
        _refuse_number(text, refused.token, limits)
    except RecursionError:
        raise too_deep(limits) from None


def too_many_values(limits: Limits) -> Undecodable:
    """The refusal of a body with too many values in its lists and objects."""
    return Undecodable(f"The body holds more than {limits.values} values in its lists and objects; send fewer.")


def too_deep(limits: Limits) -> Undecodable:
    """The refusal of a body with too many containers inside each other."""
    return Undecodable(f"The body nests deeper than {limits.depth} levels; send a flatter one.")


def check_values(texts: Sequence[str], limits: Limits) -> None:
    """Refuse JSON texts that hold too many values together.

    They are counted before they are made: a value of two characters takes up to a hundred bytes of memory.
    """
    if sum(text.count(",") + text.count("[") + text.count("{") for text in texts) <= limits.values:
        return
    marks = (hit for text in texts for hit in _VALUES.finditer(text) if hit[1])
    if next(itertools.islice(marks, limits.values, None), None) is not None:
        raise too_many_values(limits)


def _advice(text: str, fault: json.JSONDecodeError) -> str:
    if text[fault.pos : fault.pos + 1] in _CURLY_MARKS:
        return _CURLY
    return next((advice for start, advice in _ADVICE if fault.msg.startswith(start)), "mend or escape it there")


def _rescued(text: str, notes: Notes, limits: Limits) -> Any:
    try:
        return _parse(text, notes, limits, strict=True)
    except json.JSONDecodeError as fault:
        first = fault
    try:
        value = _parse(text, notes, limits, strict=False)
    except json.JSONDecodeError as fault:
        commas = [hit.start() for hit in _TRAILING.finditer(text) if hit[1]]
        if not commas:
            raise
        value = _parse(_without(text, commas), notes, limits, strict=False)
        notes.repair("", "trailing_comma", _place(text, fault.pos), "dropped")
    if first.msg.startswith("Invalid control character"):
        notes.repair("", "control_character", _place(text, first.pos), "kept")
    return value


def _without(text: str, places: list[int]) -> str:
    begins = [0, *(place + 1 for place in places)]
    return " ".join(text[begin:end] for begin, end in zip(begins, [*places, None], strict=True))


def _parse(text: str, notes: Notes, limits: Limits, *, strict: bool) -> Any:
    longest = limits.number_length

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            _warn_twice(items, notes)
        return found

    def integer(token: str) -> int:
        if len(token) > longest:
            raise _Refused(token)
        return int(token)

    def decimal(token: str) -> Decimal:
        return exact(token, limits)

    return json.JSONDecoder(
        object_pairs_hook=pairs, parse_int=integer, parse_float=decimal, parse_constant=_constant, strict=strict
    ).decode(text)


def exact(token: str, limits: Limits) -> Decimal:
    """The number with every digit it was written with; raises _Refused when it or its exponent is too long."""
    if len(token) > limits.number_length:
        raise _Refused(token)
    try:
        value = Decimal(token)
    except InvalidOperation:
        raise _Refused(token) from None
    if abs(value.adjusted()) > limits.number_length:
        raise _Refused(token)
    return value


def _constant(token: str) -> NoReturn:
    raise _Refused(token)


def _warn_twice(items: list[tuple[str, Any]], notes: Notes) -> None:
    seen: set[str] = set()
    for key, _ in items:
        if key in seen:
            notes.warn(f'The key "{short(key)}" stands twice in one JSON object; the last one was taken.')
        seen.add(key)


def _refuse_number(text: str, token: str, limits: Limits) -> NoReturn:
    if token.lstrip("-") in {"NaN", "Infinity"}:
        pattern, advice = _CONSTANTS, _NOT_A_NUMBER
    else:
        pattern, advice = _NUMBERS, f"a number is longer than {limits.number_length} digits; send it as text"
    at = next((hit.start(1) for hit in pattern.finditer(text) if hit[1] == token), 0)
    _refuse(text, at, advice)


def _refuse(text: str, at: int, advice: str) -> NoReturn:
    keys = _KEY.findall(text, max(0, at - 300), at)
    near = f' (behind the key "{keys[-1]}")' if keys else ""
    raise Undecodable(f"The body is not valid JSON at {_place(text, at)}{near}: {advice}.") from None


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1} column {at - text.rfind(chr(10), 0, at)}"
