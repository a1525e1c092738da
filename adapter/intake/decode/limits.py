"""How much a request may ask of decode before it is refused."""

from __future__ import annotations

import dataclasses
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request: a payload beyond any of them is `Undecodable`.

    `depth` counts containers inside each other, `keys` those of all objects together and those made by expansion,
    `pairs` the pairs of a form or query and the parts of a multipart body, `levels` the steps of one nested key,
    `number_length` the characters of a number and its decimal exponent, `python_size` the characters of a Python
    literal (reading one costs about a hundred times its size in memory).
    """

    depth: int = 32
    keys: int = 5_000
    pairs: int = 1_000
    list_length: int = 10_000
    key_length: int = 500
    number_length: int = 400
    levels: int = 32
    python_size: int = 64 * 1024


DEFAULT_LIMITS: Final = Limits()
