"""The opt-out lists over `/api`: with the token only, page by page, as CSV in and out, and what means no good."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.config import read_settings
from adapter.delivery import optouts
from adapter.picky.sandbox import Sandbox, serve
from adapter.services import Services, open_services
from adapter.store.migrate import migrate
from adapter.store.tables import MESSAGES
from adapter.web.app import build_app
from tests.delivery.messages import store_messages
from tests.running import Running

TOKEN = "a-long-tökén"
BEARER = {"Authorization": f"Bearer {TOKEN}".encode().decode("latin-1")}  # as a header's bytes reach the application
NUMBER = "919876500000"
ADDRESSES = [
    ("GET", "/api/optouts"), ("POST", "/api/optouts"), ("DELETE", f"/api/optouts/main/{NUMBER}"),
    ("POST", "/api/optouts/import"), ("GET", "/api/optouts/export"), ("OPTIONS", "/api/optouts"),
]  # fmt: skip


def services_of(folder: Path, database_url: str, **environ: str) -> Services:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "accounts.yaml").write_text("shop2: {token: x}\n")
    places = {"DATABASE_URL": database_url, "TEMPLATES_DIR": str(folder / "templates"), "ADAPTER_SANDBOX": "1"}
    settings, faults = read_settings(places | environ)
    assert faults == []
    return open_services(settings)


@pytest.fixture
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite's, but where a test asks for both."""
    is_postgres = getattr(request, "param", "") == "postgres"
    return str(request.getfixturevalue("postgres_database")) if is_postgres else f"sqlite:///{tmp_path / 'a.db'}"


on_both = pytest.mark.parametrize("address", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def here(tmp_path: Path, address: str) -> Iterator[Services]:
    found = services_of(tmp_path, address, API_TOKEN=TOKEN, MAX_BODY_BYTES="3000000")
    migrate(found.store)
    yield found
    found.store.close()


@pytest.fixture
def client(here: Services) -> FlaskClient:
    return build_app(here).test_client()


def call(client: FlaskClient, method: str, path: str, **options: Any) -> TestResponse:
    return client.open(path, method=method, headers=BEARER | options.pop("headers", {}), **options)


def told(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.data)
    assert answer.status_code == status, found
    assert found["ok"] is (status == 200)
    if status != 200:
        assert found["error"] == found["message"]
        assert found["error"].endswith((".", ")"))
        assert {"code", "fields", "received_keys", "request_id"} <= found.keys()
    return found


def listed(here: Services) -> list[tuple[str, str, str]]:
    return [(row.account, row.number, row.via) for row in optouts.numbers(here.store)]


WRONG = ["", "Bearer", "Bearer ", "Bearer wrong", "Bearer a-long-to\u0308ke\u0301n".encode().decode("latin-1"), TOKEN, f"Basic {TOKEN}",
         "Bearer \xff\xfe", "Bearer " + "x" * 100_000]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_nothing_opens_without_the_token(client: FlaskClient, here: Services, method: str, path: str) -> None:
    for header in WRONG:
        answer = client.open(path, method=method, headers={"Authorization": header}, data=b"number\n919876500000\n")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert told(answer, 401)["code"] == "unauthenticated"
    assert listed(here) == []


def test_without_a_token_set_every_address_is_closed(tmp_path: Path) -> None:
    found = services_of(tmp_path, f"sqlite:///{tmp_path / 'a.db'}")
    client = build_app(found).test_client()
    for method, path in ADDRESSES:
        for header in ("", "Bearer ", "Bearer None"):
            answer = client.open(path, method=method, headers={"Authorization": header})
            assert "set API_TOKEN" in told(answer, 401)["error"]
    found.store.close()


def test_no_other_site_s_script_may_read_an_answer(client: FlaskClient) -> None:
    answer = call(client, "GET", "/api/optouts", headers={"Origin": "https://evil.example"})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")


@on_both
def test_a_number_is_added_once_and_what_waits_is_cancelled(client: FlaskClient, here: Services) -> None:
    store_messages(here.store, 2)
    body = {"number": "+91 98765-00000"}
    assert told(call(client, "POST", "/api/optouts", json=body)) == {"ok": True, "added": True, "cancelled": 1}
    assert told(call(client, "POST", "/api/optouts", json=body)) == {"ok": True, "added": False, "cancelled": 0}
    assert told(call(client, "POST", "/api/optouts", json={"number": 919876500001, "account": "shop2"}))["added"]
    assert listed(here) == [("main", NUMBER, "owner"), ("shop2", "919876500001", "owner")]
    with here.store.read() as connection:
        assert sorted(connection.execute(sa.select(MESSAGES.c.status)).scalars()) == ["cancelled", "queued"]


@on_both
def test_a_number_is_taken_off_once(client: FlaskClient, here: Services) -> None:
    call(client, "POST", "/api/optouts", json={"number": NUMBER})
    assert told(call(client, "DELETE", "/api/optouts/main/%2B91%2098765%2000000")) == {"ok": True, "removed": True}
    assert told(call(client, "DELETE", f"/api/optouts/main/{NUMBER}")) == {"ok": True, "removed": False}
    assert listed(here) == []


BODIES: dict[str, tuple[Any, int, list[str]]] = {
    "no number": ({}, 422, ["number"]),
    "null": ({"number": None}, 422, ["number"]),
    "words": ({"number": "Ann"}, 422, ["number"]),
    "without a country": ({"number": "098765 43210"}, 422, ["number"]),
    "an object": ({"number": {"a": 1}}, 422, ["number"]),
    "yes": ({"number": True}, 422, ["number"]),
    "too large a number": ({"number": 10**400}, 422, ["number"]),
    "NUL": ({"number": "91987650\0000"}, 422, ["number"]),
    "another account": ({"number": NUMBER, "account": "gone\0\u202e"}, 422, ["account"]),
    "an account that is none": ({"number": NUMBER, "account": 1}, 422, ["account"]),
    "a misspelt key": ({"number": NUMBER, "acount": "shop2"}, 422, ["acount"]),
    "a strange key": ({"number": NUMBER, "\0\n": 1}, 422, ["  "]),
    "a list": ([NUMBER], 422, ["_schema"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_what_is_wrong_with_a_body_is_told_by_its_key(client: FlaskClient, here: Services, name: str) -> None:
    body, status, keys = BODIES[name]
    assert list(told(call(client, "POST", "/api/optouts", json=body), status)["fields"]) == keys
    assert listed(here) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"number=1", 400), (b"\xff\xfe", 400), (b"[" * 9_000, 400), (b'{"number": ' + b"9" * 5_000 + b"}", 400), (b"[" * 20_000, 413), (b"x" * 4_000_000, 413)],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused(client: FlaskClient, body: bytes, status: int) -> None:
    assert told(call(client, "POST", "/api/optouts", data=body), status)["ok"] is False


def test_an_unknown_account_is_told_with_those_there_are(client: FlaskClient) -> None:
    sentence = 'No account is named "gone". There are: main, shop2.'
    assert told(call(client, "DELETE", f"/api/optouts/gone/{NUMBER}"), 404)["error"] == sentence
    for method, path in (("GET", "/api/optouts"), ("GET", "/api/optouts/export"), ("POST", "/api/optouts/import")):
        assert told(call(client, method, f"{path}?account=gone"), 422)["fields"] == {"account": [sentence]}
    assert told(call(client, "DELETE", "/api/optouts/main/Ann"), 422)["fields"].keys() == {"number"}


@on_both
def test_the_lists_are_read_page_by_page(client: FlaskClient, here: Services) -> None:
    with here.store.write() as connection:
        for account in ("main", "shop2"):
            optouts.put(connection, account, {str(919876500000 + at): 0.0 for at in range(3)}, via="import", now=0.0)
    first = told(call(client, "GET", "/api/optouts?limit=4"))
    assert first["next"] == f"shop2/{NUMBER}"
    assert first["optouts"][0] == {
        "account": "main", "number": NUMBER, "since": "1970-01-01T00:00:00+00:00", "via": "import", "word": None,
    }  # fmt: skip
    rest = told(call(client, "GET", f"/api/optouts?limit=2&after={first['next']}"))
    assert [row["number"] for row in rest["optouts"]] == ["919876500001", "919876500002"]
    assert rest["next"] is None
    own = told(call(client, "GET", f"/api/optouts?account=main&after=main/{NUMBER}"))
    assert [row["account"] for row in own["optouts"]] == ["main", "main"]


@pytest.mark.parametrize(
    ("query", "key"),
    [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=-1", "limit"), ("limit=٣", "limit"), ("limit=", "limit"), ("limit=" + "9" * 5_000, "limit"),
     ("after=x", "after"), ("after=main/", "after"), ("after=main/1%00", "after"), ("after=shop2/1&account=main", "after")],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(client: FlaskClient, query: str, key: str) -> None:
    assert list(told(call(client, "GET", f"/api/optouts?{query}"), 422)["fields"]) == [key]


@on_both
def test_a_file_is_taken_and_its_bad_lines_are_told(client: FlaskClient, here: Services) -> None:
    store_messages(here.store, 1)
    body = f'number,account\n{NUMBER},\nAnn,\n919876500001,main\n919876500002,gone\n"919876500003\n'.encode()
    found = told(call(client, "POST", "/api/optouts/import?account=shop2", data=body, content_type="text/csv"))
    assert (found["added"], found["known"], found["cancelled"]) == (3, 0, 0)
    assert [fault["line"] for fault in found["faults"]] == [3, 5]
    assert found["faults"][1]["error"] == 'No account is named "gone". There are: main, shop2.'
    assert listed(here) == [
        ("main", "919876500001", "import"),
        ("shop2", NUMBER, "import"),
        ("shop2", "919876500003", "import"),
    ]
    again = told(call(client, "POST", "/api/optouts/import", data=f"\ufeff{NUMBER}".encode()))
    assert (again["added"], again["cancelled"], again["faults"]) == (1, 1, [])


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"Name;Firm\nAnn;ACME\n", "text/csv", 400), ("number\n1".encode("utf-16"), "text/csv", 400), (b"x" * 3_000_001, "text/csv", 413),
     (b"--x", "multipart/form-data; boundary=x", 415), (b"{}", "application/json", 415)],
)  # fmt: skip
def test_what_is_no_list_is_refused(client: FlaskClient, body: bytes, content_type: str, status: int) -> None:
    assert (
        told(call(client, "POST", "/api/optouts/import", data=body, content_type=content_type), status)["ok"] is False
    )


HOSTILE: dict[str, tuple[bytes, int]] = {
    "one endless line": (b"9" * 2_900_000, 1),
    "an endless quotation": (b'number\n"' + b"\n" * 100_000 + b"9", 0),
    "NULs": (b"\0" * 2_000_000, 1),
    "formulas": (b"=1+1\n+1\n-1\n@SUM(A1)\n\t=1\n", 5),
    "delimiters": (b";" * 9_999 + b"\n" + b"," * 9_999, 0),
    "bad UTF-8": (b"\xff\xfe\xfa" * 1_000, 1),
    "a thousand columns": (b"1," * 4_000 + b"\n", 1),
    "nothing": (b"", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_means_no_good_does_no_harm(client: FlaskClient, here: Services, name: str) -> None:
    body, most = HOSTILE[name]
    answer = call(client, "POST", "/api/optouts/import", data=body)
    assert answer.status_code in {200, 400}
    assert len(json.loads(answer.data).get("faults", [])) <= most or name == "an endless quotation"
    assert len(answer.data) < 1_000_000
    assert listed(here) == []


def test_only_the_first_thousand_bad_lines_are_told(client: FlaskClient) -> None:
    found = told(call(client, "POST", "/api/optouts/import", data=b"number\n" + b"x\n" * 20_000))
    assert (len(found["faults"]), found["more_faults"], found["added"]) == (1_000, 19_000, 0)


def test_what_is_no_list_of_numbers_is_not_read_to_its_end(client: FlaskClient) -> None:
    answer = call(client, "POST", "/api/optouts/import", data=b"x\n" * 200_000)
    assert answer.status_code == 400
    assert "this is no list of numbers" in answer.get_json()["error"]


@on_both
def test_the_export_is_an_attachment_that_can_be_imported(client: FlaskClient, here: Services) -> None:
    with here.store.write() as connection:
        optouts.add(connection, "main", NUMBER, via="message", word="=1+1", now=0.0)
        optouts.put(connection, "shop2", {str(919876500000 + at): 5.0 for at in range(1_200)}, via="owner", now=9.0)
    answer = call(client, "GET", "/api/optouts/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert (len(rows), rows[0]["number"], rows[0]["word"]) == (1_201, NUMBER, "'=1+1")
    own = call(client, "GET", "/api/optouts/export?account=main").text
    assert own.count("\r\n") == 2
    found = told(call(client, "POST", "/api/optouts/import", data=answer.data))
    assert (found["added"], found["known"], found["faults"]) == (0, 1_201, [])


def test_an_empty_list_is_exported_as_a_header(client: FlaskClient) -> None:
    assert call(client, "GET", "/api/optouts/export").text == "number,account,since,via,word\r\n"


@on_both
def test_a_database_that_is_away_is_a_reason_to_come_back(client: FlaskClient, here: Services) -> None:
    with here.store.write() as connection:
        connection.execute(sa.text("DROP TABLE optouts"))
    for method, path, body in (
        ("GET", "/api/optouts", b""), ("POST", "/api/optouts", b'{"number": "919876500000"}'), ("DELETE", f"/api/optouts/main/{NUMBER}", b""),
        ("POST", "/api/optouts/import", NUMBER.encode()), ("GET", "/api/optouts/export", b""),
    ):  # fmt: skip
        answer = call(client, method, path, data=body)
        assert told(answer, 503)["code"] == "store_unavailable"
        assert int(answer.headers["Retry-After"]) > 0


def test_through_the_real_server_and_no_number_reaches_its_log(tmp_path: Path) -> None:
    with (
        serve(Sandbox(rate=0)) as box,
        Running(tmp_path, picky_url=box.push_url, API_TOKEN="only-for-the-api") as adapter,
    ):
        headers = {"Authorization": "Bearer only-for-the-api"}
        url = f"{adapter.url}/api/optouts"
        answers = [
            requests.post(url, json={"number": NUMBER}, headers=headers, timeout=10),
            requests.post(f"{url}/import", data=iter([b"919876500001\n", b"Ann\n"]), headers=headers, timeout=10),
            requests.get(url, headers=headers, timeout=10),
            requests.get(f"{url}/export", headers=headers, timeout=10),
            requests.delete(f"{url}/main/{NUMBER}", headers=headers, timeout=10),
            requests.get(url, timeout=10),
            requests.post(f"{adapter.url}/api/v2/push", json={}, timeout=10),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 401, 401]
        assert answers[1].json()["added"] == 1
        assert answers[3].text.count("\r\n") == 3
    log = adapter.log.read_text()
    assert "opted_out" in log
    assert not any(secret in log for secret in ("9198765000", "Ann", "only-for-the-api"))
