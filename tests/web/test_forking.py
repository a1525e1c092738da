"""What gunicorn's master does before it forks its workers."""

from __future__ import annotations

import subprocess
import sys


def test_what_is_imported_before_the_workers_are_forked_opens_nothing() -> None:
    """A thread or a connection of the master would be half a thing in each worker."""
    told = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=60,
        env={"ADAPTER_SANDBOX": "1", "DATABASE_URL": "sqlite:////nowhere/adapter.db"},
    )  # fmt: skip
    assert told.stdout.split() == ["imported", "1", "0"]


_PROGRAM = """
import os, sys, threading
from adapter.web import gunicorn
gunicorn.when_ready(None)
print("imported" if "adapter.web.app" in sys.modules else "left out", threading.active_count())
links = (os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{one}"))
print(sum(link.startswith("socket:") or link.endswith(".db") for link in links))
"""
