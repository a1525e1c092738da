"""The hooks: their addresses, what came last, and how to connect a sender."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("setup")
