"""The accounts: whether they can send, how fast, and with what money."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("accounts")
