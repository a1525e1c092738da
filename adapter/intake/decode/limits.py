"""How much a request may ask of decode before it is refused."""

from __future__ import annotations

import dataclasses
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request: a payload beyond any of them is `Undecodable`.

    `size` counts the bytes of body and query, `depth` containers inside each other, `values` those of all lists and
    objects together, `keys` those of all objects together and those made by expansion, `pairs` the pairs of a form or
    query and the parts of a multipart body, `part_head` the bytes of the header lines of one part, `levels` the steps
    of one nested key, `number_length` the characters of a number and its decimal exponent, `python_size` the
    characters of a Python literal, `python_tokens` its texts, numbers, words and signs (reading one costs about half
    a kilobyte each).
    """

    size: int = 64 * 1024 * 1024

    depth: int = 32
    values: int = 50_000
    keys: int = 5_000
    pairs: int = 1_000
    part_head: int = 16 * 1024
    list_length: int = 10_000
    key_length: int = 500
    number_length: int = 400
    levels: int = 32
    python_size: int = 64 * 1024
    python_tokens: int = 10_000


DEFAULT_LIMITS: Final = Limits()
