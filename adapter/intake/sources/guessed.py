"""Which source a request most likely comes from, for a person who has captured one and does not know.

A guess for drafts, never for decisions: three of the automation tools call themselves axios, and headers can be typed.
"""

from __future__ import annotations

import re
from typing import Any, Final

from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest
from adapter.intake.sources.places import find
from adapter.intake.sources.signs import SIGNS, Sign

# Bots call themselves "Mozilla/5.0 (compatible; …)".
_BROWSER: Final = re.compile(r"Mozilla/\d\.\d \((?!compatible)")
_FORM_LIKE: Final = frozenset({"form", "multipart", "text"})


def guess(request: RawRequest, payload: Payload) -> str:
    """The name of a source: the first sign that fits, most specific first.

    Without one it is "form" where a browser posted a form, else "zapier", whose row has no quirks and takes any JSON
    or form with a token. For a request that cannot be decoded pass an empty payload: its headers may tell.
    """
    for sign in SIGNS:
        if _fits(sign, request, payload.data):
            return sign.source
    is_browser = _BROWSER.match(request.header("User-Agent") or "")
    return "form" if is_browser and payload.decoded_as in _FORM_LIKE else "zapier"


def _fits(sign: Sign, request: RawRequest, data: Any) -> bool:
    return (
        (not sign.method or sign.method == request.method)
        and all(pattern.match(request.header(name) or "") for name, pattern in sign.headers)
        and (not sign.place or find(data, sign.place) not in (None, False, "", [], {}))
        and (sign.looks is None or sign.looks(data))
    )
