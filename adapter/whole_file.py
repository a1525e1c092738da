"""One text file of a folder, replaced as a whole: whoever reads it meets the old text or the new one, never a part."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from adapter.faultpoints import reach

_LOCK: Final = ".saving.lock"
_PART: Final = ".saving.part"
_MODE: Final = 0o644  # of a new file; one that is replaced keeps its own


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else, of this process or another, replaces a file of the folder meanwhile. Raises OSError."""
    opened = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def replace(path: Path, content: bytes) -> None:
    """Write the file anew and durably; its mode is kept. To be called within `alone_in`. Raises OSError."""
    part = path.with_name(_PART)
    part.unlink(missing_ok=True)  # of somebody who was killed
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
    with os.fdopen(opened, "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode) if path.exists() else _MODE)
        file.flush()
        os.fsync(file.fileno())
    reach("save.written")
    part.replace(path)
    _settle(path.parent)
    reach("save.replaced")


def _settle(folder: Path) -> None:
    """Have the folder itself remember the new name."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
