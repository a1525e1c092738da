"""Every preset and the grammar of signatures: positive, tampered, missing, expired, malformed, published vectors."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from adapter.intake import auth
from adapter.intake.request import RawRequest
from tests.intake import sign
from tests.intake.sign import SENDERS, TIMED, post

NOW = 1_700_000_000
SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes of key").decode()
BODY = '{"name":"María","phone":"+34600000001"}'.encode()


def passes(options: dict[str, Any], request: RawRequest, now: float = NOW, public_url: str | None = None) -> bool:
    proof = auth.hmac_proof(options)
    return auth.authenticate([proof], request, now=now, public_url=public_url) is proof


def preset(name: str) -> dict[str, Any]:
    return {"preset": name, "secret": SECRET}


def test_every_preset_has_a_sender_here() -> None:
    assert set(SENDERS) == set(auth.PRESETS)


@pytest.mark.parametrize("name", sorted(SENDERS))
def test_a_preset_takes_its_sender_and_no_other_body_secret_or_nothing(name: str) -> None:
    headers = SENDERS[name](SECRET, BODY, NOW)
    assert passes(preset(name), post(BODY, headers))
    assert passes(preset(name), post(BODY, {key.upper(): value for key, value in headers.items()}))
    assert not passes(preset(name), post(BODY + b" ", headers))
    assert not passes(preset(name) | {"secret": "whsec_b3RoZXI="}, post(BODY, headers))
    assert not passes(preset(name), post(BODY))
    for dropped in headers:
        assert not passes(preset(name), post(BODY, {key: headers[key] for key in headers if key != dropped}))
    for garbled in ("", " ", "x", "é", "a=b", "=,=", ",", "sha256=", "v1,", "t=,v1=", "." * 5000, "v1 " * 40):
        assert not passes(preset(name), post(BODY, dict.fromkeys(headers, garbled)))


@pytest.mark.parametrize("name", TIMED)
def test_a_timestamp_is_good_for_a_while_before_and_after(name: str) -> None:
    request = post(BODY, SENDERS[name](SECRET, BODY, NOW))
    tolerance = 180 if name == "calendly" else 300
    for off in (-tolerance, tolerance):
        assert passes(preset(name), request, now=NOW + off)
        assert not passes(preset(name), request, now=NOW + off * 1.01)
    assert passes(preset(name) | {"tolerance": 900.0}, request, now=NOW + 800)


@pytest.mark.parametrize("name", sorted(set(SENDERS) - set(TIMED)))
def test_a_signature_without_a_timestamp_does_not_age(name: str) -> None:
    assert passes(preset(name), post(BODY, SENDERS[name](SECRET, BODY, NOW)), now=NOW + 10**8)


@pytest.mark.parametrize(
    "time",
    ["", " ", "-1700000000", "+1700000000", "1_700_000_000", "٣", "1e9", "0x10", "nan", "1700000000.", "1" * 400],
)
def test_a_timestamp_is_digits(time: str) -> None:
    signature = sign.hexed(SECRET, time.encode() + b"." + BODY)
    assert not passes(preset("stripe"), post(BODY, {"Stripe-Signature": f"t={time},v1={signature}"}))


def test_a_timestamp_may_have_the_decimals_that_deluge_prints() -> None:
    signature = sign.hexed(SECRET, b"1700000000.0." + BODY)
    assert passes(preset("stripe"), post(BODY, {"Stripe-Signature": f"t=1700000000.0,v1={signature}"}))


def test_a_renewed_timestamp_does_not_match() -> None:
    old = sign.hexed(SECRET, b"1600000000." + BODY)
    assert not passes(preset("stripe"), post(BODY, {"Stripe-Signature": f"t={NOW},v1={old}"}))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("t={now},v1=00,v1={good},v0=zz", True),
        (" t = {now} , v1 = {good} ", True),
        ("v1={good},t={now}", True),
        ("t={now},v1={upper}", True),
        ("t={now},v0={good}", False),
        ("t={now},v1a={good}", False),
        ("t={now},{good}", False),
        ("t={now},v1={good},", False),
        ("t={now},t={now},v1={good}", False),
        ("v1={good}", False),
        ("t={now}," + "v1=00," * 19 + "v1={good}", False),
    ],
)
def test_pairs_are_read_strictly_and_any_v1_may_match(header: str, expected: bool) -> None:
    good = sign.hexed(SECRET, f"{NOW}.".encode() + BODY)
    value = header.format(now=NOW, good=good, upper=good.upper())
    assert passes(preset("stripe"), post(BODY, {"Stripe-Signature": value})) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("v1,AAAA {good} v1a,xyz", True),
        ("v2,zzz  {good}", True),
        ("V1,{bare}", True),
        ("v1a,{bare}", False),
        ("{bare}", False),
        ("{good},{good}", False),
        ("v1,AAAA " * 20 + "{good}", False),
    ],
)
def test_a_list_takes_any_entry_of_its_version(header: str, expected: bool) -> None:
    headers = sign.standard(SECRET, BODY, NOW)
    good = headers["webhook-signature"]
    headers["webhook-signature"] = header.format(good=good, bare=good.removeprefix("v1,"))
    assert passes(preset("standard_webhooks"), post(BODY, headers)) is expected


def test_a_prefix_ignores_case_and_is_required_unless_the_sender_varies() -> None:
    signature = sign.hexed(SECRET, BODY)
    assert passes(preset("github"), post(BODY, {"X-Hub-Signature-256": f"SHA256={signature.upper()}"}))
    assert not passes(preset("github"), post(BODY, {"X-Hub-Signature-256": signature}))
    assert passes(preset("formstack"), post(BODY, {"X-FS-Signature": signature}))


def test_base64_is_compared_with_its_case() -> None:
    signature = sign.based(SECRET, BODY)
    assert not passes(preset("shopify"), post(BODY, {"X-Shopify-Hmac-SHA256": signature.swapcase()}))


def test_the_published_vectors_verify() -> None:
    github = {"preset": "github", "secret": "It's a Secret to Everybody"}
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert passes(github, post(b"Hello, World!", {"X-Hub-Signature-256": signature}))
    bitbucket = github | {"preset": "bitbucket"}
    signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert passes(bitbucket, post(b"Hello World!", {"X-Hub-Signature": signature}))
    standard = {"preset": "standard_webhooks", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert passes(standard, post(b'{"test": 2432232314}', headers), now=1614265330)
    formstack = {"preset": "formstack", "secret": "test1"}
    signature = "sha256=30dff7f180b6d69eab397a5d51719474df490b730514c253e8b5832d3b51b970"
    assert passes(
        formstack, post(b"FormID=6606394&UniqueID=1500878955&HandshakeKey=test", {"X-FS-Signature": signature})
    )


def test_hubspots_published_digests_verify() -> None:
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    v2 = {"X-HubSpot-Signature": "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"}
    request = post(b"", v2, method="GET", path="/webhook_uri", query="")
    assert passes({"preset": "hubspot_v2", "secret": secret}, request, public_url="https://www.example.com/")
    v1 = {"X-HubSpot-Signature": "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"}
    body = (
        b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":'
        b'"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]'
    )
    assert passes({"preset": "hubspot_v1", "secret": secret}, post(body, v1))


def test_the_url_is_the_public_one_where_it_is_known() -> None:
    options = preset("square")
    signature = sign.based(SECRET, b"https://public.example/in/hooks/deal?utm=a%20b" + BODY)
    request = post(BODY, {"x-square-hmacsha256-signature": signature})
    assert passes(options, request, public_url="https://public.example/in/")
    assert not passes(options, request)


def test_the_url_may_be_signed_with_codes_that_hubspot_decodes() -> None:
    url = "https://hooks.example.test/hooks/d%C3%A9al?a=x:y/%20z"
    signature = sign.based(SECRET, b"POST" + url.encode() + BODY + b"1700000000000")
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": "1700000000000"}
    assert passes(preset("hubspot"), post(BODY, headers, path="/hooks/déal", query="a=x%3Ay%2F%20z"))


def test_woocommerce_signs_with_the_decoded_secret() -> None:
    request = post(BODY, {"X-WC-Webhook-Signature": sign.based("a&b<'\"&copy;", BODY)})
    assert passes({"preset": "woocommerce", "secret": "a&amp;b&lt;&#039;&quot;&copy;"}, request)
    assert passes({"preset": "woocommerce", "secret": "a&b<'\"&copy;"}, request)


@pytest.mark.parametrize(
    "token",
    [
        sign.jwt(SECRET, BODY, iss="other"),
        sign.jwt(SECRET, BODY, sha256="00"),
        sign.jwt(SECRET, BODY, sha256=None),
        sign.jwt(SECRET, BODY, head={"alg": "none"}),
        sign.jwt(SECRET, BODY, head=[]),
        sign.jwt(SECRET, BODY) + "x",
        sign.jwt(SECRET, BODY).rsplit(".", 1)[0] + ".",
        sign.jwt("", BODY),
        "..",
    ],
)
def test_a_netlify_token_is_pinned(token: str) -> None:
    assert not passes(preset("netlify"), post(BODY, {"X-Webhook-Signature": token}))


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
def test_a_scheme_of_ones_own_needs_no_preset(algorithm: str) -> None:
    options = {
        "secret": SECRET, "header": "X-Sig", "algorithm": algorithm, "prefix": "mac=", "unit": "ms", "tolerance": 60.0,
        "signed": "{timestamp}.{id}.{method}.{body}", "timestamp": {"header": "X-At"}, "id_header": "X-Nonce",
    }  # fmt: skip
    signature = sign.hexed(SECRET, b"1700000000000.n-1.POST." + BODY, algorithm)
    headers = {"X-Sig": f"mac={signature}", "X-At": "1700000000000", "X-Nonce": "n-1"}
    assert passes(options, post(BODY, headers))
    assert not passes(options, post(BODY, headers), now=NOW + 61)
    assert not passes(options, post(BODY, headers | {"X-Nonce": "n-2"}))


def test_own_keys_win_over_the_preset() -> None:
    options = preset("formstack") | {"header": "X-Renamed", "encoding": "base64", "prefix": ""}
    assert passes(options, post(BODY, {"X-Renamed": sign.based(SECRET, BODY)}))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"preset": "shopfy", "secret": "s"}, "did you mean shopify"),
        ({"preset": "qqqq", "secret": "s"}, "known are bitbucket, "),
        ({"preset": "shopify"}, "secret is missing"),
        ({"preset": "shopify", "secret": " "}, "secret is missing or empty"),
        ({"secret": "s"}, "header is missing"),
        ({"secret": "s", "header": "X S"}, "name of an HTTP header"),
        ({"secret": "s", "header": "X", "algorithm": "md5"}, 'algorithm "md5" is unknown; it must be sha256'),
        ({"secret": "s", "header": "X", "encoding": "base32"}, "hex or base64"),
        ({"secret": "s", "header": "X", "grammar": "xml"}, "plain or pairs or list"),
        ({"secret": "s", "header": "X", "unit": "m"}, "unit"),
        ({"secret": "s", "header": "X", "key_encoding": "hex"}, "key_encoding"),
        ({"secret": "s", "header": "X", "colour": "red"}, "unknown key colour"),
        ({"secret": "whsec_%%", "preset": "standard_webhooks"}, "not base64"),
        ({"secret": "whsec_", "preset": "svix"}, "not base64"),
        ({"secret": "s", "header": "X", "timestamp": {"header": "T"}}, "not part of signed"),
        ({"secret": "s", "preset": "stripe", "signed": "{body}"}, "not part of signed"),
        ({"secret": "s", "header": "X", "signed": "{timestamp}.{body}"}, "say where it is"),
        ({"secret": "s", "header": "X", "timestamp": {"header": "T", "pair": "t"}}, "not in both"),
        ({"secret": "s", "header": "X", "signed": "{id}{body}"}, "id_header"),
        ({"secret": "s", "header": "X", "signed": "{ts}{body}"}, "signed holds {ts}"),
        ({"secret": "s", "header": "X", "signed": "{url}"}, "must contain {body}"),
        ({"secret": "s", "header": "X", "signed": "{secret}{body}"}, "may not contain {secret}"),
        ({"secret": "s", "header": "X", "grammar": "pairs"}, "needs signature_pair"),
        ({"secret": "s", "header": "X", "signature_pair": "v1"}, "grammar: pairs"),
        ({"secret": "s", "header": "X", "tolerance": 0.0}, "tolerance"),
        ({"secret": "s", "preset": "netlify", "algorithm": "sha1"}, "takes a secret and a header"),
        ({"secret": "s", "preset": "netlify", "header": ""}, "name of an HTTP header"),
    ],
)
def test_a_proof_that_cannot_work_is_a_fault(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        auth.hmac_proof(options)
    assert "\n" not in str(caught.value)


def test_a_faulty_secret_is_not_printed() -> None:
    with pytest.raises(ValueError, match="base64") as caught:
        auth.hmac_proof({"preset": "svix", "secret": "whsec_not-base64!"})
    assert "not-base64!" not in str(caught.value)
