"""The faults that a hook file's schema found, each with its place and a sentence for the file's author."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma

from adapter.errors import messages_in
from adapter.located import Path
from adapter.mapping.schema.hook import HookSchema


def sentences(fault: ma.ValidationError) -> Iterator[tuple[Path, str]]:
    """(path, sentence) of each fault; an unknown key with what it may have been meant to be."""
    for path, sentence in _flat(messages_in(fault)):
        yield path, _with_hint(path, sentence)


def spelt(path: Path) -> str:
    """A path as people write it: `push.to[0]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _with_hint(path: Path, sentence: str) -> str:
    if sentence != "unknown key":
        return "is missing" if sentence == "Missing data for required field." else sentence
    near = difflib.get_close_matches(str(path[-1]), _known_keys(path[:-1]), n=1)
    return f'unknown key; did you mean "{near[0]}"?' if near else sentence


def _flat(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """A tree of marshmallow's messages; its own `_schema`, `key` and `value` levels are dropped."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            is_level = key == "_schema" or (key in {"key", "value"} and len(path) >= 2 and path[-2] == "fields")
            yield from _flat(inner, path if is_level else (*path, key))
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, path)
    else:
        yield path, str(messages).rstrip(".") if str(messages).endswith("..") else str(messages)


def _known_keys(path: Path) -> list[str]:
    schema: Any = HookSchema()
    for step in path:
        if isinstance(step, int) or schema is None:
            continue
        field = next((f for f in schema.fields.values() if (f.data_key or f.name) == step), None)
        if field is None and "type" not in schema.fields:
            break
        schema = _schema_in(field) if field is not None else schema
    return [field.data_key or name for name, field in schema.fields.items()] if schema is not None else []


def _schema_in(field: Any) -> ma.Schema | None:
    inner = getattr(field, "value_field", None) or getattr(field, "inner", None) or field
    found: ma.Schema | None = getattr(inner, "schema", None)
    return found
