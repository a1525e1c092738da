"""The main job: a raw request over HTTP into gunicorn, through the database and a real relay, to a real HTTP server."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from adapter.picky.sandbox import Rule, Sandbox
from tests.running import ROOT, SECRETS, Running, post_raw, wait_for, with_sandbox


def raw(head: str, body: str | bytes) -> bytes:
    """A raw request; `head` is its first lines."""
    data = body if isinstance(body, bytes) else body.encode()
    lines = [*head.strip().split("\n"), "Host: hooks.example.com", f"Content-Length: {len(data)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


ZAPIER_JSON = raw(
    f"""POST /hooks/zapier_lead/{SECRETS["ZAPIER_TOKEN"]} HTTP/1.1
User-Agent: Zapier
Content-Type: application/json; charset=utf-8""",
    '[{"leadId": 1, "fullName": "Zoë O’Neil", "Phone Number": "+91 98765-43210", "campaign": "Solar & more", "id": "77"}]',
)
ZAPIER_FORM = raw(
    f"""POST /hooks/zapier_lead HTTP/1.1
User-Agent: Zapier
Authorization: Bearer {SECRETS["ZAPIER_TOKEN"]}
Content-Type: application/x-www-form-urlencoded""",
    "First+Name+=Zo%C3%AB&phone=%2B1+415-555-2671&interest=%F0%9F%98%80",
)
ZOHO_FORM = raw(
    f"""POST /hooks/won_deal?token={SECRETS["ZOHO_TOKEN"]} HTTP/1.1
Content-Type: application/x-www-form-urlencoded;charset=UTF-8""",
    "Deal+Id=5725767000003000010&Full_Name=Asha+Menon&Mobile=098765+43210&Phone=&Amount=4999",
)
ZOHO_BODY_TOKEN = raw(
    """POST /hooks/won_deal HTTP/1.1
Content-Type: multipart/form-data; boundary=zoho""",
    "".join(
        f'--zoho\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {
            "deal_id": "9",
            "Phone": "9876543210",
            "Mobile": "-None-",
            "token": SECRETS["ZOHO_TOKEN"],
        }.items()
    )
    + "--zoho--\r\n",
)
FORM = raw(
    f"""POST /hooks/contact_form/{SECRETS["FORM_TOKEN"]} HTTP/1.1
Content-Type: application/x-www-form-urlencoded""",
    "name=Mar%C3%ADa+N%C3%BA%C3%B1ez&phone=%2B34+600+000+001&message=Hola%2C%0D%0Am%C3%A1s+%26+precios&_gotcha=",
)

LEAD_HOOK = """\
source: zoho_crm
region: IN
auth:
  - token: ${ZOHO_TOKEN}
fields:
  phone: {type: phone, required: true, from: [Mobile, phone]}
  id: {from: [lead_id, zoho_lead_id], required: true}
push:
  to: "{{ phone }}"
  message: "Hi {{ id }}"
"""
LEAD = (
    "Hi {name}, thank you for your interest in {interest}! 👋\n\nWe have your request and will get back to you today. "
    "If you would like to tell us more right away, just answer this message."
)
DEAL = (
    "Hi {name}, thank you for your order! It is confirmed.\n\nYour reference is {id}. We will write to you here as soon "
    "as it is on its way. Questions? Just answer this message."
)
CONTACT = "Hi María Núñez, we received your message and will answer within one working day.\n\nYou wrote:\n> Hola,\nmás & precios"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Sandbox]]:
    """One adapter for the tests of this module that leave nothing behind that matters to the next."""
    hooks = {hook.stem: hook.read_text() for hook in ROOT.glob("templates/*.yaml")} | {"lead": LEAD_HOOK}
    with with_sandbox(tmp_path_factory.mktemp("shared"), hooks, Sandbox(rate=0)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("request_bytes", "decoded_as", "number", "text"),
    [
        (ZAPIER_JSON, "json", "919876543210", LEAD.format(name="Zoë O’Neil", interest="Solar & more")),
        (ZAPIER_FORM, "form", "14155552671", LEAD.format(name="Zoë", interest="😀")),
        (ZOHO_FORM, "form", "919876543210", DEAL.format(name="Asha Menon", id="5725767000003000010")),
        (ZOHO_BODY_TOKEN, "multipart", "919876543210", DEAL.format(name="there", id="9")),
        (FORM, "form", "34600000001", CONTACT),
    ],
    ids=["zapier-json", "zapier-form", "zoho-form", "zoho-body-token", "form"],
)
def test_a_request_becomes_exactly_this_push(
    fresh: tuple[Running, Sandbox], request_bytes: bytes, decoded_as: str, number: str, text: str
) -> None:
    running, sandbox = fresh
    status, _, body = post_raw(running.url, request_bytes)
    answer = json.loads(body)
    assert (status, answer["ok"], answer["status"], answer["messages"]) == (200, True, "queued", 1), answer
    assert answer["decoded_as"] == decoded_as
    (row,) = running.settled()
    (push,) = sandbox.requests()
    assert push["encoding"] == "json"
    assert push["body"] == {
        "token": SECRETS["PICKY_TOKEN"],
        "application": "8",
        "data": [{"number": number, "message": text, "reference_number": f"{answer['id']}-1"}],
    }
    (message,) = sandbox.messages()
    assert row == {
        "id": f"{answer['id']}-1", "event": answer["id"], "hook": row["hook"], "status": "accepted", "number": number,
        "reference": f"{answer['id']}-1", "push_id": message["push_id"], "msg_id": message["msg_id"], "error": None,
    }  # fmt: skip


def test_the_same_again_is_one_message(fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    first = json.loads(post_raw(running.url, ZAPIER_JSON)[2])
    again = json.loads(post_raw(running.url, ZAPIER_JSON)[2])
    assert (again["id"], again["duplicate"], first["duplicate"]) == (first["id"], True, False)
    running.settled()
    assert len(sandbox.messages()) == 1


def test_the_life_of_the_processes(running: Running, sandbox: Sandbox) -> None:
    """Clean stops, a restart that goes on, a kill of the relay that loses nothing: one story, because starting is slow."""
    sandbox.behave(always=Rule(latency=0.5))
    for number in range(3):
        assert requests.post(f"{running.url}/hooks/zapier_lead", headers=_zapier(), data=_lead(number), timeout=5).ok
    assert running.stop(signal.SIGTERM) == 0
    assert {row["status"] for row in running.events()} <= {"accepted", "queued"}
    running.start()
    assert len(running.settled(3)) == 3
    assert running.stop(signal.SIGINT) == 0
    assert sorted(message["number"] for message in sandbox.messages()) == [
        f"91912345670{number}" for number in range(3)
    ]
    log = running.log.read_text()
    assert "Traceback" not in log
    for secret in (*SECRETS.values(), "91234567", "Lead 1"):
        assert secret not in log


def _zapier() -> dict[str, str]:
    return {"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]}


def _lead(number: int, **more: str) -> dict[str, str]:
    return {"phone": f"+91 91234 5670{number}", "first_name": f"Lead {number}", **more}


PUSH: dict[str, Any] = {
    "token": SECRETS["PUSH_TOKENS"], "priority ": "1", "application": "121",
    "data": [
        {"number": "+55 12345 6789", "message": 'Olá "João" & co\n👋', "reference_number": "Y12333"},
        {"number": 35435304220, "message": "Two"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["json", "form", "query", "multipart"])
@pytest.mark.parametrize("path", ["/api/v2/push", "/app/api/v2/push"])
def test_the_drop_in_endpoint_takes_what_picky_assist_takes(
    shared: tuple[Running, Sandbox], encoding: str, path: str
) -> None:
    running, sandbox = shared
    sandbox.reset()
    text = json.dumps(PUSH)
    how: dict[str, dict[str, Any]] = {
        "json": {"json": PUSH}, "form": {"data": {"data": text}}, "query": {"params": {"data": text}},
        "multipart": {"files": {"data": (None, text)}},
    }  # fmt: skip
    response = requests.post(running.url + path, timeout=10, **how[encoding])
    answer = response.json()
    assert response.status_code == 200, answer
    (push,) = sandbox.requests()
    second = push["body"]["data"][1].pop("reference_number")
    assert push["body"] == {
        "token": SECRETS["PICKY_TOKEN"],
        "priority": "1",
        "application": "121",
        "data": [
            {"number": "55123456789", "message": 'Olá "João" & co\n👋', "reference_number": "Y12333"},
            {"number": "35435304220", "message": "Two"},
        ],
    }
    assert second.endswith("-2")
    taken = sandbox.messages()
    assert answer == {
        "status": 100,
        "push_id": taken[0]["push_id"],
        "message": "Success",
        "data": [{"msg_id": one["msg_id"], "number": one["number"], "credit": "0.005"} for one in taken],
    }


def test_a_slow_picky_assist_gets_the_caller_our_own_ids(shared: tuple[Running, Sandbox]) -> None:
    running, sandbox = shared
    sandbox.reset()
    sandbox.behave(next=[Rule(latency=4)])
    response = requests.post(f"{running.url}/api/v2/push", json=PUSH, timeout=10)
    answer = response.json()
    assert response.elapsed.total_seconds() < 3
    assert (answer["status"], "queued" in answer["message"]) == (100, True)
    assert answer["push_id"].startswith("a-")
    assert [row["msg_id"][:2] for row in answer["data"]] == ["a-", "a-"]
    wait_for(lambda: len(sandbox.messages()) == 2)
    wait_for(lambda: "accepted" in running.command("why", answer["push_id"]).stdout)


@pytest.mark.parametrize(
    ("change", "http", "status"),
    [
        ({"token": "wrong"}, 401, 401),
        ({"token": SECRETS["PICKY_TOKEN"]}, 401, 401),  # PUSH_TOKENS says which tokens may use it
        ({"token": None}, 401, 401),
        ({"data": []}, 422, 402),
        ({"data": [{"number": "098765", "message": "Hi"}]}, 422, 406),
        ({"data": [PUSH["data"][0], {"number": "x", "message": "Hi"}]}, 422, 406),
        ({"data": [{"number": "919876543210", "message": ""}]}, 422, 407),
        ({"data": [{"number": "919876543210", "message": "a" * 4097}]}, 422, 410),
        ({"application": None}, 422, 410),
    ],
)
def test_a_push_that_is_refused_is_refused_whole(
    shared: tuple[Running, Sandbox], change: dict[str, Any], http: int, status: int
) -> None:
    running, sandbox = shared
    sandbox.reset()
    response = requests.post(f"{running.url}/api/v2/push", json=PUSH | change, timeout=10)
    assert (response.status_code, response.json()["status"]) == (http, status)
    assert response.json()["message"]
    assert sandbox.requests() == []


def test_a_dry_run_of_a_push_is_refused_and_never_sent(shared: tuple[Running, Sandbox]) -> None:
    running, sandbox = shared
    sandbox.reset()
    response = requests.post(f"{running.url}/api/v2/push?dry_run=1", json=PUSH, timeout=10)
    assert (response.status_code, response.json()["status"]) == (422, 410)
    assert sandbox.requests() == []


def test_a_push_that_picky_assist_refuses_says_so(shared: tuple[Running, Sandbox]) -> None:
    running, sandbox = shared
    sandbox.reset()
    sandbox.behave(always=Rule(status=802))
    response = requests.post(f"{running.url}/api/v2/push", json=PUSH | {"data": PUSH["data"][:1]}, timeout=10)
    assert (response.status_code, response.json()["status"]) == (422, 802)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("POST", "/hooks/zapier_lead", b"{}", {}, 401, "unauthenticated"),
        ("POST", "/hooks/zapier_lead/wrong", b"{}", {}, 401, "unauthenticated"),
        ("POST", "/hooks/zapier_lead", b"{broken", {}, 401, "unauthenticated"),
        ("POST", "/hooks/nobody", b"{}", _zapier(), 404, "unknown_hook"),
        ("POST", "/elsewhere", b"{}", {}, 404, "not_found"),
        ("GET", "/hooks/zapier_lead", b"", _zapier(), 405, "method_not_allowed"),
        ("DELETE", "/api/v2/push", b"", {}, 405, "method_not_allowed"),
        ("POST", "/hooks/zapier_lead", b" " * (1024 * 1024 + 1), _zapier(), 413, "too_large"),
        ("POST", "/hooks/zapier_lead", b'{"a": ', _zapier(), 400, "undecodable"),
        ("POST", "/hooks/zapier_lead", b'{"Phone": "12", "Name": "A"}', _zapier(), 422, "invalid_fields"),
    ],
)
def test_a_bad_request_is_answered_in_json(
    shared: tuple[Running, Sandbox],
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    running, _ = shared
    response = requests.request(method, running.url + path, data=body, headers=headers, timeout=10)
    answer = response.json()
    assert (response.status_code, answer["code"]) == (status, code)
    assert answer["ok"] is False
    assert answer["error"] == answer["message"]
    assert answer["request_id"] == response.headers["X-Request-Id"]
    assert ("Allow" in response.headers) is (status == 405)


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ("6f1c2e0a-5b7d-4c3e-9a8b-0123456789ab", True),
        ("6F1C2E0A5B7D4C3E9A8B0123456789AB", True),
        ("4915112345678", False),
        ("919876543210.919876543211", False),
    ],
)
def test_only_a_uuid_is_taken_for_the_id_of_a_request(shared: tuple[Running, Sandbox], sent: str, echoed: bool) -> None:
    running, _ = shared
    told = requests.post(running.url + "/hooks/none", headers={"X-Request-Id": sent}, timeout=10)
    assert (told.headers["X-Request-Id"] == sent) is echoed
    assert told.json()["request_id"] == told.headers["X-Request-Id"]


CHUNKED = (
    b"POST /hooks/zapier_lead HTTP/1.1\r\nHost: h\r\nX-Hook-Token: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
    % _zapier()["X-Hook-Token"].encode()
)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (CHUNKED + b"1e\r\nphone=%2B919876543210&name=Ana\r\n0\r\n\r\n", 200),
        (CHUNKED + b"%x\r\n" % (1024 * 1024 + 1) + b"a" * (1024 * 1024 + 1) + b"\r\n0\r\n\r\n", 413),
        (CHUNKED + b"zz\r\nabc\r\n", 400),
        (CHUNKED + b"5\r\nabcdefgh\r\n", 400),
        (b"POST /hooks//zapier_lead HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 404),
        (b"POST /hooks/zapier_lead HTTP/1.1\r\nHost: h\r\nContent-Length: abc\r\n\r\n", 400),
        (b"POST /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        (b"POST /hooks/zapier_lead HTTP/1.1\r\nHost: h\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n", 431),
    ],
    ids=["chunked", "chunked-large", "bad-size", "bad-end", "slashes", "bad-length", "long-line", "long-header"],
)
def test_odd_framing_is_answered_in_json(shared: tuple[Running, Sandbox], request_bytes: bytes, status: int) -> None:
    running, _ = shared
    code, headers, body = post_raw(running.url, request_bytes)
    assert (code, headers["content-type"]) == (status, "application/json"), body
    answer = json.loads(body)
    assert answer["ok"] is (status == 200)


def test_a_body_that_broke_off_is_not_taken(shared: tuple[Running, Sandbox]) -> None:
    import socket

    running, _ = shared
    head = f"POST /hooks/zapier_lead/{SECRETS['ZAPIER_TOKEN']} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(head.encode() + b"phone=%2B919876543210&name=Cut")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_invalid_fields_are_named_in_the_senders_words_and_the_event_is_kept(shared: tuple[Running, Sandbox]) -> None:
    running, _ = shared
    body = {"First Name ": "Asha", "Phone Number": "12"}
    answer = requests.post(
        f"{running.url}/hooks/zapier_lead?token={SECRETS['ZAPIER_TOKEN']}", json=body, timeout=10
    ).json()
    assert list(answer["fields"]) == ["Phone Number"]
    assert '"12"' in answer["fields"]["Phone Number"][0]
    assert answer["received_keys"] == ["First Name ", "Phone Number"]
    kept = [row for row in running.events() if row["event"] == answer["id"]]
    assert [(row["id"], row["status"]) for row in kept] == [(None, "rejected")]
    assert "Phone Number" in running.command("why", answer["id"]).stdout


def test_a_dry_run_shows_the_push_and_stores_nothing(shared: tuple[Running, Sandbox]) -> None:
    running, sandbox = shared
    sandbox.reset()
    before = running.events()
    url = f"{running.url}/hooks/zapier_lead?dry_run=1"
    shown = requests.post(url, headers=_zapier(), json=_lead(7), timeout=10)
    assert (shown.status_code, shown.json()["outcome"], shown.json()["status"]) == (200, "queued", 200)
    assert shown.json()["pushes"][0]["body"]["data"][0]["number"] == "919123456707"
    assert shown.json()["pushes"][0]["body"]["token"] == "***"
    refused = requests.post(url, headers=_zapier(), json={"phone": "1"}, timeout=10)
    assert (refused.status_code, refused.json()["outcome"], refused.json()["status"]) == (200, "rejected", 422)
    assert requests.post(url, json=_lead(7), timeout=10).status_code == 401
    assert running.events() == before
    assert sandbox.requests() == []


def test_a_browser_is_thanked_redirected_or_told(shared: tuple[Running, Sandbox]) -> None:
    running, _ = shared
    url = f"{running.url}/hooks/contact_form/{SECRETS['FORM_TOKEN']}"
    page = {"Accept": "text/html,application/xhtml+xml"}
    fine = requests.post(url, data={"phone": "+34 600 000 001", "message": "<b>"}, headers=page, timeout=10)
    assert (fine.status_code, "Thank you" in fine.text) == (200, True)
    wrong = requests.post(url, data={"phone": "<script>alert(1)</script>"}, headers=page, timeout=10)
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert "<script>" not in wrong.text
    large = requests.post(url, data=b"a" * (1024 * 1024 + 1), headers=page | {"Content-Type": "text/plain"}, timeout=10)
    assert (large.status_code, large.headers["Content-Type"]) == (413, "text/html; charset=utf-8")


def test_a_machine_that_fills_the_hidden_field_is_ignored(shared: tuple[Running, Sandbox]) -> None:
    running, _ = shared
    url = f"{running.url}/hooks/contact_form/{SECRETS['FORM_TOKEN']}"
    answer = requests.post(url, data={"phone": "+34 600 000 001", "_gotcha": "x"}, timeout=10).json()
    assert (answer["ok"], answer["status"], answer["messages"]) == (True, "ignored", 0)


def test_a_stored_event_holds_no_secret(shared: tuple[Running, Sandbox]) -> None:
    running, _ = shared
    requests.post(
        f"{running.url}/hooks/won_deal",
        json={"deal_id": "1", "Phone": "9876543210", "token": SECRETS["ZOHO_TOKEN"]},
        timeout=10,
    )
    files = [path.read_bytes() for path in running.directory.glob("adapter.db*")]
    for secret in SECRETS.values():
        assert all(secret.encode() not in content for content in files)


HOOK_OF = {
    "zapier": ("zapier_lead", "ZAPIER_TOKEN"),
    "zoho": ("lead", "ZOHO_TOKEN"),
    "forms": ("contact_form", "FORM_TOKEN"),
}
NUMBERS = {  # of those that hold one, from the notes beside the files
    "zoho/01-crm-workflow-formdata-urlencoded.http": "919876543210",
    "zoho/03-crm-workflow-raw-json.http": "919876543210",
    "forms/01-html-urlencoded.http": "34600000001",
    "forms/03-html-multipart-file.http": "351910000002",
}


@pytest.mark.parametrize("file", ["zapier/01-zapier-post-form.http", "zapier/90-integrately-json.http", *NUMBERS])
def test_real_requests_of_the_corpus_arrive(file: str, corpus: Path, fresh: tuple[Running, Sandbox]) -> None:
    running, sandbox = fresh
    request = (corpus / file).read_bytes()
    name, secret = HOOK_OF[file.split("/", maxsplit=1)[0]]
    line, _, rest = request.partition(b"\r\n") if b"\r\n" in request else request.partition(b"\n")
    moved = line.split(b" ")[0] + f" /hooks/{name}/{SECRETS[secret]} HTTP/1.1\r\n".encode() + rest
    status, _, body = post_raw(running.url, moved)
    assert status == (200 if file in NUMBERS else 422), body
    if file in NUMBERS:
        running.settled()
        assert [message["number"] for message in sandbox.messages()] == [NUMBERS[file]]
