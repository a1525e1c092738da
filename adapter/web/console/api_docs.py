"""What a program can do: the OpenAPI document as a page."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("api_docs")
