"""Tokens, Basic and the public functions: who passes, who does not, and what a person is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.intake import auth
from adapter.intake.auth import BasicProof, HmacProof, TokenProof
from adapter.intake.request import RawRequest
from tests.intake.sign import basic, hexed, post

SECRET = "tok-3cr3t"
TOKEN = TokenProof(SECRET)
NOW = 1_700_000_000.0


def passes(proof: auth.Proof, request: RawRequest, now: float = NOW) -> bool:
    return auth.authenticate([proof], request, now=now) is proof


@pytest.mark.parametrize(
    "request_",
    [
        post(headers={"Authorization": f"Bearer {SECRET}"}),
        post(headers={"authorization": f"bearer  {SECRET}"}),
        post(headers={"X-Hook-Token": SECRET}),
        post(headers={"x-hook-token": f"Bearer {SECRET}"}),
        post(query=f"a=1&token={SECRET}"),
        post(query="token=tok%2D3cr3t"),
        post(query=f"token=other&token={SECRET}"),
        post(path=f"/hooks/deal/{SECRET}"),
    ],
)
def test_a_token_passes_in_every_default_place(request_: RawRequest) -> None:
    assert passes(TOKEN, request_)


@pytest.mark.parametrize(
    "request_",
    [
        post(),
        post(headers={"Authorization": SECRET}),
        post(headers={"Authorization": f"Basic {SECRET}"}),
        post(headers={"Authorization": "Bearer "}),
        post(headers={"X-Hook-Token": SECRET.upper()}),
        post(headers={"X-Hook-Token": SECRET + "x" * 5000}),
        post(headers={"X-Api-Key": SECRET}),
        post(query="token="),
        post(query=f"Token={SECRET}"),
        post(path=f"/hooks/{SECRET}"),
        post(path=f"/hooks/deal/{SECRET}/more"),
        post(body=f'{{"token": "{SECRET}"}}'.encode()),
    ],
)
def test_a_token_elsewhere_or_wrong_is_refused(request_: RawRequest) -> None:
    assert not passes(TOKEN, request_)


def test_a_named_place_replaces_the_default_ones() -> None:
    proof = TokenProof(SECRET, header="X-Api-Key")
    assert passes(proof, post(headers={"x-api-key": SECRET}))
    assert passes(proof, post(headers={"X-Api-Key": f"Token token={SECRET}"}))
    assert not passes(proof, post(headers={"X-Hook-Token": SECRET}, query=f"token={SECRET}"))
    assert passes(TokenProof(SECRET, query="hub.verify_token"), post(query=f"hub.verify_token={SECRET}"))
    assert not passes(TokenProof(SECRET, field="HandshakeKey"), post(query=f"token={SECRET}"))


def test_a_raw_plus_in_the_query_is_a_plus_or_a_blank() -> None:
    assert passes(TokenProof("a+b"), post(query="token=a+b"))
    assert passes(TokenProof("a b"), post(query="token=a+b"))


@pytest.mark.parametrize("secret", ["", " ", "\t"])
def test_an_empty_secret_matches_nothing(secret: str) -> None:
    request = post(headers={"X-Hook-Token": secret, "Authorization": "Bearer "} | basic("u", secret), query="token=")
    assert not passes(TokenProof(secret), request)
    assert not passes(BasicProof("u", secret), request)
    assert auth.authenticate_field([TokenProof(secret)], {"token": secret}) is None
    assert not passes(HmacProof(secret, "X-S"), post(headers={"X-S": hexed(secret, b"{}")}))


@pytest.mark.parametrize("secret", ["pässwörd", "密码-token", "🔑-token"])
def test_a_secret_beyond_ascii_passes_as_the_bytes_of_a_header(secret: str) -> None:
    assert passes(TokenProof(secret), post(headers={"X-Hook-Token": secret.encode().decode("latin-1")}))
    assert passes(TokenProof(secret), post(path=f"/hooks/deal/{secret}"))
    assert not passes(TOKEN, post(headers={"X-Hook-Token": secret}))


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_basic_credentials_may_be_utf8_or_latin1(encoding: str) -> None:
    assert passes(BasicProof("zoé", "pä:55"), post(headers=basic("zoé", "pä:55", encoding)))


@pytest.mark.parametrize(
    "value",
    ["Basic", "Basic !!!", "Basic dXNlcg==", "Basic dTpwYXNz=", "Bearer dTpwYXNz", "dTpwYXNz", "Basic dTpwYXN4"],
)
def test_basic_refuses_what_is_garbled_or_wrong(value: str) -> None:
    assert not passes(BasicProof("u", "pass"), post(headers={"Authorization": value}))


def test_a_basic_username_with_a_colon_is_a_fault() -> None:
    with pytest.raises(ValueError, match="colon"):
        BasicProof("a:b", "c")


def test_any_one_proof_is_enough_and_is_returned() -> None:
    proofs: list[auth.Proof] = [TokenProof("old-token"), BasicProof("u", "pass"), TOKEN]
    assert auth.authenticate(proofs, post(headers=basic("u", "pass")), now=NOW) is proofs[1]
    assert auth.authenticate(proofs, post(query=f"token={SECRET}"), now=NOW) is TOKEN
    assert auth.authenticate([], post(query=f"token={SECRET}"), now=NOW) is None


@pytest.mark.parametrize(
    ("proof", "data"),
    [
        (TOKEN, {"token": SECRET}),
        (TokenProof("12345"), {"token": 12345}),
        (TokenProof(SECRET, field="HandshakeKey"), {"HandshakeKey": SECRET}),
    ],
)
def test_a_body_field_may_hold_the_token(proof: TokenProof, data: dict[str, Any]) -> None:
    assert auth.authenticate_field([BasicProof("u", "p"), proof], data) is proof


@pytest.mark.parametrize(
    ("proof", "data"),
    [
        (TOKEN, {"token": [SECRET]}),
        (TOKEN, {"data": {"token": SECRET}}),
        (TOKEN, [{"token": SECRET}]),
        (TOKEN, {"HandshakeKey": SECRET}),
        (TokenProof("True"), {"token": True}),
        (TokenProof("1.0"), {"token": 1.0}),
        (TokenProof("None"), {"token": None}),
        (TokenProof("1"), {"token": 10**5000}),
        (TokenProof(SECRET, header="X-Api-Key"), {"token": SECRET}),
        (TokenProof(SECRET, query="key"), {"token": SECRET, "key": SECRET}),
    ],
)
def test_no_other_field_or_type_is_a_token(proof: TokenProof, data: Any) -> None:
    assert auth.authenticate_field([proof], data) is None


def test_own_keys_are_the_names_tokens_come_under() -> None:
    proofs = [TOKEN, TokenProof("a", query="key"), TokenProof("b", field="HandshakeKey"), TokenProof("c", header="X")]
    assert auth.own_keys(proofs) == {"token", "key", "HandshakeKey"}
    assert auth.own_keys([BasicProof("u", "p"), HmacProof("s", "X-S")]) == frozenset()


STRIPE = auth.hmac_proof({"preset": "stripe", "secret": SECRET})


@pytest.mark.parametrize(
    ("proof", "request_", "sentence"),
    [
        (TOKEN, post(), "no token came: send it as Authorization: Bearer"),
        (TOKEN, post(headers={"X-Hook-Token": "x"}), "in the header X-Hook-Token but it is not this hook's"),
        (TOKEN, post(query="token=x"), r"in the query \(\?token=\) but"),
        (TokenProof(SECRET, header="X-Api-Key"), post(), "send it as the header X-Api-Key$"),
        (TokenProof(SECRET, field="key"), post(), 'send it as the body field "key"$'),
        (BasicProof("u", SECRET), post(), "HTTP Basic"),
        (BasicProof("u", SECRET), post(headers={"Authorization": "Basic !"}), "not base64"),
        (BasicProof("u", SECRET), post(headers=basic("u", "x")), "are not this hook's"),
        (STRIPE, post(), "no signature came: the header Stripe-Signature is missing"),
        (STRIPE, post(headers={"Stripe-Signature": "abc"}), "cannot be read"),
        (STRIPE, post(headers={"Stripe-Signature": "v1=abc"}), "without a timestamp"),
        (STRIPE, post(headers={"Stripe-Signature": "t=1700000000,v1=abc"}), "does not match the body$"),
        (STRIPE, post(headers={"Stripe-Signature": "t=1600000000,v1=abc"}), "^the timestamp is older than 300 s$"),
        (STRIPE, post(headers={"Stripe-Signature": "t=1800000000,v1=abc"}), "in the future"),
        (auth.hmac_proof({"preset": "square", "secret": SECRET}), post(headers={"X-Square-HmacSha256-Signature": "x"}),
         "the body and the URL"),
        (auth.hmac_proof({"preset": "svix", "secret": "whsec_c2VjcmV0"}),
         post(headers={"svix-signature": "v1,x", "svix-timestamp": "1700000000"}), "without the header svix-id"),
        (auth.hmac_proof({"preset": "netlify", "secret": SECRET}), post(headers={"X-Webhook-Signature": "a.b.c"}),
         "does not match the body"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_was_looked_for_and_what_came(
    proof: auth.Proof, request_: RawRequest, sentence: str
) -> None:
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(auth.why_not([proof], request_, now=NOW))
    assert SECRET not in auth.why_not([proof], request_)


def test_a_refusal_without_a_clock_still_blames_the_clock() -> None:
    stale = {"Stripe-Signature": f"t=1600000000,v1={hexed(SECRET, b'1600000000.{}')}"}
    assert auth.why_not([STRIPE], post(headers=stale)).startswith("the timestamp is more than 300 s old")


def test_a_refusal_names_a_wrong_token_in_the_payload_and_each_reason_once() -> None:
    text = auth.why_not([TOKEN, TokenProof("older")], post(), data={"token": "x"})
    assert text == 'a token came in the body field "token" but it is not this hook\'s'
    assert auth.why_not([], post())


def test_a_proof_does_not_print_its_secret() -> None:
    proofs = [TOKEN, BasicProof("u", SECRET), STRIPE, auth.hmac_proof({"preset": "netlify", "secret": SECRET})]
    assert SECRET not in repr(proofs)


ALL = [
    TOKEN,
    TokenProof("é", header="X-Any"),
    BasicProof("u", "p"),
    *(auth.hmac_proof({"preset": name, "secret": "whsec_c2VjcmV0"}) for name in auth.PRESETS),
]
NAMES = st.sampled_from(
    ["Authorization", "X-Any", "X-Hook-Token", "Content-Type", "Host", "X-Webhook-Signature"]
    + [name for proof in ALL if isinstance(proof, HmacProof)
       for name in (proof.header, proof.timestamp_header, proof.id_header) if name]
)  # fmt: skip
VALUES = st.text(max_size=60) | st.sampled_from(
    ["Basic 4pyT", "Bearer é", "t=1,v1=é,v=x", "v1,é", "1700000000", "1700000000000", "sha256=é", "v0=x", "a.é.c", "ab",
     "application/x-www-form-urlencoded", "٣"]
)  # fmt: skip


@settings(deadline=None)
@given(
    headers=st.lists(st.tuples(NAMES, VALUES), max_size=8),
    query=st.text(max_size=40),
    path=st.text(max_size=40),
    body=st.binary(max_size=60),
)
def test_nothing_a_stranger_sends_passes_or_raises(
    headers: list[tuple[str, str]], query: str, path: str, body: bytes
) -> None:
    request = RawRequest("POST", path, query, tuple(headers), body)
    matched = auth.authenticate(ALL, request, now=NOW)
    assert matched is None or getattr(matched, "secret", "") == "é"  # short enough to be guessed
    assert auth.why_not(ALL, request, now=NOW)


@settings(deadline=None)
@given(
    data=st.dictionaries(st.text(max_size=5) | st.just("token"), st.none() | st.integers() | st.text() | st.binary())
)
def test_no_payload_raises(data: dict[str, Any]) -> None:
    assert auth.authenticate_field(ALL, data) is None
