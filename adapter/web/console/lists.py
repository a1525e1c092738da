"""Messages and events: search by number, reference, text or id; filters that stand in the address."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("lists")
