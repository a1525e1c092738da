"""Kinds of senders, each a row of data: how it proves itself by default and what it writes for "nothing"."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of sender. `empty_words` (lower case) are what it sends for an empty value; `browser` says that a
    person's browser posts here, so that it may be redirected."""

    name: str
    title: str
    methods: tuple[str, ...] = ("POST",)
    empty_words: frozenset[str] = frozenset()
    browser: bool = False


_ROWS: Final = (
    SourceKind("zapier", "Zapier", methods=("POST", "PUT")),
    # The words of an empty field in Zoho's products: facts on -None-, -Select- and null as a whole value.
    SourceKind("zoho_crm", "Zoho CRM", methods=("POST", "PUT"), empty_words=frozenset({"-none-", "-select-", "null"})),
    SourceKind("form", "a website form", browser=True),
)

SOURCES: Final[Mapping[str, SourceKind]] = {row.name: row for row in _ROWS}
