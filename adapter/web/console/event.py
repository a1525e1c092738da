"""One event is one story: what came, what was made of it, what became of it, and what can be done."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("event")
