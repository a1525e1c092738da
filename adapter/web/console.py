"""The first page: what this is and that it works. It shows nothing that needs a sign-in."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template

from adapter.web.inbound import services

blueprint: Final = Blueprint("console", __name__)
POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@blueprint.get("/")
def index() -> Response:
    """One page without secrets: strangers may see it."""
    page = render_template("index.html", practice=services().destination == "sandbox")
    response = Response(page, 200, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@blueprint.get("/style.css")
def style() -> Response:
    """The one style sheet."""
    return Response(render_template("style.css"), 200, mimetype="text/css")
