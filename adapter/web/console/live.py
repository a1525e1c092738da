"""Fragments of pages that `live.js` polls: the same inner HTML as the page's, and 304 while nothing changed."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, render_template, request

from adapter.web.console.shell import frame


def fragment(template: str, **context: Any) -> Response:
    """The template in the frame of a page, with a strong ETag of its bytes; 304 where the browser has them.

    Tokens of forms are left empty, because each is another: `live.js` fills in the one that the page came with.
    """
    made = render_template(template, **{**frame(), "csrf_token": lambda: ""}, **context)
    response = Response(made, mimetype="text/html")
    response.set_etag(hashlib.sha256(made.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)
    return response
