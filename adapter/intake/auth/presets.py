"""How known senders sign, a row each. The rows lack a secret, so none of them matches as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.intake.auth.proofs import HmacProof, JwsProof


def _hmac(header: str, **more: object) -> HmacProof:
    return HmacProof("", header, **more)  # type: ignore[arg-type]


# Facts: docs.github.com "Validating webhook deliveries"; support.atlassian.com Bitbucket webhooks; developers.notion.com;
# typeform.com/developers/webhooks; tally.so/help/webhooks; shopify.dev "verify deliveries"; class-wc-webhook.php of
# woocommerce/woocommerce; developers.webflow.com "working with webhooks"; hookdeck/webhook-skills (calendly, stripe,
# formstack, facebook, hubspot); developers.hubspot.com "Validating requests"; WPForms Webhooks Process.php; standard-webhooks
# spec 1.0.0; docs.svix.com; api.slack.com "Verifying requests"; developer.squareup.com "Validate webhooks"; docs.netlify.com
# "Form notifications"; zoho.com/subscriptions/kb/webhooks/securing-webhooks.html and Zoho Payments' developer docs.
# The tolerances of WPForms and Zoho Payments are ours: neither names one. Zoho Billing's hash and encoding are inferred.
PRESETS: Final[Mapping[str, HmacProof | JwsProof]] = {
    "netlify": JwsProof(""),
}
