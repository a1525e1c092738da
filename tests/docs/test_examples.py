"""The pages do what they say: every hook file in them loads, every request in them gives what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapter.errors import HookError
from adapter.located import read_yaml
from adapter.mapping.schema.json_schema import hook_json_schema
from tests.docs.examples import (
    DOCS,
    PAGES,
    Block,
    Request,
    agree,
    hook_files,
    load,
    requests_of,
    run,
    told,
    write_modules,
)

HOOK_FILES = [block for page in PAGES for block in hook_files(page)]
REQUESTS = [request for page in PAGES for request in requests_of(page)]


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_modules(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("block", HOOK_FILES, ids=lambda block: block.where)
def test_a_hook_file_of_a_page_loads_without_faults(block: Block) -> None:
    assert load("example", block.text).source.name in block.text


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.where)
def test_what_a_page_says_comes_of_a_request_comes_of_it(request_: Request) -> None:
    assert request_.outcome is not None, "a text block must follow and say what comes of this request"
    taken = run(request_)
    assert not isinstance(taken.refusal, HookError)
    really = told(taken)
    assert agree(request_.outcome, really), really


def test_every_page_of_a_sender_has_a_hook_file_and_a_request_that_makes_a_message() -> None:
    for page in PAGES:
        if page.parent.name == "sources" and page.name != "README.md":
            assert hook_files(page), f"{page.name} has no whole hook file"
            outcomes = [request.outcome or "" for request in requests_of(page)]
            assert any(outcome.startswith("To ") for outcome in outcomes), f"{page.name} shows no message"


_LIKE = {"way": "push"}  # an entry of push.fallback has the keys of push


def _keys(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Every key that a hook file may have, with its path; those of fields and proofs under `field.` and `proof.`."""
    for key, inner in schema.get("properties", {}).items():
        yield path + key
        yield from _keys(inner, f"{path}{key}.")
    for inner in schema.get("anyOf", ()):
        yield from _keys(inner, path)
    for name, inner in schema.get("definitions", {}).items():
        yield from _keys(inner, f"{_LIKE.get(name, name)}.")


def _used(value: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The same paths, of the keys that an example uses."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if path in {("fields",), ("field", "fields")}:
                yield from _used(inner, ("field",))
            else:
                yield ".".join((*path, key))
                yield from _used(inner, (*path, key))
    elif isinstance(value, list):
        of = {("auth",): ("proof",), ("push", "fallback"): ("push",)}
        for inner in value:
            yield from _used(inner, of.get(path, path))


def test_every_key_of_a_hook_file_stands_in_an_example() -> None:
    files = hook_files(DOCS / "hooks.md")
    used = {key for block in files for key in _used(read_yaml(block.text).data)}
    assert sorted(set(_keys(hook_json_schema())) - used) == []
