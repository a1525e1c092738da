"""The password of the console: scrypt in memory, compared in constant time, and few checks at once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from werkzeug.security import check_password_hash, generate_password_hash

from adapter.config import Settings
from adapter.errors import Refusal

MOST_BYTES: Final = 1_024
"""A longer text is not looked at."""
AT_ONCE: Final = 2
"""Checks of one process at a time: each takes 32 MB and some tenths of a second."""
_SHORTEST: Final = {"ADMIN_PASSWORD": 8, "SECRET_KEY": 16}
_METHOD: Final = "scrypt"  # with werkzeug's costs
_turns: Final = threading.BoundedSemaphore(AT_ONCE)


class Busy(Refusal):
    """So many are signing in that this one is not looked at; nobody waits here, since threads are few."""

    status = 503
    code = "busy"
    retry_after = 2


@contextmanager
def turn() -> Iterator[None]:
    """Only within it may `matches` be asked. Raises Busy."""
    if not _turns.acquire(blocking=False):
        raise Busy("Others are signing in at this moment, so your password was not looked at. Try again in 2 s.")
    try:
        yield
    finally:
        _turns.release()


def is_too_long(given: str) -> bool:
    """Whether it is longer than what is looked at."""
    return len(given) > MOST_BYTES or len(given.encode("utf-8", "surrogatepass")) > MOST_BYTES


def matches(given: str, password: str) -> bool:
    """Whether it is the password; never for an empty one. Some tenths of a second, whatever was given."""
    right = check_password_hash(_hashed(_plain(password)), _plain(given))
    return right and bool(given) and bool(password)


@functools.lru_cache(maxsize=1)
def _hashed(password: str) -> str:
    """Made at the first try, not at the start: most processes are never asked."""
    return generate_password_hash(password, method=_METHOD)


def _plain(text: str) -> str:
    """Lone surrogates, which cannot be encoded, are no reason to fail."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def weak_secrets(settings: Settings) -> list[str]:
    """A sentence for each secret of the console that is set and so short that it can be guessed."""
    found = [(name, least, len(getattr(settings, name.lower()))) for name, least in _SHORTEST.items()]
    return [
        f"{name} has {length} characters, so it can be guessed: use {least} or more."
        for name, least, length in found
        if 0 < length < least
    ]
