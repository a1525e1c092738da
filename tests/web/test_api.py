"""`/api` over both databases: tokens and scopes, lists, one event, jobs, hooks, accounts, and what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter import api_tokens, audit
from adapter.config import read_settings
from adapter.delivery import control
from adapter.picky.sandbox import Sandbox, serve
from adapter.services import Services, open_services
from adapter.store.engine import Store
from adapter.web.app import build_app
from tests.delivery.messages import event, store_messages

HOOK = "source: form\nauth: none\nfields:\n  phone: {type: phone, region: IN, required: true}\npush:\n  to: '{{ phone }}'\n  message: Hi\n"
RAW = "POST /hooks/form HTTP/1.1\nContent-Type: application/json\n\n" + json.dumps({"phone": "098765 43210"})


@pytest.fixture
def here(tmp_path: Path, store: Store) -> Services:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "form.yaml").write_text(HOOK)
    (templates / "broken.yaml").write_text("source: form\nnonsense: 1\n")
    settings, faults = read_settings({
        "DATABASE_URL": "sqlite:///unused.db", "TEMPLATES_DIR": str(templates), "ADAPTER_SANDBOX": "1", "API_TOKEN": "top-secret-token",
    })  # fmt: skip
    assert faults == []
    return open_services(settings, store=store)


@pytest.fixture
def client(here: Services) -> FlaskClient:
    return build_app(here).test_client()


def call(
    client: FlaskClient, path: str, body: Any = None, *, method: str = "", token: str = "top-secret-token"
) -> TestResponse:
    given = {} if body is None else {"json": body}
    return client.open(
        f"/api{path}", method=method or ("GET" if body is None else "POST"), headers={"Authorization": f"Bearer {token}"}, **given
    )  # fmt: skip


def told(answer: TestResponse, status: int = 200) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.data)
    assert answer.status_code == status, found
    assert found["ok"] is (status == 200)
    return found


def done(here: Services) -> list[tuple[str, str]]:
    return [(one.who, one.what) for one in audit.page(here.store)]


@pytest.fixture
def reader(here: Services) -> str:
    return api_tokens.create(here.store, "dashboard", "read", now=time.time())[1]


@pytest.fixture
def writer(here: Services) -> str:
    return api_tokens.create(here.store, "robot", "write", now=time.time())[1]


def test_a_token_that_may_read_reads_and_changes_nothing(here: Services, client: FlaskClient, reader: str) -> None:
    assert told(call(client, "/hooks", token=reader))["hooks"]
    assert told(call(client, "/hooks/form/pause", {}, token=reader), 403)["code"] == "forbidden"
    assert control.paused(here.store) == []
    assert done(here) == []


def test_a_token_that_may_write_is_named_in_the_log(here: Services, client: FlaskClient, writer: str) -> None:
    assert told(call(client, "/hooks/form/pause", {}, token=writer))["changed"] is True
    assert told(call(client, "/hooks/form/pause", {}, token=writer))["changed"] is False
    assert done(here) == [("token robot", "paused the hook")]


def test_a_revoked_token_opens_nothing(here: Services, client: FlaskClient, reader: str) -> None:
    api_tokens.revoke(here.store, api_tokens.all_tokens(here.store)[0].id, now=time.time())
    assert told(call(client, "/hooks", token=reader), 401)["code"] == "unauthenticated"


def test_messages_come_newest_first_a_page_at_a_time(here: Services, client: FlaskClient) -> None:
    store_messages(here.store, 5)
    seen, after = [], ""
    while True:
        page = told(call(client, f"/messages?limit=2{after}"))
        seen.append([one["number"] for one in page["messages"]])
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [["919876500004", "919876500003"], ["919876500002", "919876500001"], ["919876500000"]]


def test_a_filter_finds_a_number_in_any_spelling(here: Services, client: FlaskClient) -> None:
    store_messages(here.store, 3)
    found = told(call(client, "/messages?q=%2B91 98765 00001"))
    assert [one["number"] for one in found["messages"]] == ["919876500001"]
    assert found["total"] == 1
    assert told(call(client, "/messages?state=delivered"))["messages"] == []
    assert told(call(client, "/events?hook=h"))["events"][0]["states"] == {"queued": 3}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/messages?colour=red", "colour"),
        ("/messages?state=green", "state"),
        ("/events?limit=0", "limit"),
        ("/events?after=x", "after"),
    ],
)
def test_what_a_list_does_not_take_is_named(client: FlaskClient, path: str, key: str) -> None:
    assert list(told(call(client, path), 422)["fields"]) == [key]


def test_a_story_says_why_and_what_to_do(here: Services, client: FlaskClient) -> None:
    accepted = store_messages(here.store, 2)
    shown = told(call(client, f"/events/{accepted.id}"))["event"]
    assert shown["id"] == accepted.id
    assert shown["states"] == {"queued": 2}
    assert [one["status"] for one in shown["messages"]] == ["queued", "queued"]
    assert all(one["because"] for one in shown["messages"])
    assert told(call(client, "/events/nothing"), 404)["code"] == "not_found"


def test_the_request_is_shown_with_its_exact_bytes(here: Services, client: FlaskClient) -> None:
    from adapter.delivery.acceptance import accept

    kept = accept(here.store, event(body=b"\xff\x00a", headers=[["X-A", "1"]]), [])
    shown = told(call(client, f"/events/{kept.id}/request"))
    assert shown["body_base64"] == "/wBh"
    assert shown["headers"] == [["X-A", "1"]]


def test_a_dry_run_changes_nothing_and_the_same_without_it_cancels(here: Services, client: FlaskClient) -> None:
    identity = store_messages(here.store, 3).id
    assert (
        told(call(client, f"/events/{identity}/cancel", {"dry_run": True}))["message"]
        == "3 messages would be cancelled."
    )
    assert done(here) == []
    assert told(call(client, f"/events/{identity}/cancel", {}))["states"] == {"queued": 3}
    again = told(call(client, f"/events/{identity}/cancel", method="POST"))
    assert (again["messages"], again["message"]) == (0, "There is nothing to cancel. It is cancelled.")
    assert told(call(client, f"/events/{identity}"))["event"]["states"] == {"cancelled": 3}
    assert told(call(client, "/events/none/cancel", {}), 404)["code"] == "not_found"


def test_a_rejected_event_is_made_once_its_hook_was_mended(here: Services, client: FlaskClient) -> None:
    from adapter.delivery.acceptance import accept

    body = json.dumps({"phone": "098765 43210"}).encode()
    row = event(hook="form", status="rejected", body=body, headers=[["Content-Type", "application/json"]])
    identity = accept(here.store, row, []).id
    assert told(call(client, f"/events/{identity}/replay", {"dry_run": True}))["made"] == 1
    assert told(call(client, "/messages"))["total"] == 0
    made = told(call(client, f"/events/{identity}/replay", {}))
    assert (made["made"], made["message"]) == (1, "1 message queued.")
    assert [one["number"] for one in told(call(client, "/messages"))["messages"]] == ["919876543210"]
    assert told(call(client, f"/events/{identity}/replay", {}))["messages"] == 0
    assert done(here) == [("token API_TOKEN", "replayed")]


def test_one_message_of_an_event_is_released(here: Services, client: FlaskClient) -> None:
    from adapter.store.tables import MESSAGES

    identity = store_messages(here.store, 2).id
    with here.store.write() as connection:
        connection.execute(MESSAGES.update().values(status="held"))
    one = told(call(client, f"/events/{identity}"))["event"]["messages"][0]["id"]
    assert told(call(client, f"/events/{one}/release", {}))["states"] == {"held": 1}
    assert told(call(client, f"/events/{identity}"))["event"]["states"] == {"held": 1, "queued": 1}
    assert told(call(client, "/hooks"))["hooks"][0]["paused"] is False
    assert told(call(client, "/accounts/main"))["account"]["waiting"] == 2


@pytest.mark.parametrize("body", [{"dryrun": True}, {"dry_run": "yes"}, [], "x", 1])
def test_a_body_that_is_misspelt_never_acts(here: Services, client: FlaskClient, body: Any) -> None:
    identity = store_messages(here.store).id
    told(call(client, f"/events/{identity}/cancel", body), 422)
    assert told(call(client, f"/events/{identity}"))["event"]["states"] == {"queued": 1}


def test_a_dry_run_in_the_wrong_place_never_acts(here: Services, client: FlaskClient) -> None:
    identity = store_messages(here.store).id
    assert told(call(client, f"/events/{identity}/cancel?dry_run=1", {}), 422)["fields"].keys() == {"dry_run"}
    assert told(call(client, "/accounts/main/pause", {"dry_run": True}), 422)["fields"].keys() == {"dry_run"}
    assert told(call(client, f"/events/{identity}"))["event"]["states"] == {"queued": 1}
    assert control.paused(here.store) == []


def test_a_job_is_counted_first_and_then_done(here: Services, client: FlaskClient) -> None:
    store_messages(here.store, 4)
    body = {"action": "cancel", "filter": {"hook": "h"}}
    counted = told(call(client, "/jobs", body | {"dry_run": True}))
    assert counted["job"] is None
    assert (counted["count"]["matched"], counted["count"]["doable"]) == (4, 4)
    assert told(call(client, "/jobs"))["jobs"] == []
    identity = told(call(client, "/jobs", body))["job"]["id"]
    until = time.monotonic() + 20
    while (job := told(call(client, f"/jobs/{identity}"))["job"])["status"] != "done":
        assert time.monotonic() < until
        time.sleep(0.02)
    assert job["counts"]["done"] == 4
    assert told(call(client, "/messages?state=cancelled"))["total"] == 4
    assert told(call(client, f"/jobs/{identity}/stop", {}))["job"]["status"] == "done"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"action": "cancel"}, "filter"), ({"action": "explode", "filter": {}}, "action"), ({"filter": {}}, "action"),
        ({"action": "cancel", "filter": {"hok": "h"}}, "filter"), ({"action": "cancel", "filter": {}, "dry": 1}, "dry"),
    ],
)  # fmt: skip
def test_a_job_with_a_misspelt_filter_does_not_begin(client: FlaskClient, body: dict[str, Any], key: str) -> None:
    assert key in told(call(client, "/jobs", body), 422)["fields"]
    assert told(call(client, "/jobs"))["jobs"] == []


def test_hooks_say_their_state_and_the_line_of_a_fault(client: FlaskClient) -> None:
    hooks = {one["name"]: one for one in told(call(client, "/hooks"))["hooks"]}
    assert (hooks["form"]["state"], hooks["form"]["faults"]) == ("on", [])
    assert (hooks["broken"]["state"], hooks["broken"]["serves"]) == ("faulty", False)
    assert 2 in [fault["line"] for fault in hooks["broken"]["faults"]]
    assert told(call(client, "/hooks/gone"), 404)["code"] == "not_found"


def test_a_preview_stores_nothing(client: FlaskClient) -> None:
    shown = told(call(client, "/hooks/form/preview", {"request": RAW}))["preview"]
    assert shown["outcome"] == "queued"
    assert shown["fields"] == {"phone": "919876543210"}
    assert told(call(client, "/events"))["total"] == 0
    assert told(call(client, "/hooks/form/preview", {}), 422)["fields"].keys() == {"event"}
    assert told(call(client, "/hooks/form/preview", {"request": "nonsense"}), 400)["code"] == "undecodable"
    assert told(call(client, "/hooks/broken/preview", {"request": RAW}), 503)["code"] == "faulty_hook"


def test_an_account_is_paused_and_resumed(client: FlaskClient) -> None:
    told(call(client, "/accounts/main/pause", {}))
    assert told(call(client, "/accounts/main"))["account"]["state"] == "paused"
    told(call(client, "/accounts/main/resume", {}))
    resumed = told(call(client, "/accounts"))["accounts"][0]
    assert (resumed["state"], resumed["paused"]) == ("idle", False)  # no relay is alive here


@pytest.fixture
def sandbox_server() -> Iterator[str]:
    server = serve(Sandbox(rate=0))
    yield server.push_url
    server.close()


def test_the_balance_is_asked_for(here: Services, client: FlaskClient, sandbox_server: str) -> None:
    import dataclasses

    here.accounts["main"] = dataclasses.replace(here.accounts["main"], url=sandbox_server)
    found = told(call(client, "/accounts/main/check-balance", {}))
    assert found["works"] is True
    assert float(found["balance"]) > 0


def test_the_overview_counts_by_state(here: Services, client: FlaskClient) -> None:
    store_messages(here.store, 3)
    found = told(call(client, "/overview"))
    assert (found["states"], found["families"]["moving"], found["destination"]) == ({"queued": 3}, 3, "sandbox")


def test_settings_never_show_a_secret(client: FlaskClient) -> None:
    answer = call(client, "/settings")
    assert b"top-secret-token" not in answer.data
    rows = {one["name"]: one for one in told(answer)["settings"]}
    assert rows["API_TOKEN"]["value"] == "set"
    assert rows["PICKY_TOKEN"]["value"] == "not set"
