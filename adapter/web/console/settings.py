"""Settings: what is set, from where, and what each is for; and the tokens of the API."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from adapter.web.console.shell import console_blueprint, go, within

blueprint: Final = console_blueprint("settings")
_YEAR: Final = 365 * 86_400


@blueprint.post("/look")
def look() -> Response:
    """Keep how this browser wants to see the console: light or dark, local time or UTC."""
    response = go(within(request.form.get("back", "/")))
    for name in ("theme", "utc"):
        if name in request.form:
            response.set_cookie(name, request.form[name][:10], max_age=_YEAR, samesite="Lax", httponly=True)
    return response
