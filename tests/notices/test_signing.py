"""What we sign is what the verifier of Standard Webhooks takes, ours included."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from adapter.intake.auth import authenticate, hmac_proof
from adapter.intake.request import RawRequest
from adapter.notices import signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type": "message.delivered", "grüße": "ok"}'.encode()


def proven(headers: dict[str, str], body: bytes, *, now: float, secret: str = SECRET) -> bool:
    request = RawRequest("POST", "/", "", tuple(headers.items()), body)
    return authenticate((hmac_proof({"preset": "standard_webhooks", "secret": secret}),), request, now=now) is not None


def test_the_example_of_the_specification_has_its_signature() -> None:
    """The id, time, body, secret and signature that the libraries of Standard Webhooks test themselves with."""
    headers = signing.headers(
        SECRET, identity="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_notice_passes_the_verifier() -> None:
    headers = signing.headers(SECRET, identity="01J-1.delivered.7", timestamp=1_780_000_000, body=BODY)
    assert headers["webhook-id"] == "01J-1.delivered.7"
    assert headers["webhook-timestamp"] == "1780000000"
    assert proven(headers, BODY, now=1_780_000_010.0)
    assert not proven(headers, BODY + b" ", now=1_780_000_010.0)
    assert not proven(headers, BODY, now=1_780_001_000.0)
    assert not proven({**headers, "webhook-id": "another"}, BODY, now=1_780_000_010.0)


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (SECRET, base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        ("a plain text, grün", "a plain text, grün".encode()),
        ("whsec_no base64!", b"whsec_no base64!"),
    ],
)
def test_a_secret_is_base64_behind_its_prefix_and_else_the_text_itself(secret: str, key: bytes) -> None:
    assert signing.key_of(secret) == key
    signature = base64.b64encode(hmac.new(key, b"i.1.b", hashlib.sha256).digest()).decode()
    assert signing.headers(secret, identity="i", timestamp=1, body=b"b")["webhook-signature"] == f"v1,{signature}"


def test_without_a_secret_a_notice_still_has_its_id_and_time() -> None:
    assert signing.headers(None, identity="i", timestamp=1, body=b"") == {"webhook-id": "i", "webhook-timestamp": "1"}
