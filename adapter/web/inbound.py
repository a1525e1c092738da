"""The edge of flask: a request as plain bytes, read only up to the limit, and answers as JSON."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, current_app, g, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from adapter.errors import Undecodable
from adapter.intake.request import RawRequest
from adapter.line import too_large
from adapter.services import Services

# A UUID, as the routers of PaaS platforms set it: of any other form a stranger could write a number into the log.
_REQUEST_ID: Final = re.compile(r"[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}\Z", re.IGNORECASE)


def services() -> Services:
    """What this process works with."""
    found: Services = current_app.extensions["adapter"]
    return found


def request_id() -> str:
    """The id that the answer and the log share: the X-Request-Id that came where it is a UUID."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
    found: str = g.request_id
    return found


def raw_request() -> RawRequest:
    """The request as it came. Raises TooLarge, before reading where the sender says how much is coming."""
    limit = services().settings.max_body_bytes
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    body = _body(limit)
    return RawRequest(
        method=request.method,
        path=request.path.replace("\0", "\ufffd"),  # PostgreSQL's text cannot hold a NUL
        query=request.query_string.decode("latin-1").replace("\0", "%00"),
        headers=tuple((str(name), str(value)) for name, value in request.headers.items()),
        body=body,
    )


def _body(limit: int) -> bytes:
    """The whole body. A length that is not told is found out by reading one byte more than the limit."""
    request.max_content_length = limit + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large(limit) from None
    except (ClientDisconnected, OSError, ParseException):
        raise _broken_off() from None
    if len(body) > limit:
        raise too_large(limit)
    if request.content_length is not None and len(body) < request.content_length:
        raise _broken_off()
    return body


def _broken_off() -> Undecodable:
    return Undecodable("The connection broke before the whole body arrived; send it again.")


def json_answer(body: Mapping[str, Any], status: int = 200, *, retry_after: int | None = None) -> Response:
    """A JSON answer with its request id; never cached."""
    text = json.dumps(body, ensure_ascii=False, default=str)
    response = Response(text, status, mimetype="application/json")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
