"""What is stored holds no trace of the proof, however its characters were spelt, and the rest is as it came."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, quote_plus, unquote, unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.intake import auth
from adapter.intake.auth import BasicProof, TokenProof
from tests.intake.sign import basic, hexed, post

SECRET = "t/k n+é\"\\%🔑'&x"
# Without stars, which stand where the secret stood.
SECRETS = st.text(st.sampled_from("ab1 /+%\"\\'&<>=é密🔑:-{}"), min_size=5, max_size=12).filter(
    lambda text: text.strip()
)


def percent(character: str, upper: bool) -> str:
    return "".join(f"%{octet:02X}" if upper else f"%{octet:02x}" for octet in character.encode())


def json_code(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


@st.composite
def form_spelling(draw: st.DrawFn) -> tuple[str, str]:
    """A secret and one of its many spellings in a form or query."""
    secret = draw(SECRETS)
    plain = "ab1/\"\\'<>é密🔑:-{}"
    ways = [draw(st.sampled_from(["upper", "lower", "plain"])) for _ in secret]
    return secret, "".join(
        "+" if way == "plain" and character == " "
        else character if way == "plain" and character in plain
        else percent(character, way == "upper")
        for character, way in zip(secret, ways, strict=True)
    )  # fmt: skip


@st.composite
def json_spelling(draw: st.DrawFn) -> tuple[str, str]:
    """A secret and one of its many spellings inside a JSON text."""
    secret = draw(SECRETS)
    ways = [draw(st.sampled_from(["code", "CODE", "slash", "plain"])) for _ in secret]
    short = {"/": "\\/", '"': '\\"', "\\": "\\\\"}
    return secret, "".join(
        json_code(character) if way == "code"
        else json_code(character).upper().replace("\\U", "\\u") if way == "CODE"
        else short[character] if character in short and (way == "slash" or character != "/")
        else character
        for character, way in zip(secret, ways, strict=True)
    )  # fmt: skip


@settings(deadline=None)
@given(form_spelling())
def test_no_spelling_of_a_form_or_query_survives(spelling: tuple[str, str]) -> None:
    secret, spelt = spelling
    assert unquote_plus(spelt) == secret
    text = f"name=Ana&token={spelt}&phone=%2B34"
    kept = auth.redact(post(text.encode(), query=text, path=f"/hooks/deal/{unquote(spelt)}"), TokenProof(secret))
    assert dict(parse_qsl(kept.body.decode())) == {"name": "Ana", "token": "***", "phone": "+34"}
    assert dict(parse_qsl(kept.query)) == {"name": "Ana", "token": "***", "phone": "+34"}


@settings(deadline=None)
@given(json_spelling())
def test_no_spelling_of_json_survives_alone_or_in_a_form(spelling: tuple[str, str]) -> None:
    secret, spelt = spelling
    text = f'{{"token": "{spelt}", "phone": "+34"}}'
    assert json.loads(text)["token"] == secret
    for body, read in (
        (text, str),
        (f"payload={quote_plus(text)}", lambda kept: unquote_plus(kept)[len("payload=") :]),
    ):
        kept = auth.redact(post(body.encode()), TokenProof(secret)).body.decode()
        assert json.loads(read(kept)) == {"token": "***", "phone": "+34"}


@settings(deadline=None)
@given(json_spelling())
def test_no_spelling_survives_in_json_inside_json(spelling: tuple[str, str]) -> None:
    secret, spelt = spelling
    body = json.dumps({"rawRequest": f'{{"token": "{spelt}"}}'}).encode()
    kept = json.loads(auth.redact(post(body), TokenProof(secret)).body)
    assert json.loads(kept["rawRequest"]) == {"token": "***"}


@settings(deadline=None)
@given(
    secret=st.text(min_size=1, max_size=8),
    text=st.text(max_size=30),
    body=st.binary(max_size=60),
)
def test_redaction_never_raises_and_leaves_no_plain_secret(secret: str, text: str, body: bytes) -> None:
    request = post(body + secret.encode(), {"X": text + secret}, query=text + secret, path=text + secret)
    kept = auth.redact(request, TokenProof(secret))
    if "*" not in secret and secret.isascii():
        assert secret not in kept.query + kept.path + str(kept.header("X"))
        assert secret.encode() not in kept.body


@pytest.mark.parametrize("place", ["authorization", "X-Hook-Token", "X-Other"])
def test_headers_lose_the_token(place: str) -> None:
    kept = auth.redact(post(headers={place: f"Bearer {SECRET}"}), TokenProof(SECRET))
    assert SECRET not in repr(kept)
    assert kept.header(place) == ("***" if place == "authorization" else "Bearer ***")


def test_basic_loses_the_whole_header_and_every_copy() -> None:
    sent = basic("zoho", "p4ss-w0rd")
    copies = {"X-Forwarded-Authorization": sent["Authorization"], "X-Note": "p4ss-w0rd"}
    kept = auth.redact(post(b"pw=p4ss%2dw0rd&user=zoho", sent | copies), BasicProof("zoho", "p4ss-w0rd"))
    assert [value for _, value in kept.headers[1:]] == ["***", "Basic ***", "***"]
    assert kept.body == b"pw=***&user=zoho"


def test_a_signature_stays_as_it_came() -> None:
    request = post(b"{}", {"Authorization": "Bearer x", "X-Sig": hexed("secret-key", b"{}")}, query="token=wrong")
    assert auth.redact(request, auth.hmac_proof({"secret": "secret-key", "header": "X-Sig"})) == request


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"token":482913,"phone":"+482913000"}', b'{"token":"***","phone":"+***000"}'),
        (b'{"token" : 482913 }', b'{"token" : "***" }'),
        (b'{"token": 482913\n}', b'{"token": "***"\n}'),
        (b"payload=%7B%22token%22%3A+482913%7D", b"payload=%7B%22token%22%3A+%22***%22%7D"),
        (b'{"payload":"{\\"token\\":482913}"}', b'{"payload":"{\\"token\\":\\"***\\"}"}'),
        (b"token=482913&a=1", b"token=***&a=1"),
    ],
)
def test_a_token_of_digits_leaves_json_readable(body: bytes, kept: bytes) -> None:
    assert auth.redact(post(body), TokenProof("482913")).body == kept


def test_a_redacted_request_does_not_pass_again() -> None:
    request = post(query="token=abc-123")
    proof = TokenProof("abc-123")
    assert auth.authenticate([proof], auth.redact(request, proof), now=0) is None


def test_a_large_body_is_redacted_in_time() -> None:
    hostile = b"\\" * 200_000 + b"%" + b"25" * 200_000 + b"a" * 200_000
    assert auth.redact(post(hostile), TokenProof("a\\%a\\%ab")).body
