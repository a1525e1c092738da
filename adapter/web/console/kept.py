"""What was typed into a form whose session had ended: it travels through the sign-in page and back, stored nowhere."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Final

from flask import Request
from itsdangerous import BadData, URLSafeTimedSerializer

MOST_BYTES: Final = 300_000
_SECONDS: Final = 12 * 3_600  # as long as a session at most: whoever was away comes back
_OURS: Final = frozenset({"csrf_token"})


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A form: where it was sent to, each field with its text, whether files were left behind, why one signs in anew."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool
    why: str


def pack(request: Request, why: str, secret_key: str) -> str:
    """The form of this request, signed, so that nobody else can put words into it; `` where it is too long."""
    fields = [[name, text] for name, text in request.form.items(multi=True) if name not in _OURS]
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    packed = [request.path + query, fields, any(one.filename for one in request.files.values()), why]
    if len(json.dumps(packed, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return ""
    return str(_signer(secret_key).dumps(packed))


def unpack(text: str, secret_key: str) -> Kept | None:
    """The form again; None where there is none, or it is not ours."""
    if not text:
        return None
    try:
        path, fields, had_files, why = _signer(secret_key).loads(text, max_age=_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return Kept(path, tuple((str(name), str(value)) for name, value in fields), bool(had_files), str(why))


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="adapter.kept", signer_kwargs={"digest_method": hashlib.sha256})
