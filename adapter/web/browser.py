"""Form hooks meet people: a browser is redirected or thanked with a page, a listed origin's script gets CORS."""

from __future__ import annotations

from typing import Final

from flask import Response, redirect, render_template, request

from adapter.errors import Refusal, fault_lines
from adapter.mapping.hook import Hook

_FORM_TYPES: Final = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


def is_person(hook: Hook) -> bool:
    """Whether a person's browser posted a plain HTML form."""
    wants_page = "text/html" in request.headers.get("Accept", "")
    return hook.source.browser and wants_page and (request.mimetype in _FORM_TYPES or request.method == "GET")


def thanks(hook: Hook) -> Response:
    """To the page the hook names, else a small one of our own."""
    if hook.browser.redirect:
        response = redirect(hook.browser.redirect, 303)
        assert isinstance(response, Response)  # noqa: S101 - flask's redirect makes flask's Response
        return response
    return Response(render_template("thanks.html"), 200, mimetype="text/html")


def sorry(refusal: Refusal) -> Response:
    """A page that says what to change; never the sender's own bytes as HTML."""
    texts = [text for _, text in fault_lines(refusal.fields)] or [refusal.sentence]
    response = Response(render_template("sorry.html", texts=texts), refusal.status, mimetype="text/html")
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def preflight(hook: Hook) -> Response:
    """The answer to a browser that asks whether a script may post here."""
    response = shared(hook, Response("", 200, mimetype="text/plain"))
    response.headers["Allow"] = ", ".join(hook.methods)
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(hook.methods)
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, X-Hook-Token, Idempotency-Key"
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def shared(hook: Hook, response: Response) -> Response:
    """The response with CORS, where the request comes from an origin the hook lists."""
    if hook.browser.origins:
        response.headers["Vary"] = "Origin"
    if request.headers.get("Origin") in hook.browser.origins:
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    return response
