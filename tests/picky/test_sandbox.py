"""The sandbox against the facts about the push API; what is compared with is written out here, never imported."""

from __future__ import annotations

import ast
import json
import pathlib
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from adapter.picky import sandbox
from adapter.picky.sandbox import Events, Rule, Running, Sandbox, serve
from adapter.picky.sandbox.reading import Call

SINGLE = {
    "token": "T",
    "application": "8",
    "globalmessage": "",
    "data": [{"number": "934343442290", "message": "Hi", "reference_number": "Y12333"}],
}
SEVERAL = {
    "token": "T",
    "application": 8,
    "globalmessage": "Hello",
    "data": [{"number": "934343442290"}, {"number": "35435304220"}],
}
PATHS = ["/api/v2/push", "/app/api/v2/push"]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with serve(Sandbox(rate=0)) as running:
        yield running


@pytest.fixture
def box(running: Running) -> Sandbox:
    running.box.reset()
    return running.box


@pytest.fixture
def url(running: Running, box: Sandbox) -> str:
    return running.url


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def call(envelope: Any, **more: str) -> Call:
    return Call("/api/v2/push", body=json.dumps(envelope).encode(), **more)


def answer(box: Sandbox, envelope: Any) -> Any:
    reply = box.push(call(envelope))
    assert reply.http == 200
    return json.loads(reply.content or b"")


def raw(url: str, request: bytes, *, timeout: float = 2.0) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=timeout)
    connection.sendall(request)
    return connection


def raw_push(envelope: Any) -> bytes:
    body = json.dumps(envelope).encode()
    return b"POST /api/v2/push HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


# What it takes and answers


@pytest.mark.parametrize("path", PATHS)
def test_it_answers_in_the_documented_words_and_types(
    url: str, box: Sandbox, http: requests.Session, path: str
) -> None:
    response = http.post(url + path, json=SEVERAL, timeout=5)
    got = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert set(got) == {"status", "push_id", "message", "data"}
    assert got["status"] == 100
    assert type(got["status"]) is int
    assert got["message"] == "Success"
    assert re.fullmatch("[0-9]+", got["push_id"])
    assert [row["number"] for row in got["data"]] == ["934343442290", "35435304220"]
    assert all(set(row) == {"msg_id", "number", "credit"} and row["credit"] == "0.005" for row in got["data"])
    assert int(got["data"][0]["msg_id"]) < int(got["data"][1]["msg_id"])


def test_its_ids_go_on_rising_through_a_reset(box: Sandbox) -> None:
    first = answer(box, SINGLE)
    box.reset()
    second = answer(box, SINGLE)
    assert int(second["push_id"]) > int(first["push_id"])
    assert int(second["data"][0]["msg_id"]) > int(first["data"][0]["msg_id"])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["json", "form", "query"])
def test_it_reads_three_encodings_on_both_paths(
    url: str, box: Sandbox, http: requests.Session, path: str, encoding: str
) -> None:
    text = json.dumps(SINGLE | {"globalmessage": "a+b & ü\n😀"})
    kinds: dict[str, dict[str, Any]] = {
        "json": {"data": text.encode()},
        "form": {"data": {"data": text}},
        "query": {"params": {"data": text}},
    }
    response = http.post(url + path, headers={"User-Agent": "tester"}, timeout=5, **kinds[encoding])
    assert response.json()["status"] == 100
    (request,) = box.requests()
    assert (request["encoding"], request["path"], request["user_agent"]) == (encoding, path, "tester")
    assert request["body"] == json.loads(text)
    assert request["answer"] == response.json()


def test_it_believes_the_bytes_and_not_the_content_type(url: str, box: Sandbox, http: requests.Session) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    http.post(url + PATHS[0], data=json.dumps(SINGLE).encode(), headers=headers, timeout=5)
    headers = {"Content-Type": "application/json"}
    http.post(url + PATHS[0], data=urlencode({"data": json.dumps(SINGLE)}), headers=headers, timeout=5)
    assert [request["encoding"] for request in box.requests()] == ["json", "form"]
    assert box.requests()[1]["content_type"] == "application/json"
    assert box.counters()["taken"] == 2


def test_it_keeps_each_message_as_received(box: Sandbox) -> None:
    clock = Clock()
    box = Sandbox(clock=clock)
    got = answer(box, SINGLE | {"priority ": "0"})
    assert box.messages() == [
        {
            "number": "934343442290",
            "message": "Hi",
            "media": None,
            "application": "8",
            "push_id": got["push_id"],
            "msg_id": got["data"][0]["msg_id"],
            "reference_number": "Y12333",
            "item": {"number": "934343442290", "message": "Hi", "reference_number": "Y12333"},
            "envelope": {"token": "***", "application": "8", "globalmessage": "", "priority ": "0"},
            "received_at": clock.now,
            "status": 1,  # without a webhook nobody waits for it
            "posted": [],
        }
    ]


def test_it_keeps_only_the_newest_messages_and_requests() -> None:
    box = Sandbox(rate=0)
    many = {"token": "T", "application": 8, "globalmessage": "x", "data": [{"number": "934343442290"}] * 100}
    for _ in range(101):
        answer(box, many)
    assert len(box.messages()) == 10_000
    assert box.counters()["messages"] == 10_100
    for _ in range(1_000):
        answer(box, SINGLE | {"token": "last"})
    assert {request["body"]["token"] for request in box.requests()} == {"last"}


def test_a_group_send_needs_no_data(box: Sandbox) -> None:
    assert answer(box, {"token": "T", "application": 10, "group_id": "G1", "globalmessage": "Hi"})["status"] == 100
    assert answer(box, {"token": "T", "application": 10, "group_id": "G1"})["status"] == 407
    assert [message["number"] for message in box.messages()] == ["G1"]


def test_messenger_goes_by_messenger_id(box: Sandbox) -> None:
    envelope = {"token": "T", "application": "5", "globalmessage": "Hi"}
    assert answer(box, envelope | {"data": [{"messenger_id": 12}]})["status"] == 100
    assert answer(box, envelope | {"data": [{"number": "934343442290"}]})["status"] == 406


@pytest.mark.parametrize(
    "more",
    [
        {"globalmessage": "x"},
        {"globalmedia": "https://example.com/a.png"},
        {"globalmedia_code": "aGk="},
        {"template_id": "XY6479", "language": "en"},
        {"data": [{"number": "934343442290", "media": "https://example.com/a.png"}]},
        {"data": [{"number": "934343442290", "media_code": "aGk="}]},
        {"data": [{"number": 934343442290, "message": "x" * 4096}]},
    ],
)
def test_it_takes_every_kind_of_content(box: Sandbox, more: dict[str, Any]) -> None:
    envelope = {"token": "T", "application": "121", "data": [{"number": "934343442290"}]}
    assert answer(box, envelope | more)["status"] == 100


# What it refuses


@pytest.mark.parametrize("token", [None, "", 0, ["T"]])
def test_it_refuses_a_missing_token(box: Sandbox, token: Any) -> None:
    assert answer(box, SINGLE | {"token": token}) == {"status": 401, "message": "Authentication Failed"}


def test_it_refuses_a_wrong_token_where_the_right_ones_are_known() -> None:
    box = Sandbox(tokens=["right"])
    assert answer(box, SINGLE)["status"] == 401
    assert answer(box, SINGLE | {"token": "right"})["status"] == 100


@pytest.mark.parametrize("data", [[], None, ""])
def test_it_refuses_an_empty_number_list(box: Sandbox, data: Any) -> None:
    assert answer(box, SINGLE | {"data": data}) == {"status": 402, "message": "Empty Number List"}


NUMBERS = [
    "+934343442290",
    "0934343442290",
    "123456",
    "1234567890123456",
    "93 4343442290",
    "",
    None,
    "٩٣٤٣٤٣٤٤٢٢٩٠",
    True,
]


@pytest.mark.parametrize("number", NUMBERS)
def test_one_bad_number_refuses_the_whole_call(box: Sandbox, number: Any) -> None:
    data = [{"number": "934343442290"}, {"number": number}]
    assert answer(box, SEVERAL | {"data": data}) == {"status": 406, "message": "Invalid Mobile Number"}
    assert box.messages() == []


@pytest.mark.parametrize("number", ["1234567", "123456789012345"])
def test_it_takes_numbers_of_7_to_15_digits(box: Sandbox, number: str) -> None:
    assert answer(box, SEVERAL | {"data": [{"number": number}]})["status"] == 100


@pytest.mark.parametrize("message", [None, "", "  \n"])
def test_it_refuses_an_empty_message(box: Sandbox, message: Any) -> None:
    envelope = SINGLE | {"data": [{"number": "934343442290", "message": message}]}
    assert answer(box, envelope) == {"status": 407, "message": "Message cannot be empty"}


@pytest.mark.parametrize(
    "envelope",
    [
        [],
        "text",
        {"token": "T", "data": SINGLE["data"]},
        SINGLE | {"application": "0"},
        SINGLE | {"application": -8},
        SINGLE | {"application": "whatsapp"},
        SINGLE | {"application": True},
        SINGLE | {"data": {"number": "934343442290"}},
        SINGLE | {"data": ["934343442290"]},
        SINGLE | {"data": [{"number": "934343442290", "message": "x" * 4097}]},
        SEVERAL | {"globalmessage": "x" * 4097},
    ],
)
def test_it_refuses_an_invalid_request(box: Sandbox, envelope: Any) -> None:
    assert answer(box, envelope) == {"status": 410, "message": "Invalid Request"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"data=", b"data={", b"[" * 100_000, b"x=1&data=%zz"])
def test_it_refuses_what_it_cannot_read(url: str, http: requests.Session, body: bytes) -> None:
    response = http.post(url + PATHS[0], data=body, timeout=5)
    assert (response.status_code, response.json()["status"]) == (200, 410)


def test_it_refuses_when_the_balance_is_empty() -> None:
    box = Sandbox(balance="0.012")
    assert answer(box, SEVERAL)["status"] == 100
    assert answer(box, SEVERAL) == {"status": 403, "message": "Insufficient Balance"}
    box.set_balance("1")
    assert answer(box, SEVERAL)["status"] == 100


def test_it_counts_what_it_did(box: Sandbox) -> None:
    answer(box, SEVERAL)
    answer(box, {})
    assert box.counters() == {"requests": 2, "taken": 1, "messages": 2, "refused": 1, "dropped": 0}


def test_a_push_is_posted(url: str, http: requests.Session) -> None:
    response = http.get(url + PATHS[0], timeout=5)
    assert (response.status_code, response.json()["status"]) == (405, 410)
    assert http.get(url + "/nowhere", timeout=5).status_code == 404


# The pace


def test_it_drops_the_ninety_first_push_in_sixty_seconds() -> None:
    clock = Clock()
    box = Sandbox(clock=clock)
    for _ in range(90):
        assert answer(box, SINGLE)["status"] == 100
        clock.now += 0.5
    assert box.push(call(SINGLE)).http == 429
    assert (box.counters()["dropped"], len(box.messages())) == (1, 90)
    clock.now += 14.9
    assert box.push(call(SINGLE)).http == 429
    clock.now += 0.1  # 60 s after the first of the ninety
    assert answer(box, SINGLE)["status"] == 100
    assert box.push(call(SINGLE)).http == 429


def test_each_token_has_its_own_pace_and_other_calls_have_none() -> None:
    box = Sandbox(rate=1, clock=Clock())
    assert answer(box, SINGLE)["status"] == 100
    assert answer(box, SINGLE | {"token": "other"})["status"] == 100
    for _ in range(3):
        assert box.check_balance(call({"token": "T"})).http == 200
    assert box.push(call(SINGLE)).http == 429


def test_without_a_rate_nothing_is_dropped() -> None:
    box = Sandbox(rate=0, clock=Clock())
    assert {box.push(call(SINGLE)).http for _ in range(200)} == {200}


def test_excess_can_be_dropped_in_silence(http: requests.Session) -> None:
    with serve(Sandbox(rate=1, excess="silent")) as running:
        http.post(running.push_url, json=SINGLE, timeout=5)
        with pytest.raises(requests.ConnectionError):
            http.post(running.push_url, json=SINGLE, timeout=5)
        assert http.get(running.url + "/sandbox/counters", timeout=5).json()["dropped"] == 1


def test_excess_is_answered_429_by_default(http: requests.Session) -> None:
    with serve(Sandbox(rate=1)) as running:
        codes = [http.post(running.push_url, json=SINGLE, timeout=5).status_code for _ in range(2)]
    assert codes == [200, 429]


# Its other calls


@pytest.mark.parametrize("base", ["/api/v2", "/app/api/v2"])
def test_the_balance_falls_by_the_credit_of_each_message(
    url: str, box: Sandbox, http: requests.Session, base: str
) -> None:
    balance = f"{url}{base}/check-balance"
    before = http.post(balance, json={"token": "T"}, timeout=5).json()
    assert before == {"status": 100, "message": "Success", "balance": "1000000"}
    answer(box, SEVERAL)
    assert http.post(balance, json={"token": "T"}, timeout=5).json()["balance"] == "999999.990"
    assert http.post(balance, json={"token": ""}, timeout=5).json()["status"] == 401
    assert box.counters()["requests"] == 1


def test_a_delivery_report_tells_each_message_of_a_push() -> None:
    clock = Clock()
    clock.now = 1_565_074_000.0  # 06-08-2019 06:46:40 UTC
    box = Sandbox(clock=clock)
    got = answer(box, SEVERAL)
    reply = box.delivery_report(call({"token": "T", "push_id": int(got["push_id"])}))
    report = json.loads(reply.content or b"")
    assert set(report) == {"project_id", "push_id", "application", "message_type", "time", "data"}
    assert (report["push_id"], report["application"], report["message_type"]) == (got["push_id"], "8", "3")
    assert report["time"] == "06-08-2019 06:46 AM"
    assert report["data"] == [
        {"number": row["number"], "msg_id": row["msg_id"], "status": "1", "error_code": ""} for row in got["data"]
    ]


def test_a_delivery_report_needs_a_token_and_a_known_push(url: str, http: requests.Session) -> None:
    report = url + "/api/v2/delivery-report"
    assert http.post(report, json={"push_id": 1}, timeout=5).json()["status"] == 401
    assert http.post(report, json={"token": "T", "push_id": 1}, timeout=5).json()["status"] == 410


# What it shows


def test_the_page_escapes_what_was_sent(url: str, box: Sandbox, http: requests.Session) -> None:
    item = {"number": "934343442290", "message": "<script>alert(1)</script> \"&'", "media": "javascript:<b>"}
    answer(box, SINGLE | {"data": [item], "template_id": "<i>"})
    response = http.get(url, timeout=5)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Practice: nothing here reached a phone" in response.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in response.text
    assert not re.search("<script|<b>|<i>|href", response.text)


def test_the_page_shows_the_newest_first(url: str, box: Sandbox, http: requests.Session) -> None:
    assert "No message yet" in http.get(url, timeout=5).text
    for text in ("first", "second"):
        answer(box, SEVERAL | {"globalmessage": text})
    page = http.get(url, timeout=5).text
    assert page.index("second") < page.index("first")


def test_what_it_keeps_is_served_as_json_and_emptied_by_reset(url: str, box: Sandbox, http: requests.Session) -> None:
    box.behave(always=Rule(message="odd"))
    http.post(url + PATHS[0], json=SINGLE, timeout=5)
    assert http.get(url + "/sandbox/messages", timeout=5).json() == box.messages()
    assert http.get(url + "/sandbox/requests", timeout=5).json() == box.requests()
    assert http.get(url + "/sandbox/counters", timeout=5).json() == box.counters()
    assert http.get(url + "/sandbox/healthz", timeout=5).json() == {"ok": True}
    assert http.post(url + "/sandbox/reset", timeout=5).json() == {"ok": True}
    assert (box.messages(), box.requests(), set(box.counters().values())) == ([], [], {0})
    assert http.post(url + PATHS[0], json=SINGLE, timeout=5).json()["message"] == "Success"


# Misbehaviour


def test_next_rules_are_used_once_in_order_and_by_pushes_only(url: str, http: requests.Session) -> None:
    rules = {"next": [{"status": 403}, {"http": 503}]}
    assert http.post(url + "/sandbox/behave", json=rules, timeout=5).json() == {"ok": True}
    assert http.post(url + "/api/v2/check-balance", json={"token": "T"}, timeout=5).json()["status"] == 100
    assert http.post(url + PATHS[0], json=SINGLE, timeout=5).json()["message"] == "Insufficient Balance"
    assert http.post(url + PATHS[0], json=SINGLE, timeout=5).status_code == 503
    assert http.post(url + PATHS[0], json=SINGLE, timeout=5).json()["status"] == 100


def test_always_lasts_until_null_and_leaves_the_rest_alone(url: str, box: Sandbox, http: requests.Session) -> None:
    http.post(url + "/sandbox/behave", json={"always": {"status": 101}, "tokens": {"X": {"status": 409}}}, timeout=5)
    http.post(url + "/sandbox/behave", json={"next": [{"status": 404}]}, timeout=5)
    tokens = ("T", "T", "X", "T")
    assert [answer(box, SINGLE | {"token": token})["status"] for token in tokens] == [404, 101, 409, 101]
    http.post(url + "/sandbox/behave", json={"always": None}, timeout=5)
    assert [answer(box, SINGLE | {"token": token})["status"] for token in ("T", "X")] == [100, 409]


def test_a_rule_can_wait_for_a_number(box: Sandbox) -> None:
    box.behave(next=[Rule(status=406, for_number="35435304220")])
    assert answer(box, SINGLE)["status"] == 100
    assert answer(box, SEVERAL)["status"] == 406
    assert answer(box, SEVERAL)["status"] == 100


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"next": [{"lag": 1}]}, 'no key "lag"'),
        ({"always": {"http": "503"}}, "http must be a whole number"),
        ({"always": {"status": True}}, "status must be a whole number"),
        ({"always": {"reset": "later"}}, "reset must be"),
        ({"always": {"http": 99}}, "from 200 to 599"),
        ({"always": {"latency": -1}}, "cannot be negative"),
        ({"always": {"bytes_hex": "xy"}}, "hexadecimal"),
        ({"tokens": [1]}, '"tokens" must be'),
        ({"next": {}}, '"next" must be'),
        ({"next": [3]}, "a rule must be an object"),
        ({"sometimes": {}}, "behave takes"),
        ([], "behave takes"),
    ],
)
def test_a_rule_that_cannot_be_is_explained(url: str, http: requests.Session, body: Any, sentence: str) -> None:
    response = http.post(url + "/sandbox/behave", json=body, timeout=5)
    assert response.status_code == 400
    assert sentence in response.json()["error"]


def test_latency_comes_after_the_push_was_taken(url: str, box: Sandbox, http: requests.Session) -> None:
    box.behave(next=[Rule(latency=0.3)])
    with pytest.raises(requests.ReadTimeout):
        http.post(url + PATHS[0], json=SINGLE, timeout=0.1)
    assert box.counters()["taken"] == 1


@pytest.mark.parametrize(("moment", "taken"), [("before", 0), ("after", 1)])
def test_a_reset_tears_the_connection(url: str, box: Sandbox, moment: str, taken: int) -> None:
    box.behave(next=[Rule(reset=moment)])
    with raw(url, raw_push(SINGLE)) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert box.counters()["taken"] == taken
    assert box.requests()[0]["answer"] is None


@pytest.mark.parametrize(("take", "taken"), [({}, 0), ({"take": True}, 1)])
def test_an_http_status_takes_nothing_unless_told(
    url: str, box: Sandbox, http: requests.Session, take: dict[str, bool], taken: int
) -> None:
    rule = {"http": 302, "headers": {"location": "http://127.0.0.1:1/"}} | take
    http.post(url + "/sandbox/behave", json={"next": [rule]}, timeout=5)
    response = http.post(url + PATHS[0], json=SINGLE, timeout=5, allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (302, "http://127.0.0.1:1/")
    assert box.counters()["taken"] == taken


def test_it_answers_with_other_bodies_than_json(url: str, box: Sandbox, http: requests.Session) -> None:
    box.behave(next=[Rule(text="<html>"), Rule(bytes_hex="fffe00"), Rule(http=204, take=True)])
    contents = [http.post(url + PATHS[0], json=SINGLE, timeout=5).content for _ in range(3)]
    assert contents == [b"<html>", b"\xff\xfe\x00", b""]
    assert box.counters()["taken"] == 3
    assert box.requests()[0]["answer"] == "<html>"


def test_a_refusal_may_still_have_taken_the_push(box: Sandbox) -> None:
    box.behave(next=[Rule(status=406, take=True), Rule(status=802, message="Not Contactable")])
    first, second = answer(box, SINGLE), answer(box, SINGLE)
    assert (first["status"], len(first["data"])) == (406, 1)
    assert second == {"status": 802, "message": "Not Contactable"}
    assert box.counters() == {"requests": 2, "taken": 1, "messages": 1, "refused": 1, "dropped": 0}


def test_rows_can_be_missing_and_keys_be_added(box: Sandbox) -> None:
    box.behave(next=[Rule(drop_rows=1), Rule(no_data=True, extra={"note": 1}), Rule(status=100)])
    assert [row["number"] for row in answer(box, SEVERAL)["data"]] == ["934343442290"]
    second = answer(box, SEVERAL)
    assert set(second) == {"status", "push_id", "message", "note"}
    assert len(answer(box, SEVERAL)["data"]) == 2
    assert box.counters()["messages"] == 6


def test_dripping_sends_single_bytes(url: str, box: Sandbox, http: requests.Session) -> None:
    box.behave(next=[Rule(drip=0.001)])
    start = time.monotonic()
    response = http.post(url + PATHS[0], json=SINGLE, timeout=5)
    assert response.json()["status"] == 100
    assert time.monotonic() - start > 0.001 * len(response.content)


def test_hanging_lasts_until_the_client_goes(url: str, box: Sandbox, http: requests.Session) -> None:
    box.behave(next=[Rule(hang=True)])
    with pytest.raises(requests.ReadTimeout):
        http.post(url + PATHS[0], json=SINGLE, timeout=0.1)
    assert http.post(url + PATHS[0], json=SINGLE, timeout=5).json()["status"] == 100


def test_an_endless_body_goes_on_until_the_client_goes(url: str, box: Sandbox, http: requests.Session) -> None:
    box.behave(next=[Rule(endless=True)])
    with http.post(url + PATHS[0], json=SINGLE, timeout=5, stream=True) as response:
        assert len(response.raw.read(200_000)) == 200_000
    assert http.post(url + PATHS[0], json=SINGLE, timeout=5).json()["status"] == 100


# The service


def test_a_connection_is_kept_and_answered_without_delay(url: str) -> None:
    with raw(url, b"") as connection:
        start = time.monotonic()
        for _ in range(20):
            connection.sendall(raw_push(SINGLE))
            assert b'"status": 100' in connection.recv(65_536)
        assert time.monotonic() - start < 0.4  # 20 delayed acknowledgements would take 0.8 s


def test_it_closes_with_hanging_connections_open() -> None:
    box = Sandbox()
    box.behave(always=Rule(hang=True))
    running = serve(box)
    with raw(running.url, raw_push(SINGLE)) as connection:
        while not box.counters()["requests"]:
            time.sleep(0.005)
        running.close()
        assert connection.recv(1) == b""


def test_clients_that_leave_are_no_fault(url: str, box: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    box.behave(next=[Rule(latency=0.05, drip=0.001), Rule(latency=0.05)])
    for request in (raw_push(SINGLE), raw_push(SINGLE), raw_push(SINGLE)[:-5], b"POST"):
        raw(url, request).close()
    time.sleep(0.2)
    assert capfd.readouterr().err == ""
    assert box.counters()["requests"] == 2


def test_a_body_without_a_length_is_refused(url: str) -> None:
    with raw(url, b"POST /api/v2/push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 411 ")


def test_many_clients_at_once_are_all_answered(url: str, box: Sandbox) -> None:
    hundred = {"token": "T", "application": 8, "globalmessage": "x", "data": [{"number": "934343442290"}] * 100}

    def client() -> None:
        with raw(url, b"", timeout=5) as connection:
            for _ in range(5):
                connection.sendall(raw_push(hundred))
                got = b""
                while not got.endswith(b"}]}"):
                    got += connection.recv(65_536)

    threads = [threading.Thread(target=client) for _ in range(20)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert box.counters()["messages"] == 10_000
    assert time.monotonic() - start < 1.0  # 100 pushes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_its_address_once_it_listens_and_leaves_at_once(number: signal.Signals) -> None:
    program = "from adapter.picky.sandbox import run_forever; run_forever(port=0, token=('T',))"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        behave = requests.post(found[0] + "/sandbox/behave", json={"always": {"hang": True}}, timeout=5)
        assert behave.json() == {"ok": True}
        with raw(found[0], raw_push(SINGLE)):
            start = time.monotonic()
            process.send_signal(number)
            assert process.wait(timeout=5) == 0
            assert time.monotonic() - start < 0.5
        assert process.stdout.read() == ""


def test_it_imports_nothing_else_of_the_adapter() -> None:
    imported = {name.split(".")[0] if "sandbox" not in name else "sandbox" for name in _imports()}
    assert imported - set(sys.stdlib_module_names) == {"requests", "sandbox"}


def _imports() -> Iterator[str]:
    for path in pathlib.Path(sandbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                yield node.module or ""
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)


# What comes back later


@pytest.fixture
def webhook() -> Iterator[tuple[str, queue.Queue[Any]]]:
    """The URL of a real local HTTP server, and a queue of the JSON bodies posted to it."""
    got: queue.Queue[Any] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callbacks", got
    server.shutdown()
    server.server_close()
    thread.join()


def rows(got: queue.Queue[Any], count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    while len(found) < count:
        event = got.get(timeout=5)
        assert (type(event["event_id"]), event["event_id"]) == (int, 1)
        assert isinstance(event["project_id"], str)
        found.extend(event["data"])
    assert len(found) == count
    return found


def test_it_posts_submitted_delivered_and_read(webhook: tuple[str, queue.Queue[Any]]) -> None:
    url, got = webhook
    box = Sandbox(events=Events(url=url, delay=0.02, read=1.0))
    taken = answer(box, SINGLE)
    found = rows(got, 3)
    assert [row["status"] for row in found] == ["4", "1", "3"]
    assert found[0] == {
        "push_id": taken["push_id"],
        "number": "934343442290",
        "msg_id": taken["data"][0]["msg_id"],
        "status": "4",
        "reference_number": "Y12333",
        "message": "Hi",
        "message_type": "text",
        "channel_id": "8",
        "source": "API",
    }
    report = json.loads(box.delivery_report(call({"token": "T", "push_id": taken["push_id"]})).content or b"")
    assert report["data"][0]["status"] == "3"
    box.close()


def test_many_rows_come_in_one_post_and_a_reference_only_where_sent(webhook: tuple[str, queue.Queue[Any]]) -> None:
    url, got = webhook
    box = Sandbox(events=Events(url=url, delay=0.02))
    answer(box, SEVERAL)
    first = got.get(timeout=5)["data"]
    assert [row["number"] for row in first] == ["934343442290", "35435304220"]
    assert all("reference_number" not in row for row in first)
    box.close()


@pytest.mark.parametrize(("share", "status", "reported"), [("failed", "2", "2"), ("refunded", "5", "2")])
def test_messages_can_fail_after_they_were_taken(
    webhook: tuple[str, queue.Queue[Any]], share: str, status: str, reported: str
) -> None:
    url, got = webhook
    box = Sandbox(events=Events(url=url, delay=0.01, **{share: 1.0}))  # type: ignore[arg-type]
    taken = answer(box, SINGLE)
    found = rows(got, 2)
    assert [row["status"] for row in found] == ["4", status]
    assert found[1]["error_message"]
    report = json.loads(box.delivery_report(call({"token": "T", "push_id": taken["push_id"]})).content or b"")
    assert report["data"][0]["status"] == reported
    box.close()


def test_events_can_be_lost_doubled_and_shuffled(webhook: tuple[str, queue.Queue[Any]]) -> None:
    url, got = webhook
    doubled = Sandbox(events=Events(url=url, delay=0.01, duplicated=1.0, shuffled=True), seed=1)
    answer(doubled, SINGLE)
    assert sorted(row["status"] for row in rows(got, 4)) == ["1", "1", "4", "4"]
    lost = Sandbox(events=Events(url=url, delay=0.01, lost=1.0))
    answer(lost, SINGLE)
    with pytest.raises(queue.Empty):
        got.get(timeout=0.1)
    doubled.close()
    lost.close()


def test_events_delay_no_answer_and_are_forgotten_on_reset(webhook: tuple[str, queue.Queue[Any]]) -> None:
    url, got = webhook
    box = Sandbox(events=Events(url=url, delay=0.05))
    start = time.monotonic()
    answer(box, SINGLE)
    assert time.monotonic() - start < 0.04
    box.reset()
    with pytest.raises(queue.Empty):
        got.get(timeout=0.2)
    box.close()


def test_a_person_can_write_back(webhook: tuple[str, queue.Queue[Any]], http: requests.Session) -> None:
    url, got = webhook
    with serve(Sandbox(events=Events(url=url))) as running:
        written = {"number": "61400000000", "text": "Not Sure"}
        assert http.post(running.url + "/sandbox/inbound", json=written, timeout=5).json() == {"ok": True, "http": 200}
    message = got.get(timeout=5)
    told = {
        key: value for key, value in message.items() if key in ("number", "message-in", "message_in_raw", "direction")
    }
    assert told == {"number": "61400000000", "message-in": "Not+Sure", "message_in_raw": "Not Sure", "direction": 0}
    assert set(message) - set(told) == {"type", "application", "unique-id", "project-id", "name"}


def test_a_person_cannot_write_back_to_nowhere(url: str, box: Sandbox, http: requests.Session) -> None:
    response = http.post(url + "/sandbox/inbound", json={"number": "1", "text": "x"}, timeout=5)
    assert (response.status_code, "event URL" in response.json()["error"]) == (400, True)
    dead = Sandbox(events=Events(url="http://127.0.0.1:1/"))
    assert dead.inbound("61400000000", "Hi") == 0


@pytest.mark.parametrize("balance", ["", "NaN", "-1", "much"])
def test_a_balance_is_a_plain_number(url: str, http: requests.Session, balance: str) -> None:
    assert http.post(url + "/sandbox/balance", json={"balance": balance}, timeout=5).status_code == 400


def test_the_balance_can_be_emptied_from_outside(url: str, box: Sandbox, http: requests.Session) -> None:
    assert http.post(url + "/sandbox/balance", json={"balance": "0"}, timeout=5).json() == {"ok": True}
    assert answer(box, SINGLE)["status"] == 403
