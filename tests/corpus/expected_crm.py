"""CRMs, shops, payments and calendars, and what must not pass."""

from __future__ import annotations

from typing import Final

from tests.corpus.case import OWNER, Case, Sent, broken, handshake, ignored, queued, rejected, unauthenticated

ANA: Final = "34600000001"
# What Salesforce takes for a yes (facts on outbound messages); anything else is repeated for a day.
SOAP_YES: Final = ("http://soap.sforce.com/2005/09/outbound", "<Ack>true</Ack>", "Envelope")

CASES: Final[tuple[Case, ...]] = (
    handshake(
        "forms/25-facebook-leadgen-handshake", "facebook_leads",
        says=("1158201444",), headers={"content-type": "text/plain"},
    ),
    # Ids only, no number: each of the two leads says so. The hook asks for 200, because Meta repeats anything else.
    rejected("forms/26-facebook-leadgen", "facebook_leads", "json", token="", status=200, faults={0: "missing", 1: "missing"}),
    queued(
        "forms/26-facebook-leadgen", "facebook_desk", "json",
        Sent("facebook_desk/123123123123", OWNER, "New lead 123123123123 on form 12312312312."),
        Sent("facebook_desk/123123123124", OWNER, "New lead 123123123124 on form 12312312312."),
        token="", again="duplicate",
    ),
    # Two events: a contact was created (no number), and its phone changed.
    queued(
        "forms/27-hubspot-app-webhook-v3", "hubspot_changes", "json",
        Sent("hubspot_changes/123", ANA, "We have noted your new number."), token="", signed="hubspot", again="duplicate",
    ),
    queued(
        "forms/27-hubspot-app-webhook-v3", "hubspot_all", "json",
        Sent("hubspot_all/123", ANA, "Your number is on file now."), token="", signed="hubspot", faults={0: "missing"},
    ),
    queued(
        "forms/28-hubspot-workflow-webhook-v2", "hubspot_workflow", "json",
        Sent("hubspot_workflow/3234574", ANA, "Hola María, ¡bienvenido!"), token="", signed="hubspot_v2", again="new",
    ),
    rejected(
        "forms/29-pipedrive-v1-updated-deal", "pipedrive_person", "json",
        token="", fields={"current.phone[?primary].value | [0]": "missing"},
    ),
    queued(
        "forms/29-pipedrive-v1-updated-deal", "pipedrive_deal", "json",
        Sent("pipedrive_deal/49", OWNER, "Won: Pearson - Hardman deal, $4,000.00, Daniel Hardman"),
        token="", again="duplicate",
    ),
    queued(
        "forms/31-salesforce-outbound-message", "salesforce_leads", "xml",
        Sent("salesforce_leads/00Q1N00000bS2eOUAS", ANA, "Hola Carlos (Example & Co), ¡gracias!"),
        Sent("salesforce_leads/00Q1N00000bS2ePUAS", "34600000002", "Hola Ana (tu empresa), ¡gracias!"),
        token="", says=SOAP_YES, headers={"content-type": "xml"}, again="duplicate",
    ),
    queued(
        "forms/32-freshsales-workflow-json", "freshsales_deal", "json",
        Sent("freshsales_deal/16000123456", ANA, "Hola María, ¡gracias por «ACME renewal» (€1,200.00)!"),
        token="", repairs=("phone:national_number",),
    ),
    broken(
        "forms/33-freshsales-workflow-broken-json", "freshsales_deal",
        "line 1 column 21", "first_name", "quotation mark", "Form-Data",
    ),
    # Shopify's own test order: nobody is written to, whatever it holds. Its secret is not known, so it is signed anew;
    # with the signature it came with it is a stranger's.
    ignored("forms/34-shopify-orders-paid-real-bytes", "shopify_paid", "json", token="", signed="shopify", says=("test",)),
    unauthenticated("forms/34-shopify-orders-paid-real-bytes", "shopify_paid"),
    unauthenticated("forms/45-neg-tampered-body", "shopify_paid"),
    unauthenticated("forms/47-neg-signature-missing", "shopify_paid"),
    # Unsigned, and must be answered 200 when the shop saves its webhook.
    handshake("forms/36-woocommerce-ping", "woocommerce_order"),
    # (555) 555-5555 is nobody's number.
    rejected(
        "forms/37-woocommerce-order-created", "woocommerce_order", "json",
        token="", fields={"billing.phone": "(555) 555-5555"},
    ),
    queued(
        "forms/37-woocommerce-order-created", "woocommerce_desk", "json",
        Sent(
            "woocommerce_desk/727", OWNER,
            "Order 727 by John Doe: $29.35, 2 lines (Woo Single #1, …), to be packed.",
        ),
        token="", again="duplicate",
    ),
    # 10:30 UTC is 16:00 in India, the hook's zone.
    queued(
        "forms/38-calendly-v2-invitee-created", "calendly_booking", "json",
        Sent(
            "calendly_booking/34600000001", ANA, "Hi Jane Example, see you at our Discovery Call on 18 Apr 2025, 16:00."
        ),
        token="", again="duplicate",
    ),
    rejected(
        "forms/39-calendly-v1-legacy", "calendly_booking", "json",
        fields={'payload.questions_and_responses."1_response"': "+1 555 010 0001"},
    ),
    queued(
        "forms/39-calendly-v1-legacy", "calendly_desk", "json",
        Sent(
            "calendly_desk/Erik", OWNER,
            "Erik (+1 555 010 0001): 15 Minute Meeting, 09:30am - Wednesday, October 9, 2019",
        ),
    ),
    rejected(
        "forms/40-stripe-charge-succeeded", "stripe_customer", "json",
        token="", fields={"data.object.billing_details.phone": "missing"},
    ),
    # One of two v1 signatures is right; a hundred cents are one Australian dollar.
    queued(
        "forms/40-stripe-charge-succeeded", "stripe_desk", "json",
        Sent("stripe_desk/ch_000000000000000000000000", OWNER, "user@example.com paid $1.00 (ch_000000000000000000000000)"),
        token="", again="duplicate",
    ),
    # GitHub's published vector: the signature is right, the body is no JSON.
    broken("forms/41-github-docs-vector", "github_push", "line 1 column 1", token=""),
    rejected(
        "forms/42-standard-webhooks-test-vector", "standard_contact", "json",
        token="", fields={"data.phoneNumber": "missing"}, received_keys=("test", "webhook-id"),
    ),
    # 281 is a Houston area code.
    queued(
        "forms/43-standard-webhooks-contact-created", "standard_contact", "json",
        Sent("standard_contact/12813322575", "12813322575", "Hi John, you are on our list."),
        token="", repairs=("phone:national_number",), again="duplicate",
    ),
)  # fmt: skip
