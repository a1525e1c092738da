"""Finding what stands at a place of a payload: by the literal key, then by JMESPath. Nothing of it ever raises."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError


def find(data: Any, place: str) -> Any:
    """What stands there; None where nothing does, or where the expression does not fit the data."""
    if isinstance(data, Mapping) and place in data:
        return data[place]
    path = _compiled(place)
    with suppress(JMESPathError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError):
        return None if path is None else path.search(data)
    return None


@functools.lru_cache(maxsize=512)
def _compiled(place: str) -> Any:
    """The expression; None for a name such as `X-Shopify-Topic`, which is none."""
    with suppress(JMESPathError):
        return jmespath.compile(place)
    return None
