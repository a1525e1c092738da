"""The sandbox's inbox, as a phone would show it. There in practice only."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("sandbox")
