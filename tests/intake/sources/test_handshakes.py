"""Handshakes, acknowledgements and tests of senders: what is answered before, instead of and in place of a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import fromstring

import pytest

from adapter.intake import auth, sources
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest
from adapter.intake.sources import SOURCES, Reply
from tests.intake.sources.expected import request

TOKEN = "verify-é-token"
ASKED = f"hub.mode=subscribe&hub.challenge=1158201499&hub.verify_token={quote(TOKEN)}"
HERE = auth.TokenProof(TOKEN, query="hub.verify_token")


def meta(query: str, *, method: str = "GET", proofs: Sequence[auth.Proof] = (HERE,)) -> Reply | None:
    handshake = SOURCES["facebook_leads"].handshake
    assert handshake is not None
    return handshake(RawRequest(method, "/hooks/leads", query, (), b""), proofs)


def ping(body: bytes, *, method: str = "POST", headers: tuple[tuple[str, str], ...] = ()) -> Reply | None:
    handshake = SOURCES["woocommerce"].handshake
    assert handshake is not None
    return handshake(RawRequest(method, "/hooks/woo", "", headers, body), ())


@pytest.mark.parametrize("proof", [HERE, auth.TokenProof(TOKEN)])
def test_meta_gets_its_bare_challenge_for_the_right_token(proof: auth.Proof) -> None:
    assert meta(ASKED, proofs=[proof]) == Reply("text/plain; charset=utf-8", "1158201499")


def test_one_of_several_tokens_is_enough() -> None:
    other = auth.TokenProof("other", query="hub.verify_token")
    assert meta(ASKED, proofs=[auth.BasicProof("a", "b"), other, HERE]) is not None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=%FF%FE",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=" + quote("ünïcödé"),
        f"hub.mode=subscribe&hub.challenge=1&token={quote(TOKEN)}",
        f"hub.mode=subscribe&hub.verify_token={quote(TOKEN)}",
        f"hub.mode=subscribe&hub.challenge=&hub.verify_token={quote(TOKEN)}",
        f"hub.mode=subscribe&hub.challenge={'1' * 257}&hub.verify_token={quote(TOKEN)}",
        f"hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token={quote(TOKEN)}",
        f"hub.mode=subscribe&hub.challenge=1%0D%0A&hub.verify_token={quote(TOKEN)}",
        f"hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token={quote(TOKEN)}",
        f"hub.mode=unsubscribe&hub.challenge=1&hub.verify_token={quote(TOKEN)}",
        f"hub.challenge=1&hub.verify_token={quote(TOKEN)}",
        ASKED + "&a=1" * 100,
    ],
)
def test_anything_less_is_no_handshake_of_meta(query: str) -> None:
    assert meta(query) is None


def test_only_a_get_is_metas_handshake() -> None:
    assert meta(ASKED, method="POST") is None


@pytest.mark.parametrize(
    "proofs",
    [
        [],
        [auth.TokenProof(TOKEN, header="X-Api-Key")],
        [auth.TokenProof(TOKEN, query="key")],
        [auth.TokenProof(TOKEN, field="token")],
        [auth.BasicProof("hub", TOKEN)],
        [auth.HmacProof(TOKEN, "X-Hub-Signature-256")],
        [auth.TokenProof("", query="hub.verify_token")],
        [auth.TokenProof(" ", query="hub.verify_token")],
    ],
)
def test_a_secret_of_another_place_is_no_verify_token(proofs: list[auth.Proof]) -> None:
    assert meta(ASKED, proofs=proofs) is None


def test_woocommerces_ping_is_answered_without_a_proof() -> None:
    reply = ping(b"webhook_id=17")
    assert reply is not None
    assert reply.content_type == "application/json"
    assert '"ok": true' in reply.body


@pytest.mark.parametrize(
    "body",
    [b"", b"webhook_id=", b"webhook_id=a", b"webhook_id=17&id=1", b"id=17", b" webhook_id=17", b"webhook_id=" + b"1" * 21,
     "webhook_id=١".encode(), b'{"webhook_id":17}', b"webhook_id=17\n\n\n"],
)  # fmt: skip
def test_anything_but_one_number_has_to_prove_itself(body: bytes) -> None:
    assert ping(body) is None


def test_a_signed_delivery_is_no_ping() -> None:
    assert ping(b"webhook_id=17", headers=(("x-wc-webhook-signature", "x"),)) is None
    assert ping(b"webhook_id=17", method="PUT") is None


def test_only_these_two_shake_hands() -> None:
    assert [name for name, kind in SOURCES.items() if kind.handshake] == ["facebook_leads", "woocommerce"]


def test_salesforce_is_acknowledged_in_its_own_words() -> None:
    reply = SOURCES["salesforce"].acknowledge
    assert reply is not None
    assert reply.content_type.startswith("text/xml")
    root = fromstring(reply.body)
    assert root.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    ack = root.find(".//{http://soap.sforce.com/2005/09/outbound}notificationsResponse/{*}Ack")
    assert ack is not None
    assert ack.text == "true"
    assert [name for name, kind in SOURCES.items() if kind.acknowledge] == ["salesforce"]


def payload(data: Any) -> Payload:
    return Payload(data, (), "json")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("shopify", {"test": True, "id": 1}),
        ("github", {"X-GitHub-Event": "ping"}),
        ("github", {"X-GitHub-Event": " Ping"}),
        ("pabbly", {}),
        ("zoho_books", {"payload": ""}),
        ("zoho_inventory", {"payload": " "}),
    ],
)
def test_a_test_of_the_sender_messages_nobody(name: str, data: Any) -> None:
    reason = sources.test_traffic(SOURCES[name], payload(data))
    assert reason is not None
    assert reason.endswith("nothing was sent.")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("shopify", {"test": False}),
        ("shopify", {"test": 1}),
        ("shopify", {"test": "true"}),
        ("shopify", {}),
        ("shopify", [{"test": True}]),
        ("github", {"X-GitHub-Event": "push"}),
        ("github", {}),
        ("pabbly", {"phone": ""}),
        ("pabbly", []),
        ("zapier", {}),
        ("zoho_books", {"payload": {"id": 1}}),
        ("zoho_books", {"payload": None}),
        ("zoho_books", {"invoice": {}}),
        ("zoho_crm", {"payload": ""}),
        ("form", None),
    ],
)
def test_what_is_no_test_is_an_event(name: str, data: Any) -> None:
    assert sources.test_traffic(SOURCES[name], payload(data)) is None


def test_githubs_ping_is_told_by_its_header() -> None:
    raw = request("github-ping")
    taken = sources.enrich(SOURCES["github"], raw, payload({"zen": "x"}))
    assert sources.test_traffic(SOURCES["github"], taken) == "This is GitHub's ping; nothing was sent."
