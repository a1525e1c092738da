"""Phone numbers within any text or JSON, hidden but for their last digits: for those who have not asked to see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_SHOWN: Final = 4
_LEAST: Final = 7  # digits of the shortest number
_MOST: Final = 17  # of the longest (15 by E.164) with a slip of the fingers; more of them in a row are an id
# As people write them, and percent-encoded, as forms send them.
_NUMBERS: Final = re.compile(
    r"(?<![\w-])(?!\d{4}-\d\d-\d\d(?!\d))(?:\+|%2[Bb])?(?:\(|%28)?\d(?:[\d ().\u00a0+-]|/(?! )|%2[089BDEFbdef]){5,}\d"
)
_SIGNS: Final = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)


def hidden(value: Any) -> Any:
    """The same text or JSON, with every run of digits that may be a phone number spelt `•••• 3210`."""
    if isinstance(value, str):
        return _NUMBERS.sub(_masked, value)
    if isinstance(value, Mapping):
        return {hidden(key): hidden(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [hidden(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) >= _LEAST:
        return hidden(str(value))
    return value


def _masked(found: re.Match[str]) -> str:
    signs = _SIGNS.findall(found[0])
    digits = sum(sign.isdigit() for sign in signs)
    if digits < _LEAST or (digits == len(signs) and digits > _MOST):
        return found[0]
    masked, left = "", digits
    for sign in signs:
        left -= sign.isdigit()
        masked += "•" if sign.isdigit() and left >= _SHOWN else sign
    return masked
