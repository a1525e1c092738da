"""The JSON Schema of a hook file, for editors that complete and check it; made from the schemas that load the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.intake.sources import SOURCES
from adapter.mapping.schema import auth, courtesy, field, hook, notify, push, types
from adapter.mapping.schema.descriptions import DESCRIPTIONS

_TEXTS: Final = {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}
_TEXT_OR_LIST: Final[dict[str, Any]] = {"anyOf": [{"type": ["string", "integer"]}, _TEXTS]}
_SCALAR: Final = {"type": ["string", "number", "boolean", "null"]}
_SYNONYMS: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": {"anyOf": [*_TEXT_OR_LIST["anyOf"], {"type": "null"}]},
}
_DEFINITIONS: Final = {"field": field.FieldSchema, "proof": auth.ProofSchema, "way": push.WaySchema}
_LIKE: Final = {"way": "push"}  # whose keys mean the same as those of


def hook_json_schema() -> dict[str, Any]:
    """The schema (draft 7, which YAML editors know)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A hook of the Picky Assist adapter",
        **_object(hook.HookSchema(), ()),
        "oneOf": [{"required": ["fields"]}, {"required": ["schema"]}],
        "definitions": {name: _object(schema(), (name,)) for name, schema in _DEFINITIONS.items()},
    }


def _object(schema: ma.Schema, path: tuple[str, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, one in schema.fields.items():
        key = one.data_key or name
        if isinstance(one, types.NotYet):
            continue
        properties[key] = _property(one, (*path, key))
        if one.required:
            required.append(key)
    found: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return found | ({"required": required} if required else {})


def _property(one: fields.Field[Any], path: tuple[str, ...]) -> dict[str, Any]:
    found = _shape(one, path) | _choices(one) | _bounds(one)
    if path == ("source",):
        found["enum"] = sorted(SOURCES)
    default = one.load_default
    if isinstance(default, str | bool | int) and default != "":
        found["default"] = default
    alike = (_LIKE.get(path[0], path[0]), *path[1:])
    description = DESCRIPTIONS.get(".".join(path)) or DESCRIPTIONS.get(".".join(alike))
    return ({"description": description} if description else {}) | found


def _choices(one: fields.Field[Any]) -> dict[str, Any]:
    allowed = [rule for rule in one.validators if isinstance(rule, validate.OneOf)]
    return {"enum": sorted(allowed[0].choices, key=str)} if allowed else {}


def _bounds(one: fields.Field[Any]) -> dict[str, Any]:
    """Of a number, and of a list."""
    found: dict[str, Any] = {}
    for rule in one.validators:
        if isinstance(rule, validate.Range) and isinstance(one, fields.Integer):
            found = {"minimum": rule.min, "maximum": rule.max}
        if isinstance(rule, validate.Length) and isinstance(one, fields.List):
            found = {"minItems": rule.min, "maxItems": rule.max}
    return {key: bound for key, bound in found.items() if bound is not None}


def _shape(one: fields.Field[Any], path: tuple[str, ...]) -> dict[str, Any]:
    for kind, shape in _SHAPES.items():
        if isinstance(one, kind):
            return shape(one, path)
    raise TypeError(f"{'.'.join(path)}: no JSON Schema is known for {type(one).__name__}")


def _nested(one: Any, path: tuple[str, ...]) -> dict[str, Any]:
    schema = one.schema
    name = next((name for name, kind in _DEFINITIONS.items() if isinstance(schema, kind)), None)
    return {"$ref": f"#/definitions/{name}"} if name else _object(schema, path)


def _mapping(one: Any, path: tuple[str, ...]) -> dict[str, Any]:
    inner = one.value_field
    return {"type": "object"} | ({"additionalProperties": _shape(inner, path)} if inner is not None else {})


def _one_or_more(one: Any, path: tuple[str, ...]) -> dict[str, Any]:
    entry = _object(one.schema, path)
    return {"anyOf": [entry, {"type": "array", "minItems": 1, "maxItems": notify.MOST, "items": entry}]}


def _always(shape: Mapping[str, Any]) -> Callable[[Any, tuple[str, ...]], dict[str, Any]]:
    return lambda _one, _path: dict(shape)


# The most particular kinds first: many of them are texts as well.
_SHAPES: Final[Mapping[type, Callable[[Any, tuple[str, ...]], dict[str, Any]]]] = {
    auth.AuthField: _always(
        {"anyOf": [{"const": "none"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/proof"}}]}
    ),
    auth.TokenField: lambda one, path: {"anyOf": [{"type": "string"}, _object(one.schema, path)]},
    auth.HmacField: lambda one, path: {"anyOf": [{"type": "string"}, _object(one.schema, path)]},
    courtesy.Clock: _always({"type": "string", "pattern": f"^{courtesy.CLOCK.pattern.removesuffix(chr(92) + 'Z')}$"}),
    courtesy.QuietZone: _always({"type": "string"}),
    hook.EnabledField: _always({"enum": [True, False, "capture"]}),
    hook.DedupeField: lambda one, path: {"anyOf": [{"const": "none"}, _object(one.schema, path)]},
    notify.NotifyField: _one_or_more,
    field.ChoicesField: _always({"anyOf": [_TEXTS, _SYNONYMS]}),
    field.TableField: _always({"type": "object", "additionalProperties": _SCALAR}),
    field.StripField: _always({"type": ["boolean", "string"]}),
    types.Duration: _always({"type": "string", "pattern": "^[1-9][0-9]{0,6}[smhd]$"}),
    types.TextOrList: _always(_TEXT_OR_LIST),
    types.Zone: _always({"type": "string"}),
    types.Locale: _always({"type": "string"}),
    types.Word: _always({"type": ["string", "integer"]}),
    fields.Nested: _nested,
    fields.List: lambda one, path: {"type": "array", "items": _shape(one.inner, path) | _choices(one.inner)},
    fields.Dict: _mapping,
    fields.Boolean: _always({"type": "boolean"}),
    fields.Integer: _always({"type": "integer"}),
    fields.String: _always({"type": "string"}),
    fields.Raw: _always({}),
}
