"""Signing in and out."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from adapter.intake.auth.compare import same
from adapter.web.console import session
from adapter.web.console.shell import console_blueprint, go, is_open, page, within
from adapter.web.inbound import services

blueprint: Final = console_blueprint("sign_in", public=True)


@blueprint.get("/sign-in")
def form() -> Response:
    """The form; where the console is closed, how to open it."""
    return page("console/sign_in.html", open=is_open(), next=_next(), fault="")


@blueprint.post("/sign-in")
def enter() -> Response:
    """Take the password."""
    given = request.form.get("password", "")
    if not is_open() or not same(given, services().settings.admin_password):
        return page("console/sign_in.html", status=401, open=is_open(), next=_next(), fault="That is not the password.")
    session.begin()
    return go(_next())


@blueprint.post("/sign-out")
def leave() -> Response:
    """Sign out."""
    session.end()
    return go("/sign-in")


def _next() -> str:
    """The page of this console that was asked for."""
    return within(request.values.get("next", "/"))
