"""Several messages of one event, the same events at the same time, and senders that are answered in their own way."""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from adapter.picky.sandbox import Sandbox
from tests.running import Running, with_sandbox

HOOKS = {
    "guests": """\
source: zapier
auth: none
region: IN
for_each: guests
fields:
  event: {required: true}
  phone: {type: phone, from: item.phone, required: true}
dedupe: {key: [event, phone], within: 24h}
push: {to: "{{ phone }}", message: "Welcome to {{ event }}"}
""",
    "parcels": """\
source: shopify
auth: none
region: IN
for_each: parcels
fields:
  order: {required: true}
  phone: {type: phone, from: item.phone, required: true}
dedupe: {key: [order], within: 24h}
push: {to: "{{ phone }}", message: "Order {{ order }} is on its way"}
""",
    "orders": """\
source: shopify
auth:
  - hmac: ${SHOP_SECRET}
region: IN
fields: {phone: {type: phone, required: true}}
push: {to: "{{ phone }}", message: Thank you!}
""",
    "leads": """\
source: facebook_leads
auth:
  - hmac: ${META_SECRET}
  - token: {secret: "${META_VERIFY}", query: hub.verify_token}
fields: {phone: {type: phone, from: item.value.phone, required: true}}
push: {to: "{{ phone }}", message: Hello!}
""",
    "crm": """\
source: salesforce
auth:
  - token: {secret: "${ORG}", field: OrganizationId}
fields: {phone: {type: phone, from: item.sObject.MobilePhone, required: true}}
push: {to: "{{ phone }}", message: Hello!}
""",
}
SECRETS = {
    "SHOP_SECRET": "shop-test",
    "META_SECRET": "meta-test",
    "META_VERIFY": "verify-test",
    "ORG": "00D000000000001",
}
SOAP = """<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>{org}</OrganizationId>
<Notification><Id>04l1</Id><sObject><MobilePhone>{phone}</MobilePhone></sObject></Notification></notifications>
</soapenv:Body></soapenv:Envelope>"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Sandbox]]:
    folder = tmp_path_factory.mktemp("shop")
    with with_sandbox(folder, HOOKS, Sandbox(rate=0), WEB_CONCURRENCY="2", **SECRETS) as opened:
        yield opened


@pytest.fixture
def shop(fresh: tuple[Running, Sandbox]) -> Running:
    return fresh[0]


@pytest.fixture
def sandbox(fresh: tuple[Running, Sandbox]) -> Sandbox:
    return fresh[1]


def numbers(running: Running, count: int) -> list[Any]:
    return sorted(row["number"] for row in running.settled(count) if row["id"])


def test_elements_arrive_each_once_however_often_and_mixed_they_are_posted(shop: Running, sandbox: Sandbox) -> None:
    guests = [{"phone": f"98765 4321{at}"} for at in range(8)]
    posts = [guests[:5], guests[3:], guests[::2], guests, guests[::-1], [*guests[:2], {"phone": "12"}]] * 3

    def post(part: list[dict[str, str]]) -> requests.Response:
        return requests.post(f"{shop.url}/hooks/guests", json={"event": "the opening", "guests": part}, timeout=30)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = list(pool.map(post, posts))
    assert {answer.status_code for answer in told} == {200}
    assert numbers(shop, 8) == [f"91987654321{at}" for at in range(8)]
    arrived = [message["number"] for message in sandbox.messages()]
    assert sorted(arrived) == [f"91987654321{at}" for at in range(8)]


def test_a_retry_with_the_same_event_id_is_the_first_event(shop: Running) -> None:
    body = json.dumps({"phone": "98765 43210"}).encode()
    mac = base64.b64encode(hmac.digest(b"shop-test", body, "sha256")).decode()
    headers = {"X-Shopify-Hmac-SHA256": mac, "X-Shopify-Webhook-Id": "w-1", "Content-Type": "application/json"}

    def post(_: int) -> dict[str, Any]:
        return requests.post(f"{shop.url}/hooks/orders", data=body, headers=headers, timeout=30).json()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        told = list(pool.map(post, range(16)))
    assert len({one["id"] for one in told}) == 1
    assert sorted(one["duplicate"] for one in told) == [False] + [True] * 15
    assert numbers(shop, 1) == ["919876543210"]


KEYS_OF_A_WHOLE_EVENT = [{"Idempotency-Key": "order-7"}, {"X-Shopify-Webhook-Id": "w-7"}, {}]


@pytest.mark.parametrize("headers", KEYS_OF_A_WHOLE_EVENT, ids=["header", "event id", "declared key"])
def test_a_corrected_repost_sends_the_element_that_failed_and_no_other_again(
    shop: Running, headers: dict[str, str]
) -> None:
    def post(*phones: str) -> dict[str, Any]:
        body = {"order": 7, "parcels": [{"phone": phone} for phone in phones]}
        return requests.post(f"{shop.url}/hooks/parcels", json=body, headers=headers, timeout=10).json()

    first, again = post("98765 43210", "12", "98765 43212"), post("98765 43210", "12", "98765 43212")
    corrected, once_more = (post("98765 43210", "98765 43211", "98765 43212") for _ in range(2))
    assert (first["messages"], list(first["errors"])) == (2, ["1"])
    assert (again["id"], again["duplicate"], list(again["errors"])) == (first["id"], True, ["1"])
    assert (corrected["messages"], corrected["skipped"], corrected["duplicate"]) == (1, 2, False)
    assert once_more["duplicate"] is True
    shorter = post("98765 43212", "98765 43211")
    assert (shorter["messages"], shorter["duplicate"]) != (2, False)
    assert numbers(shop, 3) == ["919876543210", "919876543211", "919876543212"]


def test_a_shops_test_order_is_ignored(shop: Running) -> None:
    body = json.dumps({"phone": "98765 43210", "test": True}).encode()
    mac = base64.b64encode(hmac.digest(b"shop-test", body, "sha256")).decode()
    headers = {"X-Shopify-Hmac-SHA256": mac, "Content-Type": "application/json"}
    told = requests.post(f"{shop.url}/hooks/orders", data=body, headers=headers, timeout=10)
    assert (told.status_code, told.json()["status"]) == (200, "ignored")


def test_metas_handshake_gets_its_challenge_for_the_right_word_only(shop: Running) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify-test"}
    told = requests.get(f"{shop.url}/hooks/leads", params=asked, timeout=10)
    assert (told.status_code, told.text) == (200, "1158201444")
    wrong = requests.get(f"{shop.url}/hooks/leads", params=asked | {"hub.verify_token": "no"}, timeout=10)
    assert wrong.status_code in {401, 405}
    assert "1158201444" not in wrong.text
    assert shop.events() == []


def test_a_batch_of_metas_is_signed_and_each_lead_a_message(shop: Running) -> None:
    def post(*leads: str) -> Any:
        changes = [{"field": "leadgen", "value": {"leadgen_id": one, "phone": f"+91987654321{one}"}} for one in leads]
        body = json.dumps({"object": "page", "entry": [{"changes": [change]} for change in changes]}).encode()
        headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(b"meta-test", body, hashlib.sha256).hexdigest()}
        return requests.post(f"{shop.url}/hooks/leads", data=body, headers=headers, timeout=10).json()

    first, again, grown = post("1", "2"), post("1", "2"), post("2", "3")
    assert (first["messages"], first["duplicate"]) == (2, False)
    assert (again["id"], again["duplicate"]) == (first["id"], True)
    assert (grown["messages"], grown["skipped"], grown["duplicate"]) == (1, 1, False)
    assert numbers(shop, 3) == ["919876543211", "919876543212", "919876543213"]


def test_salesforce_is_acknowledged_in_its_own_words(shop: Running) -> None:
    headers = {"Content-Type": "text/xml"}
    for org, phone, status in (
        ("00D000000000001", "+919876543210", 200),
        ("00D000000000001", "12", 200),
        ("00Dx", "1", 401),
    ):
        body = SOAP.format(org=org, phone=phone)
        told = requests.post(f"{shop.url}/hooks/crm", data=body, headers=headers, timeout=10)
        assert told.status_code == status
        assert ("<Ack>true</Ack>" in told.text) == (status == 200)
    assert [row["status"] for row in shop.settled(1)] == ["accepted", "rejected"]
