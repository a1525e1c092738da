"""How known senders sign, a row each. The rows lack a secret, so none of them matches as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.intake.auth.proofs import HmacProof, JwsProof


def _body(header: str, encoding: str, prefix: str = "") -> HmacProof:
    return HmacProof("", header, encoding=encoding, prefix=prefix)


def _pairs(header: str, signature: str, tolerance: float = 300.0, body: str = "{body}", unit: str = "s") -> HmacProof:
    return HmacProof(
        "",
        header,
        signed="{timestamp}." + body,
        grammar="pairs",
        signature_pair=signature,
        timestamp_pair="t",
        tolerance=tolerance,
        unit=unit,
    )


def _standard(name: str) -> HmacProof:
    return HmacProof(
        "",
        f"{name}-signature",
        encoding="base64",
        prefix="v1,",
        signed="{id}.{timestamp}.{body}",
        grammar="list",
        timestamp_header=f"{name}-timestamp",
        id_header=f"{name}-id",
        key_encoding="base64",
    )


def _timed(
    header: str, timestamp: str, signed: str, *, unit: str = "s", encoding: str = "hex", prefix: str = ""
) -> HmacProof:
    return HmacProof("", header, encoding=encoding, prefix=prefix, signed=signed, timestamp_header=timestamp, unit=unit)


def _digest(header: str, signed: str) -> HmacProof:
    return HmacProof("", header, signed=signed, kind="digest")


# Sources: docs.github.com "Validating webhook deliveries"; support.atlassian.com "Manage webhooks";
# developers.notion.com "Webhooks"; typeform.com/developers/webhooks; tally.so/help/webhooks; shopify.dev "Verify
# deliveries"; class-wc-webhook.php of woocommerce/woocommerce; developers.webflow.com "Working with webhooks";
# hookdeck/webhook-skills (Calendly, Stripe, Formstack, Meta); developers.hubspot.com "Validating requests";
# Process.php of the WPForms Webhooks add-on; the Standard Webhooks spec 1.0.0; docs.svix.com; api.slack.com
# "Verifying requests"; developer.squareup.com "Validate webhooks"; docs.netlify.com "Form notifications";
# zoho.com/subscriptions/kb/webhooks/securing-webhooks.html (Billing and Books; HMAC-SHA256 in hex is inferred);
# zohohelp.com Payments. WPForms and Zoho Payments name no tolerance: 300 s is ours. Zoho CRM signs nothing: the preset
# is the contract of a Deluge function that does, with zoho.encryption.hmacsha256(secret, data, "hex").
PRESETS: Final[Mapping[str, HmacProof | JwsProof]] = {
    "bitbucket": _body("X-Hub-Signature", "hex", "sha256="),
    "calendly": _pairs("Calendly-Webhook-Signature", "v1", tolerance=180.0),
    "facebook_leads": _body("X-Hub-Signature-256", "hex", "sha256="),
    "formstack": HmacProof("", "X-FS-Signature", prefix="sha256=", prefix_optional=True),
    "github": _body("X-Hub-Signature-256", "hex", "sha256="),
    "hubspot": _timed(
        "X-HubSpot-Signature-v3",
        "X-HubSpot-Request-Timestamp",
        "{method}{url}{body}{timestamp}",
        unit="ms",
        encoding="base64",
    ),
    "hubspot_v1": _digest("X-HubSpot-Signature", "{secret}{body}"),
    "hubspot_v2": _digest("X-HubSpot-Signature", "{secret}{method}{url}{body}"),
    "meta": _body("X-Hub-Signature-256", "hex", "sha256="),
    "netlify": JwsProof(""),
    "notion": _body("X-Notion-Signature", "hex", "sha256="),
    "shopify": _body("X-Shopify-Hmac-SHA256", "base64"),
    "slack": _timed("X-Slack-Signature", "X-Slack-Request-Timestamp", "v0:{timestamp}:{body}", prefix="v0="),
    "square": HmacProof("", "X-Square-HmacSha256-Signature", encoding="base64", signed="{url}{body}"),
    "standard_webhooks": _standard("webhook"),
    "stripe": _pairs("Stripe-Signature", "v1"),
    "svix": _standard("svix"),
    "tally": _body("Tally-Signature", "base64"),
    "typeform": _body("Typeform-Signature", "base64", "sha256="),
    "webflow": _timed("X-Webflow-Signature", "X-Webflow-Timestamp", "{timestamp}:{body}", unit="ms"),
    "woocommerce": HmacProof("", "X-WC-Webhook-Signature", encoding="base64", html_decode_secret=True),
    "wpforms": _pairs("X-WPForms-Webhook-Signature", "v", body="{wpforms_body}"),
    "zoho_billing": HmacProof("", "X-Zoho-Webhook-Signature", signed="{zoho_text}"),
    "zoho_crm": HmacProof(
        "",
        "X-Zoho-Signature",
        signed="{timestamp}.{id}.{body}",
        timestamp_header="X-Zoho-Timestamp",
        id_header="X-Zoho-Nonce",
    ),
    "zoho_payments": _pairs("X-Zoho-Webhook-Signature", "v", unit="ms"),
}
