"""The overview: is it working?"""

from __future__ import annotations

from typing import Final

from flask import Response

from adapter.web.console.shell import console_blueprint, page

blueprint: Final = console_blueprint("overview")


@blueprint.get("/")
def overview() -> Response:
    """The first page of the owner."""
    return page("console/overview.html", at="overview")
