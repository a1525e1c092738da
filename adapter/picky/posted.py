"""Reading what is posted by its bytes, whatever it calls itself: JSON, a form, multipart; bounded in every way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

MOST_FIELDS: Final = 200
MOST_DEPTH: Final = 16


class Unreadable(ValueError):
    """Nothing can be read here; the message is a sentence that says where and why."""


def text_of(body: bytes) -> str:
    """The body as text: UTF-8, with or without a byte-order mark, else Windows' Latin."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def json_of(text: str, where: str) -> Any:
    """The value of a JSON text; raw line breaks in it are forgiven. Raises Unreadable, which names `where`."""
    try:
        return json.loads(text, strict=False, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        raise Unreadable(
            f"{where} is not valid JSON at line {fault.lineno}, column {fault.colno}: check quotes and commas there."
        ) from None
    except (ValueError, RecursionError):
        raise Unreadable(f"{where} is not JSON that can be read.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def form_of(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form, keys trimmed, the last of a name; {} of an empty body. Raises Unreadable."""
    kind, options = parse_options_header(content_type)
    if kind == "multipart/form-data" and body:
        return _multipart(body, str(options.get("boundary", "")))
    return pairs_of(text_of(body).strip())


def pairs_of(text: str) -> dict[str, str]:
    """The fields of a form or a query as text. Raises Unreadable."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unreadable(f"The request has more than {MOST_FIELDS} fields; send it as JSON.") from None
    return {key.strip(): value for key, value in pairs}


def _multipart(body: bytes, boundary: str) -> dict[str, str]:
    found: dict[str, bytes] = {}
    name: str | None = None
    decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=MOST_FIELDS)
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(part := decoder.next_event(), Epilogue):
            if isinstance(part, Field | File):
                name = part.name.strip() if isinstance(part, Field) else None
            elif isinstance(part, Data) and name is not None:
                found[name] = found.get(name, b"") + part.data
    except Exception:  # noqa: BLE001 - the decoder has no error class of its own for what strangers send
        raise Unreadable("The multipart body is broken: its parts do not fit the boundary in the header.") from None
    return {key: text_of(value) for key, value in found.items()}


def require_shallow(value: Any) -> None:
    """Raises Unreadable for lists and objects inside each other more than MOST_DEPTH levels deep."""
    level: list[Any] = [value]
    for _ in range(MOST_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise Unreadable(f"The body nests deeper than {MOST_DEPTH} levels.")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []
