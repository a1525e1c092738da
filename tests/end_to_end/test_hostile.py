"""What somebody posts who means no good: a sentence and a 4xx, or a message that shows the text as it came."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from adapter.picky.sandbox import Sandbox, serve
from tests.running import Running, wait_for

HOOK = r"""
source: form
auth:
  - token: ${FORM_TOKEN}
region: IN
fields:
  phone:  {type: phone, required: true}
  name:   {from: [name, "contact.Full Name"], max: 200}
  code:   {pattern: "(a+)+b|[A-Z0-9 ]*"}
  amount: {type: decimal}
  when_:  {type: datetime, from: when}
  agree:  {type: boolean}
  lines:  {type: list, from: lines, fields: {what: {}, qty: {type: integer}}}
push:
  to: "{{ phone }}"
  message: "Hi {{ name | first_name }} {{ name }}{% for line in lines or [] %} {{ line.what }}{% endfor %}"
"""
URL = "/hooks/hostile/form-test-secret"
PHONE = "98765 43210"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Sandbox]]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "hooks").mkdir()
    (folder / "hooks/hostile.yaml").write_text(HOOK)
    sandbox = Sandbox(rate=0)
    server = serve(sandbox)
    with Running(folder, picky_url=server.push_url, templates=folder / "hooks") as running:
        yield running, sandbox
    server.close()


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


REFUSED: dict[str, tuple[str, Any]] = {
    "deep json": ("application/json", '{"phone":"98765 43210","x":' + nested(100_000) + "}"),
    "rather deep json": ("application/json", '{"phone":"98765 43210","x":' + nested(40) + "}"),
    "deep keys": ("application/x-www-form-urlencoded", "a" + "[b]" * 300 + "=1"),
    "many keys": ("application/json", json.dumps({f"k{at}": 1 for at in range(20_000)})),
    "many pairs": ("application/x-www-form-urlencoded", "&".join(f"a{at}=1" for at in range(5_000))),
    "long list": ("application/json", json.dumps({"lines": list(range(50_000))})),
    "a huge number": ("application/json", '{"amount": ' + "9" * 5_000 + "}"),
    "a huge exponent": ("application/json", '{"amount": 1e999999999}'),
    "not a number": ("application/json", '{"amount": NaN}'),
    "billion laughs": ("text/xml", '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'),
    "outside entity": ("text/xml", '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><phone>&a;</phone>'),
    "deep xml": ("text/xml", "<a>" * 20_000 + "</a>" * 20_000),
    "deep python": ("text/plain", "{'a': " + "(" * 200 + ")" * 200 + "}"),
    "gzip": ("application/json", b"\x1f\x8b" + b"\0" * 100),
    "many parts": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 3_000 + b"--x--"),
    "cut off": ("application/json", '{"phone": "98765 43210'),
    "no phone": ("application/json", "{}"),
    "an object as phone": ("application/json", '{"phone": {"__class__": "x"}}'),
    "two phones": ("application/json", '{"phone": "98765 43210 / 98765 43211"}'),
    "a long name": ("application/json", json.dumps({"phone": PHONE, "name": "x" * 201})),
    "a slow pattern": ("application/json", json.dumps({"phone": PHONE, "code": "a" * 5_000 + "!"})),
    "a long number": ("application/json", json.dumps({"phone": PHONE, "amount": "1," * 500_0})),
    "a strange day": ("application/json", json.dumps({"phone": PHONE, "when": "99999999999999"})),
    "rows of nonsense": ("application/json", json.dumps({"phone": PHONE, "lines": [{"qty": "x"}] * 5_000})),
    "rows that are none": ("application/json", json.dumps({"phone": PHONE, "lines": [1, [2], {"qty": {}}]})),
}  # fmt: skip
SHOWN: dict[str, str] = {
    "template": "{{ 7*7 }}{% for a in range(9) %}x{% endfor %}",
    "escape": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "markup": "<script>alert(1)</script>",
    "format": "%s %(name)s {0} {name.__init__}",
    "quote": 'a "quoted" \\ name\u2028',
    "right to left": "\u202egnp.exe",
}


def post(running: Running, kind: str, body: Any) -> requests.Response:
    data = body.encode() if isinstance(body, str) else body
    return requests.post(running.url + URL, data=data, headers={"Content-Type": kind}, timeout=15)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_sentence_and_kept(shop: tuple[Running, Sandbox], name: str) -> None:
    running, _ = shop
    answer = post(running, *REFUSED[name])
    told = answer.json()
    assert answer.status_code in {400, 422}, told
    assert told["error"] == told["message"]
    assert 10 < len(told["error"]) < 1_500
    assert "Traceback" not in answer.text
    assert told["id"]


@pytest.mark.parametrize("name", SHOWN)
def test_a_value_is_shown_as_it_came_and_never_run(shop: tuple[Running, Sandbox], name: str) -> None:
    running, sandbox = shop
    before = len(sandbox.messages())
    assert post(running, "application/json", json.dumps({"phone": PHONE, "name": SHOWN[name]})).status_code == 200
    wait_for(lambda: len(sandbox.messages()) > before)
    assert sandbox.messages()[-1]["message"].endswith(SHOWN[name].strip())


@pytest.mark.parametrize(
    "body",
    [
        '{"phone": "98765 43210", "name": "a\\u0000b\\ud800"}',
        '{"phone": "98765 43210", "__proto__": {"phone": "1"}, "constructor": 1, "__class__": 2, "name": "x"}',
        '{"phone": "98765 43210", "name": "x", "": {"": {"": 1}}, " ": 2, "a.b..c": 3, "a__": 4, "[]": 5, "a[": 6}',
    ],
)
def test_odd_keys_and_characters_are_no_reason_to_lose_a_message(shop: tuple[Running, Sandbox], body: str) -> None:
    running, sandbox = shop
    before = len(sandbox.messages())
    assert post(running, "application/json", body).status_code == 200
    wait_for(lambda: len(sandbox.messages()) > before)


@pytest.mark.parametrize(
    "wire",
    [
        b"GET /hooks/hostile?token=form-test-secret&name=Jos\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /hooks/hostile?token=form-test-secret&name=Ana Maria HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /hooks/hostile HTTP/1.1\r\nHost: x\r\nBearer form-test-secret\r\n\r\n",
    ],
    ids=["raw characters", "a blank", "a header without a colon"],
)
def test_what_is_no_http_is_refused_and_not_quoted_in_the_log(shop: tuple[Running, Sandbox], wire: bytes) -> None:
    running, _ = shop
    parts = urlsplit(running.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        connection.sendall(wire)
        assert b" 400 " in connection.recv(1000).partition(b"\r\n")[0]
    wait_for(lambda: "Invalid request" in running.log.read_text())
    assert "form-test-secret" not in running.log.read_text()


def test_nothing_of_it_left_a_trace_in_the_log_or_a_process_behind(shop: tuple[Running, Sandbox]) -> None:
    running, _ = shop
    log = running.log.read_text()
    assert "Traceback" not in log
    assert "crashed" not in log
    assert requests.get(f"{running.url}/readyz", timeout=5).status_code == 200
