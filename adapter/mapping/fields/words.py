"""Yes and no in people's words."""

from __future__ import annotations

import re
from typing import Final

_YES: Final = (
    "true t yes y on 1 ok okay checked agree agreed accept accepted x ✓ ✔ "
    "ja wahr sí si oui vrai sim sì да evet हाँ हां はい 是 نعم"
)
_NO: Final = (
    "false f no n off 0 unchecked decline declined "
    "nein falsch nee non faux não nao нет hayır hayir नहीं नही いいえ 否 لا"
)
_WORDS: Final = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)
_FIRST: Final = re.compile(r"\s*([^\s,.!;:]+)\s*[,.!;:]")


def read_boolean(text: str) -> bool | None:
    """What a person means: the whole text is such a word, or begins with one before a mark (`Yes, please`)."""
    word = text.strip().casefold()
    if word in _WORDS:
        return _WORDS[word]
    first = _FIRST.match(word[:40])
    return _WORDS.get(first[1]) if first and first[1] not in {"1", "0", "x", "n", "y", "t", "f"} else None
