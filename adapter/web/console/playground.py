"""What would come out: a hook's text and a request, and what is made of them."""

from __future__ import annotations

from typing import Final

from adapter.web.console.shell import console_blueprint

blueprint: Final = console_blueprint("playground")
