"""What hook files held over time: a version before and after each change from the console, the newest of each hook."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.tables import HOOK_VERSIONS

MOST_VERSIONS: Final = 100
"""Older ones of a hook are forgotten."""


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """What a hook's file held from `at` on, and why it was saved."""

    seq: int
    at: float
    note: str
    text: str


def keep(store: Store, hook: str, text: str, *, at: float, note: str) -> None:
    """Add a version, unless the newest one holds the same text."""
    text = text.replace("\0", "\ufffd")  # PostgreSQL's text cannot hold a NUL
    with store.write() as connection:
        newest = connection.execute(_of(hook).limit(1)).first()
        if newest is not None and newest.text == text:
            return
        connection.execute(sa.insert(HOOK_VERSIONS).values(hook=hook, at=at, text=text, note=note[:200]))
        old = _of(hook).offset(MOST_VERSIONS).limit(1)
        if (row := connection.execute(old).first()) is not None:
            gone = (HOOK_VERSIONS.c.hook == hook) & (HOOK_VERSIONS.c.seq <= row.seq)
            connection.execute(sa.delete(HOOK_VERSIONS).where(gone))


def versions(store: Store, hook: str, *, most: int = MOST_VERSIONS) -> list[Version]:
    """The versions of a hook, the newest first."""
    with store.read() as connection:
        return [_version(row) for row in connection.execute(_of(hook).limit(most))]


def before(store: Store, hook: str, text: str, *, version: int | None = None) -> Version | None:
    """That version, or the newest one that holds something else than `text`."""
    found = versions(store, hook)
    if version is not None:
        return next((one for one in found if one.seq == version), None)
    return next((one for one in found if one.text != text), None)


def _of(hook: str) -> sa.Select[Any]:
    columns = (HOOK_VERSIONS.c.seq, HOOK_VERSIONS.c.at, HOOK_VERSIONS.c.note, HOOK_VERSIONS.c.text)
    return sa.select(*columns).where(HOOK_VERSIONS.c.hook == hook).order_by(HOOK_VERSIONS.c.seq.desc())


def _version(row: sa.Row[Any]) -> Version:
    return Version(row.seq, row.at, row.note, row.text)
