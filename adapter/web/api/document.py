"""The OpenAPI document, made from the operations and the very schemas that load and dump."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response

from adapter.web.api.frame import OPERATIONS, Operation, blueprint
from adapter.web.api.schemas.base import Refused
from adapter.web.inbound import json_answer, services

GROUPS: Final = ("Overview", "Messages", "Events", "Jobs", "Hooks", "Accounts", "Opt-outs")
_PART: Final = re.compile(r"<(\w+)>")
_ABOUT: Final[Mapping[str, str]] = {
    "identity": "An id. Of an event or a message: what the sender was answered, or what a list shows.",
    "name": "A name, as the list of them shows it.",
    "account": "The name of an account.",
    "number": "A number with its country's code.",
}
REFUSALS: Final[Mapping[int, str]] = {
    400: "The request cannot be read.",
    401: "The token is missing or wrong.",
    403: "The token may only read.",
    404: "What the address names does not exist.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "A key is missing, not known, or its value cannot be taken; `fields` names each.",
    503: "The database, or the hook's file, cannot be used just now; come back after Retry-After seconds.",
}
"""What each status of a refusal means."""
_INFO: Final = (
    "What the console does, for programs. Send a token with each request: `Authorization: Bearer <token>`. A token "
    "that may only read opens every GET; changes need one that may write."
)


@blueprint.get("/openapi.json")
def document() -> Response:
    """The document; it holds no secret, and is open."""
    return json_answer(described() | {"servers": [{"url": services().settings.base_url}]})


@functools.cache
def described() -> dict[str, Any]:
    """The document, without servers."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=_named)
    spec = APISpec(
        "Picky Assist adapter", "1", "3.0.3", plugins=[marshmallow], info={"description": _INFO},
        tags=[{"name": group} for group in GROUPS],
        security=[{"token": []}],
    )  # fmt: skip
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for one in sorted(OPERATIONS, key=lambda one: GROUPS.index(one.group)):
        spec.path(_PART.sub(r"{\1}", f"/api{one.path}"), operations={one.method.lower(): _operation(one)})
    found: dict[str, Any] = spec.to_dict()
    return found


def _named(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _operation(one: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.name, "summary": one.title, "description": one.about, "tags": [one.group],
        "parameters": list(_parameters(one)), "responses": _responses(one),
    }  # fmt: skip
    if one.raw_body:
        content: dict[str, Any] = {one.raw_body: {"schema": {"type": "string"}, "example": "number\n919876543210\n"}}
        told["requestBody"] = {"required": True, "content": content}
    if one.body is not None:
        needed = any(field.required for field in one.body.fields.values())
        content = {"schema": type(one.body), "example": dict(one.example or {})}
        told["requestBody"] = {"required": needed, "content": {"application/json": content}}
    return told


def _parameters(one: Operation) -> Iterator[dict[str, Any]]:
    for part in _PART.findall(one.path):
        yield {
            "name": part, "in": "path", "required": True, "description": _ABOUT[part],
            "schema": {"type": "string", "minLength": 1},
        }  # fmt: skip
    if one.query.fields:
        yield {"in": "query", "schema": type(one.query)}


def _responses(one: Operation) -> dict[str, Any]:
    good: dict[str, Any] = (
        {"application/json": {"schema": type(one.answer)}}
        if one.answer is not None
        else {one.raw_answer: {"schema": {"type": "string"}}}
    )
    refused: dict[str, Any] = {"application/json": {"schema": Refused}}
    return {"200": {"description": "Done.", "content": good}} | {
        str(status): {"description": REFUSALS[status], "content": refused} for status in _statuses(one)
    }


def _statuses(one: Operation) -> list[int]:
    found = {401, 422, 503, *one.refuses}
    found |= {403} if one.scope == "write" else set()
    found |= {400, 413} if one.body is not None else set()
    return sorted(found)
