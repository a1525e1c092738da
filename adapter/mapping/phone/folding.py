"""Words as they are compared: without case, accents, blanks and marks."""

from __future__ import annotations

import unicodedata
from typing import Final

# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


def folded(text: str) -> str:
    """The letters and digits of a text, in lower case and without accents; vowel signs of Indian scripts stay."""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    return "".join(one for one in apart if _is_kept(one))


def _is_kept(one: str) -> bool:
    """Not an accent (combining classes 200 and above) nor an Arabic or Hebrew vowel point (10 to 35); see
    https://www.unicode.org/reports/tr44/#Canonical_Combining_Class_Values."""
    combining = unicodedata.combining(one)
    return combining < 200 and not 10 <= combining <= 35 and (one.isalnum() or unicodedata.category(one)[0] == "M")
