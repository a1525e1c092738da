"""The first page: what this is and that it works. It shows nothing that needs a sign-in."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import Blueprint, Response, render_template

from adapter.store.engine import UNAVAILABLE
from adapter.store.tables import ACCOUNTS
from adapter.web.inbound import services

blueprint: Final = Blueprint("console", __name__)
POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@blueprint.get("/")
def index() -> Response:
    """One page without secrets: strangers may see it."""
    here = services()
    page = render_template("index.html", practice=here.destination == "sandbox", reports=_have_reports_come())
    response = Response(page, 200, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _have_reports_come() -> bool | None:
    """Whether Picky Assist ever reported what became of a message; None where the database does not say."""
    here = services()
    query = sa.select(ACCOUNTS.c.name).where(ACCOUNTS.c.destination == here.destination)
    try:
        with here.store.read() as connection:
            return connection.execute(query.where(ACCOUNTS.c.reported_at.is_not(None)).limit(1)).first() is not None
    except UNAVAILABLE:
        return None


@blueprint.get("/style.css")
def style() -> Response:
    """The one style sheet."""
    return Response(render_template("style.css"), 200, mimetype="text/css")
