"""Doing one thing to many: a count first, then a job with its progress and its result."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("bulk")
