"""What must come of each request in `requests/`, written from the request and its sender's description."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from adapter.intake.request import RawRequest, read_http_file

REQUESTS: Final = Path(__file__).parent / "requests"
SECRET: Final = "whsec_YSBrZXkgb2YgdHdlbnR5LWZvdXIgYnl0"
NOW: Final = 1772703000.0  # 2026-03-05T09:30:00Z, in every timestamp that is signed


@dataclasses.dataclass(frozen=True)
class Expected:
    """`reach`: what stands at these keys or paths of the enriched payload, `item` being the first event of a batch.
    `event` is the event id; `told` is False where nothing tells this sender from another, and `preset` another proof
    than its row's. `is_test` and `is_handshake` say that nobody is messaged."""

    reach: Mapping[str, Any]
    event: tuple[str, ...] | None = None
    told: bool = True
    signed: bool = False
    preset: str | None = None
    is_test: bool = False
    is_handshake: bool = False


def request(name: str) -> RawRequest:
    """A request of ours by the name of its file."""
    return read_http_file((REQUESTS / f"{name}.http").read_bytes())


NAME, PHONE = "Meera Iyer", "+919876543210"

EXPECTED: Final[dict[str, Expected]] = {
    # Automation tools
    "zapier": Expected({"customer.name": NAME, "customer__phone": "098765 43210", "total": "1,299.50", "coupon": "{{123456789__coupon}}"}),
    "zapier-put": Expected({"Full Name": NAME, "Mobile": "+91 98765 43210", "items": ["A", "B"]}),
    "make": Expected({"name": NAME, "phone": "{{1.phone}}", "mobile": "+91 98765 43210"}),
    "n8n": Expected({"customer.name": NAME, "customer.phone": PHONE}),
    "power_automate": Expected({
        "customer.name": NAME, "customer.phone": "+91 98765 43210", "note": "@{triggerBody()?['note']}",
        "X-MS-Client-Tracking-Id": "08584364645550690000000000000CU20",
    }),
    "pabbly": Expected({"full_name": NAME, "phone": "+91 98765 43210"}, told=False),
    "pabbly-test": Expected({"@": {}}, told=False, is_test=True),
    "activepieces": Expected({"name": NAME, "phone": PHONE}),
    "pipedream": Expected({"name": NAME, "contact.phone": PHONE, "tags": ["a", "b"]}),
    "ifttt": Expected({"title": NAME, "phone": PHONE}, told=False),
    "albato": Expected({"name": NAME, "phone": "919876543210"}),
    "integrately": Expected({"name": NAME, "phone": "+91 98765 43210"}, told=False),
    # Zoho. A record's id is no event id.
    "zoho_crm-workflow": Expected({"First_Name": "Meera", "Mobile": "+91 98765 43210", "Lead_Source": "-None-", "Fax": "${Leads.Fax}"}),
    "zoho_crm-deluge": Expected({"name": NAME, "mobile": "098765 43210"}, signed=True),
    "zoho_crm-notification": Expected(
        {"affected_values[0].values.Mobile": "9876543210"},
        event=("3000000068001", "Leads", "update", '["6201234000000451007","6201234000000451008"]', "1772703000123"),
    ),
    "bigin": Expected(
        {"affected_values[0].values.Mobile": "9876543210"},
        event=("4000000068001", "Contacts", "insert", '["712345000000123001"]', "1772703000456"),
    ),
    "zoho_recruit": Expected({"name": NAME, "mobile": "098765-43210", "fax": "${Unsupported_Field}"}),
    "zoho_forms": Expected({"Name.Name_First": "Meera", "PhoneNumber": PHONE, "Dropdown": "-Select-"}),
    "zoho_flow": Expected({"Name": NAME, "Phone": PHONE}, told=False),
    "zoho_creator": Expected({"record": NAME, "Mobile": PHONE}, told=False),
    "zoho_books": Expected({"invoice.customer_name": NAME, "invoice.contact_persons_details[0].mobile": "+91-9876543210"}),
    "zoho_books-ping": Expected({"payload": ""}, is_test=True),
    "zoho_inventory": Expected({"salesorder.customer_name": NAME, "salesorder.phone": "+91-9876543210", "organization_id": "10234000"}),
    "zoho_invoice": Expected({"name": NAME, "phone": "+91-9876543210", "event": "invoice.sent"}, told=False),
    "zoho_billing": Expected(
        {"data.payment.customer_name": NAME, "data.payment.mobile": "+91-9876543210", "plan": "basic"},
        event=("782000000091003",), signed=True,
    ),
    "zoho_commerce": Expected({"salesorder.customer_name": NAME, "salesorder.phone": "+91 98765-43210", "X-ZOHO-Event": "salesorder.delivered"}),
    "zoho_payments": Expected({"payment.receipt_name": NAME, "payment.phone": PHONE}, signed=True),
    "zoho_desk": Expected(
        {"item.payload.contact.lastName": "Iyer", "item.payload.phone": "+91 98765 43210"},
        event=("60001", "Ticket_Update", "7101000000222001", "2026-03-05T09:30:00.000Z"),
    ),
    "zoho_campaigns": Expected({"contact_email": "meera@example.com", "data[0].rcpt_additional_data.phone": PHONE}),
    # Forms
    "form": Expected({"name": NAME, "phone": "+91 98765 43210", "message": "Hello,\r\nwhat does it cost?"}),
    "form-file": Expected({"name": NAME, "phone": "+91 98765 43210", "plan.name": "plan.txt"}),
    "form-lines": Expected({"name": NAME, "phone": PHONE, "message": "hi = there"}),
    "jotform": Expected(
        {
            "fullName": NAME, "fullName3": NAME, "phoneNumber": "098765 43210", "mobile": "(098) 765-43210",
            "whatsapp": "+91 98765 43210", "when": "2026-03-05", "topics": ["Demo", "Prices"],
            "q4_phoneNumber.phone": "43210",
        },
        event=("6512345678901234567",),
    ),
    "typeform": Expected(
        {
            "What is your name?": NAME, "name": NAME, "Your WhatsApp number": PHONE, "phone": PHONE, "city": "Pune",
            "What may we show you?": ["Demo", "Prices", "Support"], "budget": "not yet", "campaign": "spring",
        },
        event=("01TYPEFORMEVENT",), signed=True,
    ),
    "tally": Expected(
        {
            "Your name": NAME, "Phone number": PHONE, "City": ["Pune"], "Topics": ["Demo", "Prices"], "Topics (Demo)": True,
            "Plan": ["https://files.example.com/plan.pdf"], "When": {"Call me": ["Morning"]},
        },
        event=("0c9e6d0e-0000-4000-8000-000000000001",), signed=True,
    ),
    "google_forms": Expected({"Your name": [NAME], "Phone": ["098765 43210"]}),
    "google_forms-list": Expected({"Your name": NAME, "Phone": "098765 43210", "Interests": ["Demo", "Prices"]}),
    "gravity_forms": Expected({"1.3": "Meera", "3": "(098) 765-43210"}, event=("5", "135")),
    "wpforms": Expected({"name": NAME, "phone": PHONE, "X-WPForms-Webhook-Id": "3"}, signed=True),
    "contact_form_7": Expected({"your-name": NAME, "tel-437": "09876543210"}),
    "elementor": Expected({"Name": NAME, "Phone / WhatsApp": "098765 43210"}),
    "elementor-advanced": Expected({
        "Your name": NAME, "name": NAME, "WhatsApp": "098765 43210", "field_161ea60": "098765 43210", "tel": "098765 43210",
        "email": "meera@example.com", "Page URL": "https://www.example.com/contact/", "fields.name.value": NAME,
    }),
    "webflow": Expected(
        {"First Name": "Meera", "Phone Number": 919876543210, "Bok．nr．": "12", "Bok.nr.": "12"},
        event=("6321ca84df3949bfc6750001",), signed=True,
    ),
    "netlify": Expected(
        {"name": NAME, "phone": "+91 98765 43210", "Your phone": "+91 98765 43210", "city": "Pune", "X-Netlify-Event": "submission_created"},
        event=("614d2b91e3695a1fb8eb0001",), signed=True,
    ),
    "formstack": Expected({"Full Name:": NAME, "Phone": "(098) 765-43210"}, event=("6600001", "1500870001"), signed=True),
    "wufoo": Expected(
        {
            "Name": NAME, "First": "Meera", "Last": "Iyer", "Phone": "9876543210", "Interests": ["Demo"],
            "Plan": "https://example.wufoo.example/cabinet/plan.pdf", "Field4": "9876543210",
        },
        event=("q1a2b4", "42"),
    ),
    "cognito": Expected({"Name.FirstAndLast": NAME, "Phone": "(098) 765-43210"}, event=("1-6", "4")),
    "fillout": Expected(
        {"Your name": NAME, "WhatsApp": PHONE, "utm_source": "mail"}, event=("0f2c1a0e-0000-4000-8000-000000000001",)
    ),
    # Lead ads and CRMs
    "facebook_leads": Expected({"item.value.leadgen_id": "900000000001", "object": "page"}, event=("900000000001",), signed=True),
    "facebook_leads-fetched": Expected(
        {"full_name": NAME, "phone_number": PHONE, "topics": ["demo", "prices"], "item.id": "900000000001"},
        signed=True, told=False,
    ),
    "facebook_leads-handshake": Expected({"hub.challenge": "1158201499"}, is_handshake=True),
    "hubspot": Expected({"item.objectId": 223}, event=("72515", "22345", "11"), signed=True),
    "hubspot-workflow": Expected(
        {"properties.firstname.value": "Meera", "properties.phone.value": PHONE, "item.vid": 4234574}, signed=True, preset="hubspot_v2"
    ),
    "pipedrive": Expected(
        {"data.name": NAME, "data.phones[0].value": PHONE},
        event=("520001", "person", "5f0a1f5e-0000-4000-8000-000000000001", "2.0"),
    ),
    "pipedrive-v1": Expected(
        {"current.name": NAME, "current.phone[0].value": PHONE}, event=("520001", "person", "49", "1772703000829509")
    ),
    "salesforce": Expected({"item.sObject.FirstName": "Meera", "item.sObject.MobilePhone": PHONE}, event=("04l1N00000HVEM01QAP",)),
    "salesforce-single": Expected({"item.sObject.FirstName": "Meera", "item.sObject.MobilePhone": PHONE}, event=("04l1N00000HVEM03QAP",)),
    "freshsales": Expected({
        "contact.first_name": "Meera", "contact.mobile_number": "09876543210", "contact.work_number": "{{contact.work_number}}",
    }),
    # Shops and services
    "shopify": Expected(
        {
            "customer.first_name": "Meera", "shipping_address.phone": "098765 43210", "WhatsApp": "+91 98765 43210",
            "name": "#1042", "X-Shopify-Topic": "orders/paid", "X-Shopify-Shop-Domain": "example.myshopify.com",
        },
        event=("5f0a1f5e-0000-4000-8000-000000000002",), signed=True,
    ),
    "shopify-test": Expected(
        {"customer.first_name": "Meera", "test": True}, event=("5f0a1f5e-0000-4000-8000-000000000002",), signed=True, is_test=True
    ),
    "woocommerce": Expected(
        {
            "billing.first_name": "Meera", "billing.phone": "(098) 765-43210", "_billing_whatsapp": "+91 98765 43210",
            "X-WC-Webhook-Topic": "order.created", "_settings": None,
        },
        event=("order.created", "728", "2026-03-05T09:29:58"), signed=True,
    ),
    "woocommerce-ping": Expected({"webhook_id": "17"}, is_handshake=True),
    "calendly": Expected(
        {"payload.name": NAME, "WhatsApp number": "+91 98765 43210"},
        event=("invitee.created", "https://api.calendly.com/scheduled_events/e1/invitees/i1"), signed=True,
    ),
    "calendly-v1": Expected({"payload.invitee.name": NAME, "Phone": "+91 98765 43210"}, event=("invitee.created", "CAKC4VS3EYZXAI01")),
    "stripe": Expected(
        {"data.object.customer_details.name": NAME, "data.object.customer_details.phone": PHONE},
        event=("evt_0000000000000000000001",), signed=True,
    ),
    "github": Expected(
        {"sender.login": "meera", "X-GitHub-Event": "issues"}, event=("72d3162e-cc78-11e3-81ab-4c9367dc0001",), signed=True
    ),
    "github-ping": Expected(
        {"zen": "Keep it simple."}, event=("72d3162e-cc78-11e3-81ab-4c9367dc0002",), signed=True, is_test=True
    ),
    "standard_webhooks": Expected(
        {"data.fullName": NAME, "data.phoneNumber": "+91 98765 43210", "webhook-id": "msg_0001"}, event=("msg_0001",), signed=True
    ),
    "standard_webhooks-svix": Expected(
        {"data.fullName": NAME, "data.phoneNumber": "+91 98765 43210", "svix-id": "msg_0002"},
        event=("msg_0002",), signed=True, preset="svix",
    ),
}  # fmt: skip
