"""Valid proofs for tests, written from the senders' own descriptions and not from the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from adapter.intake.request import RawRequest

Headers = dict[str, str]
URL = "https://hooks.example.test/hooks/deal?utm=a%20b"


def post(body: bytes = b"{}", headers: Mapping[str, str] | None = None, **parts: Any) -> RawRequest:
    """A POST to URL with these headers."""
    pairs = (("Host", "hooks.example.test"), *(headers or {}).items())
    return RawRequest(
        **{"method": "POST", "path": "/hooks/deal", "query": "utm=a%20b"} | parts, headers=pairs, body=body
    )


def hexed(secret: str, text: bytes, algorithm: str = "sha256") -> str:
    """A keyed hash in hex."""
    return hmac.new(secret.encode(), text, getattr(hashlib, algorithm)).hexdigest()


def based(secret: str | bytes, text: bytes) -> str:
    """A keyed hash in base64."""
    key = secret.encode() if isinstance(secret, str) else secret
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def basic(username: str, password: str, encoding: str = "utf-8") -> Headers:
    """The Authorization header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode(encoding)).decode()}


def standard(secret: str, body: bytes, now: int, name: str = "webhook") -> Headers:
    """Standard Webhooks: three headers, the key is the base64 behind whsec_."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = b"msg_1." + str(now).encode() + b"." + body
    return {f"{name}-id": "msg_1", f"{name}-timestamp": str(now), f"{name}-signature": "v1," + based(key, text)}


def paired(header: str, pair: str, unit: int = 1) -> Callable[[str, bytes, int], Headers]:
    """`t=…,v1=…` over time, dot and body."""

    def signed(secret: str, body: bytes, now: int) -> Headers:
        time = str(now * unit)
        return {header: f"t={time},{pair}={hexed(secret, time.encode() + b'.' + body)}"}

    return signed


def jwt(secret: str, body: bytes, *, head: Any = None, **claims: Any) -> str:
    """Netlify's token; `head` and `claims` override what Netlify writes."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    what = {"iss": "netlify", "sha256": hashlib.sha256(body).hexdigest()} | claims
    text = part({"alg": "HS256", "typ": "JWT"} if head is None else head) + "." + part(what)
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return text + "." + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def _hubspot(secret: str, body: bytes, now: int) -> Headers:
    time = f"{now}000"
    return {
        "X-HubSpot-Request-Timestamp": time,
        "X-HubSpot-Signature-v3": based(secret, b"POST" + URL.encode() + body + time.encode()),
    }


def _webflow(secret: str, body: bytes, now: int) -> Headers:
    time = f"{now}000"
    return {"x-webflow-timestamp": time, "x-webflow-signature": hexed(secret, time.encode() + b":" + body)}


def _slack(secret: str, body: bytes, now: int) -> Headers:
    text = b"v0:" + str(now).encode() + b":" + body
    return {"X-Slack-Request-Timestamp": str(now), "X-Slack-Signature": "v0=" + hexed(secret, text)}


def _zoho_crm(secret: str, body: bytes, now: int) -> Headers:
    text = f"{now}.n-1.".encode() + body
    return {"X-Zoho-Timestamp": str(now), "X-Zoho-Nonce": "n-1", "X-Zoho-Signature": hexed(secret, text)}


SENDERS: dict[str, Callable[[str, bytes, int], Headers]] = {
    "bitbucket": lambda secret, body, now: {"X-Hub-Signature": "sha256=" + hexed(secret, body)},
    "calendly": paired("Calendly-Webhook-Signature", "v1"),
    "facebook_leads": lambda secret, body, now: {"X-Hub-Signature-256": "sha256=" + hexed(secret, body)},
    "formstack": lambda secret, body, now: {"X-FS-Signature": "sha256=" + hexed(secret, body)},
    "github": lambda secret, body, now: {"X-Hub-Signature-256": "sha256=" + hexed(secret, body)},
    "hubspot": _hubspot,
    "hubspot_v1": lambda secret, body, now: {"X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest()},
    "hubspot_v2": lambda secret, body, now: {
        "X-HubSpot-Signature": hashlib.sha256(secret.encode() + b"POST" + URL.encode() + body).hexdigest()
    },
    "meta": lambda secret, body, now: {"X-Hub-Signature-256": "sha256=" + hexed(secret, body)},
    "netlify": lambda secret, body, now: {"X-Webhook-Signature": jwt(secret, body)},
    "notion": lambda secret, body, now: {"X-Notion-Signature": "sha256=" + hexed(secret, body)},
    "shopify": lambda secret, body, now: {"X-Shopify-Hmac-SHA256": based(secret, body)},
    "slack": _slack,
    "square": lambda secret, body, now: {"x-square-hmacsha256-signature": based(secret, URL.encode() + body)},
    "standard_webhooks": standard,
    "stripe": paired("Stripe-Signature", "v1"),
    "svix": lambda secret, body, now: standard(secret, body, now, "svix"),
    "tally": lambda secret, body, now: {"Tally-Signature": based(secret, body)},
    "typeform": lambda secret, body, now: {"Typeform-Signature": "sha256=" + based(secret, body)},
    "webflow": _webflow,
    "woocommerce": lambda secret, body, now: {"X-WC-Webhook-Signature": based(secret, body)},
    "wpforms": paired("X-WPForms-Webhook-Signature", "v"),
    "zoho_billing": lambda secret, body, now: {"X-Zoho-Webhook-Signature": hexed(secret, b"utma b" + body)},
    "zoho_crm": _zoho_crm,
    "zoho_payments": paired("X-Zoho-Webhook-Signature", "v", unit=1000),
}
TIMED = (
    "calendly",
    "hubspot",
    "slack",
    "standard_webhooks",
    "stripe",
    "svix",
    "webflow",
    "wpforms",
    "zoho_crm",
    "zoho_payments",
)
