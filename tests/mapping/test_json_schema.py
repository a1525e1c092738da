"""The JSON Schema that editors use says the same as the loader, for what it can say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from adapter.located import read_yaml
from adapter.mapping.schema.descriptions import DESCRIPTIONS
from adapter.mapping.schema.json_schema import hook_json_schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = hook_json_schema()
HOOK = {"source": "form", "auth": "none", "fields": {"phone": {"type": "phone"}}, "push": {"to": "x", "message": "Hi"}}


def described(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, bool]]:
    """Every key with its path, and whether a sentence says what it is."""
    for key, inner in schema.get("properties", {}).items():
        yield path + key, "description" in inner
        yield from described(inner, f"{path}{key}.")
    for inner in schema.get("anyOf", ()):
        yield from described(inner, path)
    for name, inner in schema.get("definitions", {}).items():
        yield from described(inner, f"{name}.")


def disagreements(hook: Any) -> list[str]:
    return [fault.message for fault in jsonschema.Draft7Validator(SCHEMA).iter_errors(hook)]


def test_the_file_is_what_the_schemas_say() -> None:
    written = json.loads((ROOT / "docs/hook.schema.json").read_text(encoding="utf-8"))
    assert written == SCHEMA, "write it anew with: make schema"


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_every_key_has_a_sentence_and_every_sentence_a_key() -> None:
    keys = dict(described(SCHEMA))
    assert [key for key, has_sentence in keys.items() if not has_sentence] == []
    assert sorted(DESCRIPTIONS.keys() - keys.keys()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_hooks_that_ship_agree_with_it(path: Path) -> None:
    assert not disagreements(read_yaml(path.read_text(encoding="utf-8")).data)


def test_a_small_hook_agrees_with_it() -> None:
    assert not disagreements(HOOK)


def test_courtesy_and_other_ways_agree_with_it() -> None:
    courtesy = {
        "send_at": "{{ day - 1 day }}", "expires": "6h", "quiet": {"from": "21:00", "until": "8:00", "zone": "hook"},
        "limit": {"per": "recipient", "count": 3, "within": "24h"},
    }  # fmt: skip
    push = {"to": "x", "message": "Hi", "fallback": [{"account": "sms", "after": "30m"}, {"message": "Hello"}]}
    assert not disagreements(HOOK | courtesy | {"push": push})


@pytest.mark.parametrize(
    "change",
    [
        {"sorce": "form"},
        {"source": "zoho"},
        {"auth": []},
        {"auth": [{"tokn": "x"}]},
        {"fields": {"phone": {"type": "fone"}}},
        {"fields": {"phone": {"requierd": True}}},
        {"fields": {"rows": {"type": "list", "fields": {"x": {"type": "fone"}}}}},
        {"dedupe": {"within": "72 hours", "key": "phone"}},
        {"reject_status": 404},
        {"push": {"message": "Hi"}},
        {"enabled": "maybe"},
        {"schema": "package.Class"},
        {"delay": "2 hours"},
        {"quiet": {"from": "21:00"}},
        {"quiet": {"from": "25:00", "until": "08:00"}},
        {"limit": {"per": "hook", "count": 3, "within": "24h"}},
        {"limit": {"count": 0, "within": "24h"}},
        {"push": {"to": "x", "message": "Hi", "fallback": []}},
        {"push": {"to": "x", "message": "Hi", "fallback": [{"to": "y"}]}},
        {"push": {"to": "x", "message": "Hi", "fallback": [{"account": "a"}] * 5}},
    ],
)
def test_what_does_not_load_does_not_agree_with_it(change: dict[str, Any]) -> None:
    assert disagreements(HOOK | change)
