"""The first start on a machine: `.env` with fresh random secrets: the defaults work, and nothing is guessable."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

from adapter.errors import ConfigurationError

_EMPTY: Final = re.compile(r"([A-Z][A-Z0-9_]*)=\s*\Z")


def write_env(directory: Path | None = None) -> str | None:
    """Write `.env` from `.env.example` with mode 0600, each empty `NAME=` filled with a random secret.

    Returns the new ADMIN_PASSWORD, to be shown once; None when `.env` exists already and was left alone.
    """
    directory = directory or Path.cwd()
    target, example = directory / ".env", directory / ".env.example"
    if target.exists():
        return None
    try:
        lines = example.read_text(encoding="utf-8").splitlines()
    except OSError as fault:
        raise ConfigurationError([".env.example is missing; run this in the folder of the project."]) from fault
    made: dict[str, str] = {}
    filled = "\n".join(_filled(line, made) for line in lines) + "\n"
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(filled)
    return made.get("ADMIN_PASSWORD", "")


def _filled(line: str, made: dict[str, str]) -> str:
    match = _EMPTY.match(line)
    if match is None:
        return line
    made[match[1]] = secrets.token_urlsafe(12 if match[1] == "ADMIN_PASSWORD" else 24)
    return f"{match[1]}={made[match[1]]}"
