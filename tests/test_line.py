"""The line as the endpoint runs it: what is proven, what is mapped, and what may be stored."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from adapter import line
from adapter.intake.request import RawRequest
from adapter.line import Taken, take, wants_dry_run
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import Account

ACCOUNTS = {"main": Account("main", "https://example.com/push", "t", "8")}
SECRET = "tok-3cr3t-Ünï"
HOOK = """\
source: form
auth: [{auth}]
region: IN
fields: {{phone: {{type: phone}}, name: {{default: nobody}}, payload: {{type: json}}, auth: {{type: json}}}}
push: {{to: "{{{{ phone }}}}", message: "Hi {{{{ name }}}}"}}
"""
SIGNED = 'hmac: {header: X-Sig, secret: "${KEY}"}'
URL_SIGNED = 'hmac: {header: X-Sig, secret: "${KEY}", signed: "{url}{body}"}'
TOKEN = 'token: "${TOKEN}"'


def send(
    auth: str, body: bytes, *, query: str = "", headers: tuple[tuple[str, str], ...] = (), **options: Any
) -> Taken:
    around = Surroundings(accounts=("main",), environ={"KEY": "key", "TOKEN": SECRET})
    request = RawRequest("POST", "/hooks/deal", query, headers, body)
    return take(load_hook("deal", HOOK.format(auth=auth), around), request, ACCOUNTS, now=0.0, **options)


def signed(text: bytes) -> tuple[tuple[str, str], ...]:
    return (("X-Sig", hmac.new(b"key", text, hashlib.sha256).hexdigest()),)


BODY = b'{"phone": "9876543210"}'


def test_a_signature_of_the_body_does_not_let_a_stranger_write_into_the_query() -> None:
    taken = send(SIGNED, BODY, query="name=Mallory&dry_run=0", headers=signed(BODY))
    assert taken.outcome == "queued"
    assert taken.fields["name"] == "nobody"
    assert [text for text in taken.warnings if "left out (name)" in text]
    assert taken.payload is not None
    assert taken.payload.received_keys == ("phone",)
    assert send(SIGNED, BODY, query="name=Mallory", check_auth=False).fields["name"] == "nobody"


def test_whoever_signs_the_url_or_knows_the_token_may_use_the_query() -> None:
    text = b"https://shop.example/hooks/deal?name=Asha" + BODY
    one = send(URL_SIGNED, BODY, query="name=Asha", headers=signed(text), public_url="https://shop.example")
    two = send(TOKEN, BODY, query="name=Asha", headers=(("X-Hook-Token", SECRET.encode().decode("latin-1")),))
    both = f"{{{SIGNED}}}, {{{TOKEN}}}"
    three = send(both, BODY, query="name=Asha&token=tok-3cr3t-%C3%9Cn%C3%AF", headers=signed(BODY))
    assert [taken.fields["name"] for taken in (one, two, three)] == ["Asha"] * 3
    assert one.warnings == two.warnings == three.warnings == []


def test_what_is_not_signed_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("decoded before it was proven")

    monkeypatch.setattr(line, "decode", never)
    assert send(SIGNED, b"[" * 1000, headers=(("X-Sig", "0" * 64),)).outcome == "unauthenticated"


def test_copies_of_a_token_are_no_part_of_the_payload() -> None:
    whole = {"token": SECRET, "phone": "9876543210", "deep": {"token": SECRET, "x": 1}, "shop": {"token": "other"}}
    taken = send(TOKEN, json.dumps({"payload": json.dumps(whole)}).encode())
    assert taken.outcome == "queued"
    assert taken.fields["payload"] == {"phone": "9876543210", "deep": {"x": 1}, "shop": {"token": "other"}}
    nested = send(TOKEN, json.dumps({"token": SECRET, "phone": "9876543210", "auth[token]": SECRET}).encode())
    assert nested.fields["auth"] in ({}, None)
    assert nested.payload is not None
    assert SECRET not in str(nested.payload.data)


XML = "<r><token>" + "".join(f"&#{ord(letter)};" for letter in SECRET) + "</token><phone>9876543210</phone></r>"
NOTED = XML.replace("<phone>", "<note>" + XML[XML.index("&") : XML.index("</token>")] + "</note><phone>")
SPELLINGS = {
    "character references": XML.encode(),
    "also in a note": NOTED.encode(),
    "half a character": json.dumps({"token": SECRET, "phone": "9876543210", "x": "\ud83d"}).encode("utf-32"),
    "utf-32": json.dumps({"token": SECRET, "phone": "9876543210"}).encode("utf-32"),
    "utf-16": json.dumps({"token": SECRET, "phone": "9876543210"}).encode("utf-16"),
    "python": ("{'token': '" + SECRET.replace("t", "\\x74") + "', 'phone': '9876543210'}").encode(),
    "json": json.dumps({"token": SECRET, "phone": "9876543210"}).encode(),
}


@pytest.mark.parametrize("body", SPELLINGS.values(), ids=SPELLINGS)
def test_no_spelling_of_a_token_in_the_body_is_stored_and_the_rest_can_be_read_again(body: bytes) -> None:
    taken = send(TOKEN, body)
    assert taken.outcome == "queued"
    stored = taken.stored_request
    again = send("token: nothing", stored.body, headers=stored.headers, check_auth=False)
    assert again.payload is not None
    assert SECRET not in str(again.payload.data)
    assert [one.number for one in again.messages] == ["919876543210"]


@pytest.mark.parametrize("auth", [SIGNED, TOKEN])
def test_a_dry_run_lost_in_a_crowded_query_is_not_sent(auth: str) -> None:
    query = "a=b&" * 1_000 + "dry_run=1"
    headers = (*signed(BODY), ("X-Hook-Token", SECRET.encode().decode("latin-1")))
    taken = send(auth, BODY, query=query, headers=headers)
    assert (taken.outcome, taken.messages) == ("rejected", [])


def test_every_secret_of_the_hook_is_overwritten_whichever_proved_the_request() -> None:
    body = json.dumps({"phone": "9876543210", "note": SECRET}).encode()
    taken = send(f"{{{SIGNED}}}, {{{TOKEN}}}", body, query="token=tok-3cr3t-%C3%9Cn%C3%AF", headers=signed(body))
    assert taken.outcome == "queued"
    assert b"3cr3t" not in taken.stored_request.body
    assert "3cr3t" not in taken.stored_request.query


@pytest.mark.parametrize(
    ("query", "asked"),
    [("dry_run", True), ("dry_run=1", True), ("a=b&dry_run%20=1", True), ("+dry_run=yes", True), ("dry_run=0", False),
     ("dry_run=False", False), ("dry=1", False)],
)  # fmt: skip
def test_a_dry_run_is_asked_for_in_any_spelling(query: str, asked: bool) -> None:
    assert wants_dry_run(RawRequest("POST", "/hooks/deal", query, (), b"")) is asked
