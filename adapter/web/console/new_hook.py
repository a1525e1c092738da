"""A new hook in five steps, each with its own address, from a sender's first request to a test message."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("new_hook")
