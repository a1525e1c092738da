"""What is done to people's names and long texts before they stand in a message."""

from __future__ import annotations

import re
from typing import Final

_TITLES: Final = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "shri", "smt", "shrimati", "herr", "frau", "dipl",
    "sra", "srta", "doña", "mme", "mlle", "monsieur", "madame", "mademoiselle",
})  # fmt: skip
# These are also names; with a point they are titles.
_POINTED: Final = frozenset({
    "sri.", "kum.", "er.", "ca.", "col.", "capt.", "adv.", "hr.", "fr.", "sr.", "ing.", "dott.",
})  # fmt: skip
_SUFFIXES: Final = frozenset({
    "jr", "sr", "ii", "iii", "iv", "md", "phd", "mba", "esq", "ca", "cpa", "mbbs", "msc", "bsc", "ma", "ba", "dds",
})  # fmt: skip
_PART: Final = re.compile(r"[^\W\d_]+")


def first_name(text: str) -> str:
    """`Asha` of "Asha Menon", "Menon, Asha", "Smt. ASHA MENON" and "K. Asha": the first word that is neither a title
    nor an initial; a word all in capitals or all in small letters gets one capital."""
    before, comma, after = text.partition(",")
    is_suffix = all(_bare(word) in _SUFFIXES for word in after.split())
    words = (before if not comma or is_suffix else after.partition(",")[0]).split()
    called = [word for word in words if not _is_title(word)] or words
    full = [word for word in called if not _is_initial(_bare(word))] or called
    return _capital(full[0].strip(".,;")) if full else ""


def _is_title(word: str) -> bool:
    return _bare(word) in _TITLES or word.casefold() in _POINTED


def _is_initial(bare: str) -> bool:
    return len(bare) == 1 and bare.upper() != bare  # a sign of a script without capitals is a name


def _bare(word: str) -> str:
    return word.replace(".", "").strip(",;").casefold()


def _capital(word: str) -> str:
    if not (word.isupper() or word.islower()):
        return word
    return _PART.sub(lambda part: part[0][:1].upper() + part[0][1:].lower(), word)


def truncated(text: str, most: int) -> str:
    """`text` in at most `most` characters: cut behind a word where there is one, never inside a letter's own signs
    or an emoji, with … for what is missing."""
    text = text.strip()
    if len(text) <= most:
        return text
    import regex

    kept = ""
    for sign in regex.findall(r"\X", text[: most + 16]):  # a few more, so that the one on the edge is seen whole
        if len(kept) + len(sign) > most - 1:
            break
        kept += sign
    if not (text[len(kept)].isspace() or kept[-1:].isspace()):
        kept = next(iter(kept.rsplit(None, 1)), "") or kept
    return kept.rstrip(" \n\t,;:-–") + "…"
