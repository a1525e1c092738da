"""Zapier and its kind. Only one of these requests carries a phone, so most go to the shop's own phone."""

from __future__ import annotations

from typing import Final

from tests.corpus.case import (
    LIVE_TOKEN,
    OWNER,
    Case,
    Sent,
    broken,
    ignored,
    queued,
    refused,
    rejected,
)

CASES: Final[tuple[Case, ...]] = (
    # Zapier's own examples: three fields, no number. The sender's user is told what the hook looked for and what came.
    rejected(
        "zapier/01-zapier-post-form", "zapier_lead", "form",
        fields={"phone": "missing"}, says=("Phone Number", "first_name"), received_keys=("first_name", "last_name", "age"),
    ),
    queued(
        "zapier/01-zapier-post-form", "zapier_desk", "form",
        Sent("zapier_desk/Bryan Helmig", OWNER, "New lead: Bryan Helmig, 27"), again="new",
    ),
    queued(
        "zapier/11-zapier-post-xml-no-root", "zapier_desk_xml", "xml",
        Sent("zapier_desk_xml/Bryan Helmig", OWNER, "New lead: Bryan Helmig, 27"), repairs=("*:xml_root",),
    ),
    # The key has a trailing blank; a nested object was lost on the way (`nested=`); the line break survives.
    queued(
        "zapier/02-zapier-post-form-quirks", "zapier_order_form", "form",
        Sent(
            "zapier_order_form/A B", OWNER,
            "Zoë O’Neil (A B) ordered 3 × A and B, paid, to Köln.\nline1\nline2 😀\nWish: no wish.",
        ),
        repairs=("*:key_blanks",),
    ),
    # Line items are an object with the keys "0", "1". Money and dates are spelt as CLDR spells them in German, but with
    # a plain blank before the sign: a no-break one is not in an SMS's GSM alphabet.
    queued(
        "zapier/04-zapier-post-json-unflattened", "zapier_order", "json",
        Sent(
            "zapier_order/10045", OWNER,
            "Bestellung 10045 von Zoë O’Neil (Köln): 2 × A1, 1 × B2. Summe 1.299,50 €, 05.03.2026.",
        ),
        token="",
    ),
    # "1,299.50" is 1299.50; "Desk, oak,Lamp" must not become three titles of two articles.
    queued(
        "zapier/05-zapier-post-json-flat-no-unflatten", "zapier_order_flat", "json",
        Sent(
            "zapier_order_flat/10045", OWNER,
            "Order 10045 of Zoë O’Neil <zoe@example.com>: A1 + B2 (Desk, oak,Lamp), €1,299.50, paid.",
        ),
        token="", repairs=("*:key_blanks",),
    ),
    rejected(
        "zapier/07-zapier-post-json-wrapped-in-array", "zapier_lead", "json",
        fields={"phone": "missing"}, repairs=("*:one_element_array",), received_keys=("campaignId", "fullName", "email"),
    ),
    queued(
        "zapier/07-zapier-post-json-wrapped-in-array", "zapier_desk", "json",
        Sent("zapier_desk/Test Lead", OWNER, "New lead: Test Lead <test@example.com>, campaign 123456789"),
        repairs=("*:one_element_array",),
    ),
    # The password holds an umlaut; the wire is UTF-8 (RFC 7617).
    queued(
        "zapier/08-zapier-put-json-basic-auth", "zapier_status", "json",
        Sent("zapier_status/paid", OWNER, "An order is paid since Mar 5, 2026."), token="",
    ),
    queued(
        "zapier/09-zapier-custom-request-text-plain-json", "zapier_custom", "json",
        Sent("zapier_custom/Zoë", OWNER, "Zoë wants 2 × A1."), repairs=("*:content_type",),
    ),
    queued(
        "zapier/12-zapier-post-multipart-file", "zapier_file", "multipart",
        Sent("zapier_file/10045", OWNER, "Order 10045 (paid): Rechnung 7 – Köln.pdf"),
        repairs=("data:json_in_field", "data:wrapper_opened"),
    ),
    queued(
        "zapier/13-zapier-get-query", "zapier_get", "query",
        Sent("zapier_get/a+b@x.io", OWNER, "A & B <a+b@x.io>: x, y"),
    ),
    refused("zapier/13-zapier-get-query", "zapier_lead", says=("GET", "POST")),
    # Calls of an integration of one's own: no event for a customer. The contract has no subscriptions, so a hook either
    # leaves them out by a rule or says what it lacks.
    ignored("zapier/14-zapier-resthook-subscribe", "zapier_resthook", "json", token="", says=("subscription",)),
    rejected(
        "zapier/14-zapier-resthook-subscribe", "zapier_lead", "json",
        fields={"phone": "missing"}, received_keys=("target_url", "subscription_url", "event"),
    ),
    ignored("zapier/16-zapier-resthook-unsubscribe", "zapier_resthook", "json", token="", says=("unsubscribed",)),
    refused("zapier/16-zapier-resthook-unsubscribe", "zapier_lead", says=("DELETE", "POST")),
    # 1775720000 is 2026-04-09 07:33:20 UTC.
    queued(
        "zapier/15-zapier-post-json-everything-a-string", "zapier_task", "json",
        Sent(
            "zapier_task/884213", OWNER,
            "Pre Manager Financial Analysis (Acme GmbH, nobody): Not Started → In Progress, "
            "due Apr 10, 2026, updated Apr 9, 2026.",
        ),
    ),
    queued(
        "zapier/20-make-json", "make_order", "json",
        Sent("make_order/10045", OWNER, "Order 10045 of Zoë O’Neil (VIP): 2 × A1, Mar 5, 2026."), token="",
    ),
    # Three breaks; the raw line break alone would be rescued, the quotation marks behind it cannot be.
    broken(
        "zapier/21-make-json-raw-newline", "make_order", "line 2 column 9", "quotation mark", "Form-Data", token=LIVE_TOKEN,
    ),
    # 1725373350 is 2024-09-03 14:22:30 UTC.
    queued(
        "zapier/23-make-post-query-only-brackets", "make_scenario", "query",
        Sent("make_scenario/91503", OWNER, "netsuite (scenario 91503): bar and baz on Sep 3, 2024"),
    ),
    queued(
        "zapier/30-n8n-json-keypair", "n8n_order", "json",
        Sent("n8n_order/zoe@example.com", OWNER, "Zoë <zoe@example.com>: 2 × A1, €1,299.50, paid."),
    ),
    queued(
        "zapier/32-n8n-multipart", "n8n_upload", "multipart",
        Sent("n8n_upload/Zoë", OWNER, "Zoë (vip, b2b) sent Rechnung Nr. 7 – Köln.pdf (application/pdf)."),
    ),
    queued(
        "zapier/34-n8n-get-query-brackets", "n8n_get", "query",
        Sent("n8n_get/a+b@x.io", OWNER, "a+b@x.io: x, y on floor 1"),
    ),
    queued(
        "zapier/40-activepieces-json", "activepieces_order", "json",
        Sent("activepieces_order/Zoë", OWNER, "Zoë: 2 × A1, €1,299.50"),
    ),
    queued(
        "zapier/41-activepieces-raw-becomes-json-string", "activepieces_raw", "form",
        Sent("activepieces_raw/Zoë", OWNER, "Zoë takes 2"), repairs=("*:double_encoded",),
    ),
    queued(
        "zapier/50-pipedream-json", "pipedream_lead", "json",
        Sent("pipedream_lead/2", OWNER, "Zoë × 2, nothing more"),
    ),
    queued(
        "zapier/52-pipedream-form-brackets", "pipedream_lead", "form",
        Sent("pipedream_lead/1", OWNER, "Zoë × 1 (a/b), nothing more"),
    ),
    # Local time without a zone, seven decimals: it is meant in the hook's zone, and shown in it.
    queued(
        "zapier/60-powerautomate-json", "powerautomate_order", "json",
        Sent(
            "powerautomate_order/10045", OWNER, "Bestellung 10045 von Zoë O’Neil: 2 × A1, 05.03.2026, 08:30:00"
        ),
        token="",
    ),
    # +123456 is too short for any country's numbering plan. A header that carries data counts as a key.
    rejected(
        "zapier/62-powerautomate-multipart-wrapper-as-json", "powerautomate_whatsapp", "json",
        fields={"To": "+123456"}, repairs=("*:multipart_wrapper",), received_keys=("To", "file", "X-MS-Client-Tracking-Id"),
    ),
    broken("zapier/70-ifttt-json-broken", "ifttt_note", "line 1 column 30", "quotation mark", "Form-Data"),
    # Cologne's plan has such short numbers; "Yes, please" is a yes, "1" too.
    queued(
        "zapier/80-pabbly-json-mixed", "pabbly_lead", "json",
        Sent(
            "pabbly_lead/49221123", "49221123",
            "Hi Zoë O’Neil, thank you! Your budget: 5,000 - 10,000. We have your payment.",
        ),
        token="", repairs=("phone:*",),
    ),
    # Pabbly's test sends a blank body: a test of the sender, which must not look like a broken hook.
    ignored("zapier/81-pabbly-blank-test-body", "pabbly_lead", "empty", token=LIVE_TOKEN),
    queued(
        "zapier/85-albato-merge-method", "albato_status", "json",
        Sent("albato_status/10045", OWNER, "Order 10045 is paid."),
    ),
    queued(
        "zapier/90-integrately-json", "integrately_payment", "json",
        Sent("integrately_payment/zoe@example.com", OWNER, "Zoë O’Neil <zoe@example.com> paid €1,299.50."),
    ),
)  # fmt: skip
