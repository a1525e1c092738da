"""The console: pages for the owner, one module a page, in a browser that has signed in."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

from adapter.web.console import (
    accounts,
    api_docs,
    bulk,
    event,
    lists,
    new_hook,
    new_hook_mapping,
    new_hook_test,
    optouts,
    overview,
    playground,
    sandbox,
    settings,
    setup,
    shell,
    sign_in,
)

_PROGRAMS: Final = ("/hooks/", "/api/", "/callbacks/", "/app/", "/why/", "/static/")
_PARTS: Final = (
    sign_in, overview, lists, event, bulk, setup, new_hook, new_hook_mapping, new_hook_test, playground, accounts,
    optouts, settings, sandbox, api_docs,
)  # fmt: skip


def register(app: Flask) -> None:
    """Add every page of the console."""
    shell.prepare(app)
    for part in _PARTS:
        app.register_blueprint(part.blueprint)


def is_meant() -> bool:
    """Whether somebody's browser asks for a page, where there is none."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(_PROGRAMS)


def nothing_here() -> Response:
    """The page for an address without one."""
    return shell.nothing_here()
