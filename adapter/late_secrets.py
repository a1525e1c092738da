"""Secrets of hooks that were added to `.env` after the start: written there whole, and seen by every process."""

from __future__ import annotations

import fcntl
import io
import os
import re
import threading
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import dotenv

from adapter.errors import Refusal

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,100}\Z")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~+/=:@%-]{1,500}\Z")
_QUOTED: Final = re.compile(r"[ -&(-\[\]-~]{1,500}\Z")  # printable ASCII but for ' and \\, which quotes do not hold


class NotKept(Refusal):
    """The secret could not be written to `.env`; nothing was changed."""

    status = 409
    code = "secret_not_kept"


class Environment(Mapping[str, str]):
    """The variables that a process started with, over what `.env` says now; `never` are not taken from the latter.

    Safe to share between threads.
    """

    def __init__(self, started: Mapping[str, str], file: Path | None, *, never: Collection[str]) -> None:
        self._started = started
        self._file = file
        self._never = frozenset(never)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._late: dict[str, str] = {}

    @property
    def stamp(self) -> tuple[int, int]:
        """Another one when `.env` changed."""
        try:
            found = self._file.stat() if self._file else None
        except OSError:
            found = None
        return (found.st_mtime_ns, found.st_size) if found else (0, 0)

    def __getitem__(self, name: str) -> str:
        if value := self._started.get(name):
            return value
        if name in self._never:
            return self._started[name]
        return {**self._started, **self._read()}[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._read(), **self._started})

    def __len__(self) -> int:
        return len({**self._read(), **self._started})

    def _read(self) -> dict[str, str]:
        with self._lock:
            stamp = self.stamp
            if self._file is not None and stamp != self._stamp:
                try:
                    found = dotenv.dotenv_values(self._file, interpolate=False)
                except (OSError, UnicodeDecodeError):
                    found = {}
                self._late = {key: value for key, value in found.items() if value and key not in self._never}
                self._stamp = stamp
            return self._late


def add(file: Path, name: str, value: str) -> None:
    """Append `NAME=value` durably, unless it stands there already. Raises NotKept where another value does.

    One short write at the end: whoever reads meanwhile, and whoever is killed, meets a whole file.
    """
    if not _NAME.match(name):
        raise NotKept(f"{name[:60]} cannot be the name of a variable.")
    if not _PLAIN.match(value) and not _QUOTED.match(value):
        raise NotKept("The secret holds characters that .env cannot keep; write it there by hand.")
    line = f"{name}={value}\n" if _PLAIN.match(value) else f"{name}='{value}'\n"
    try:
        opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise NotKept(f".env cannot be written: {fault.strerror}. Write {name}=… there by hand.") from fault
    with os.fdopen(opened, "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        text = stream.read().decode("utf-8", "replace")
        present = dotenv.dotenv_values(stream=io.StringIO(text), interpolate=False).get(name)
        if present and present != value:
            raise NotKept(f"{name} stands in .env already, with another value: give the hook another name.")
        if not present:
            stream.write((line if not text or text.endswith("\n") else f"\n{line}").encode())
            stream.flush()
            os.fsync(stream.fileno())
