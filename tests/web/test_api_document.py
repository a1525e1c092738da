"""The OpenAPI document against the running application: every operation is in it, and answers as it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from adapter.config import read_settings
from adapter.services import open_services
from adapter.store.migrate import migrate
from adapter.web.api.document import described
from adapter.web.app import build_app
from tests.delivery.messages import store_messages

TOKEN = "a-token-for-these-tests"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("api")
    (folder / "templates").mkdir()
    (folder / "templates" / "form.yaml").write_text(
        "source: form\nauth: none\nfields: {phone: {type: phone, region: IN}}\npush: {to: '{{ phone }}', message: Hi}\n"
    )
    settings, faults = read_settings({
        "DATABASE_URL": f"sqlite:///{folder / 'a.db'}", "TEMPLATES_DIR": str(folder / "templates"), "ADAPTER_SANDBOX": "1",
        "API_TOKEN": TOKEN, "PICKY_TIMEOUT": "1",
    })  # fmt: skip
    assert faults == []
    here = open_services(settings)
    migrate(here.store)
    store_messages(here.store, 3)
    yield build_app(here)
    here.store.close()


@pytest.fixture(scope="module")
def api_schema(app: Flask) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)


CHECKS = [
    schemathesis.checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.response_headers_conformance, checks.negative_data_rejection,
    checks.missing_required_header, checks.ignored_auth,
]  # fmt: skip


def _may_be_wrong(path: str, told: dict[str, Any]) -> bool:
    """Whether it takes anything that can be wrong: any text is a name, and may be lines of CSV."""
    takes = "requestBody" in told or any(one["in"] == "query" for one in told.get("parameters", []))
    return takes and not path.endswith("/import")


MODES = [
    (path, method, mode)
    for path, operations in described()["paths"].items()
    for method, told in operations.items()
    for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if _may_be_wrong(path, told) else []))
]


@pytest.mark.parametrize(("path", "method", "mode"), MODES)
def test_every_operation_answers_as_documented(
    api_schema: schemathesis.BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    operation = api_schema[path][method]

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(
        max_examples=10, deadline=None, derandomize=True, database=None, phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)

    run()


def test_the_document_is_open_and_holds_every_address_of_the_api(app: Flask) -> None:
    answer = app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    paths = json.loads(answer.data)["paths"]
    told = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    served = {
        (method, str(rule).replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules() if str(rule).startswith("/api/") and not str(rule).startswith("/api/v2")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }  # fmt: skip
    assert served - told == {("GET", "/api/openapi.json")}
    assert told <= served


def test_every_other_address_is_closed_without_a_token(app: Flask) -> None:
    client = app.test_client()
    for path, operations in described()["paths"].items():
        for method in operations:
            assert client.open(path.replace("{", "").replace("}", ""), method=method.upper()).status_code == 401


def test_changes_name_the_status_of_a_token_that_may_only_read() -> None:
    for operations in described()["paths"].values():
        for method, told in operations.items():
            assert ("403" in told["responses"]) is (method != "get")
            assert {"200", "401", "503"} <= told["responses"].keys()


def test_examples_are_taken_by_their_own_schemas() -> None:
    from adapter.web.api.frame import OPERATIONS

    for one in OPERATIONS:
        if one.body is not None:
            assert one.body.load(dict(one.example or {})) or not one.body.fields
