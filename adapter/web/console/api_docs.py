"""What a program can do: the OpenAPI document as a page."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import Response

from adapter.web.api.document import REFUSALS, described
from adapter.web.console.shell import console_blueprint, page
from adapter.web.inbound import services

blueprint: Final = console_blueprint("api_docs")
_CHANGES: Final = frozenset({"post", "delete"})
_PLACES: Final[Mapping[str, str]] = {"identity": "01J…", "number": "919876543210", "account": "main"}
_NAMES: Final[Mapping[str, str]] = {"Hooks": "won_deal", "Accounts": "main"}


@blueprint.get("/docs/api")
def api_docs() -> Response:
    """Every operation, by group: what it takes, what it answers, and how to call it."""
    base = services().settings.base_url
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in described()["paths"].items():
        for method, told in operations.items():
            groups.setdefault(told["tags"][0], []).append(_operation(base, path, method, told))
    return page("console/api_docs.html", at="api", groups=groups, base=base, refusals=REFUSALS)


def _operation(base: str, path: str, method: str, told: Mapping[str, Any]) -> dict[str, Any]:
    body = told.get("requestBody", {}).get("content", {})
    kind = next(iter(body), "")
    example = body[kind].get("example") if kind else None
    good = next(iter(told["responses"]["200"]["content"].items()))
    return {
        "id": told["operationId"], "title": told["summary"], "about": told["description"], "method": method.upper(),
        "path": path, "writes": method in _CHANGES, "kind": kind,
        "parameters": [_parameter(one) for one in told["parameters"]],
        "body": list(_properties(body[kind]["schema"])) if kind == "application/json" else [],
        "answer_kind": good[0], "answer": list(_properties(good[1]["schema"])),
        "refusals": [int(status) for status in told["responses"] if status != "200"],
        "curl": _curl(base + _filled(path, told["tags"][0]), method, kind, example),
    }  # fmt: skip


def _parameter(one: Mapping[str, Any]) -> dict[str, str]:
    words = "in the path" if one["in"] == "path" else _words(one["schema"])
    return {"name": one["name"], "words": words, "about": one.get("description", "")}


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The component that a reference names."""
    for part in [schema, *schema.get("allOf", ())]:
        if "$ref" in part:
            found: Mapping[str, Any] = described()["components"]["schemas"][part["$ref"].rpartition("/")[2]]
            return found
    return schema


def _properties(schema: Mapping[str, Any], prefix: str = "") -> Iterator[dict[str, Any]]:
    """Each key of an object; those of objects within it below their own, `a[].b` in a list."""
    whole = _resolved(schema)
    for name, one in whole.get("properties", {}).items():
        path = f"{prefix}{name}"
        needed = name in whole.get("required", ()) and not prefix
        yield {"name": path, "words": _words(one), "about": one.get("description", ""), "required": needed}
        is_list = one.get("type") == "array"
        yield from _properties(one["items"] if is_list else one, f"{path}[]." if is_list else f"{path}.")


def _words(schema: Mapping[str, Any]) -> str:
    """A type in words."""
    whole = _resolved(schema)
    if "enum" in whole:
        return "one of " + ", ".join(map(str, whole["enum"]))
    kind = whole.get("type", "any")
    kinds = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind]
    words = {"string": "text", "boolean": "true or false", "integer": "whole number", "array": "list", "any": "text"}
    or_null = whole.get("nullable") or (isinstance(kind, list) and "null" in kind)
    return " or ".join(words.get(one, one) for one in kinds) + (" or null" if or_null else "")


def _filled(path: str, group: str) -> str:
    """The path with something in its places."""
    for place, value in {**_PLACES, "name": _NAMES.get(group, "name")}.items():
        path = path.replace(f"{{{place}}}", value)
    return path


def _curl(url: str, method: str, kind: str, example: Any) -> str:
    """A call that can be pasted; the token stays in the shell."""
    words = ['curl -H "Authorization: Bearer $TOKEN"']
    if method == "delete" or (method == "post" and not kind):
        words.append(f"-X {method.upper()}")
    words.append(shlex.quote(url))
    if kind == "application/json":
        words += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(json.dumps(example))}"]
    elif kind:
        words += [f"-H 'Content-Type: {kind}'", "--data-binary @numbers.csv"]
    return " ".join(words)
