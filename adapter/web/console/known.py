"""Browsers that signed in before: a signed cookie that opens nothing, but gives failed tries a bucket of their own."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from flask import Response, request
from itsdangerous import BadData, URLSafeTimedSerializer

from adapter.web.console.session import is_secure
from adapter.web.inbound import services

_SECONDS: Final = 400 * 86_400  # browsers keep no cookie for longer


def browser() -> str | None:
    """The id of this browser, where it signed in before."""
    try:
        found = _signer().loads(request.cookies.get(_name(), "")[:300], max_age=_SECONDS)
    except BadData:
        return None
    return found if isinstance(found, str) else None


def remember(response: Response) -> None:
    """Know this browser from now on."""
    told = _signer().dumps(browser() or secrets.token_urlsafe(16))
    response.set_cookie(
        _name(), str(told), max_age=_SECONDS, secure=is_secure(), httponly=True, samesite="Lax", path="/"
    )


def _name() -> str:
    return "__Host-known" if is_secure() else "known"


def _signer() -> URLSafeTimedSerializer:
    key = str(services().settings.secret_key)
    return URLSafeTimedSerializer(key, salt="adapter.known", signer_kwargs={"digest_method": hashlib.sha256})
