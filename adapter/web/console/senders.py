"""What to click in each sender: the pages of docs/sources in short, with the hook's own address in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from adapter.intake.sources import SOURCES


@dataclasses.dataclass(frozen=True, slots=True)
class Sender:
    """`page` is its page in docs/sources; `steps` may hold {url} (the address), {secret}, {address} (both in one);
    `longest` is the longest address it takes, `sample` what a request of it looks like."""

    page: str
    steps: tuple[str, ...]
    longest: int | None = None
    form: bool = False


_WORDPRESS: Final = "In the settings of the form, find its webhook (some plugins need an add-on for it)."
SENDERS: Final[Mapping[str, Sender]] = {
    "zapier": Sender("zapier", (
        "In your Zap add the action Webhooks by Zapier, event POST.",
        "URL: {url}",
        "Payload Type: Json. Data: a row for each value, left a name such as phone or first_name, right the field of an earlier step.",
        "Headers: left X-Hook-Token, right {secret}",
        "Press the test of the step: it sends a real request.",
    )),
    "zoho_crm": Sender("zoho_crm", (
        "Setup → Automation → Actions → Webhooks → Configure Webhook.",
        "Method POST. URL to Notify: {address}",
        "Body: Form-Data. Add a parameter for each value, left a name such as Mobile or First_Name, right the field of the record.",
        "Setup → Automation → Workflow Rules: choose when it fires, with this webhook as its instant action.",
        "Make it fire once with a record of your own. There is no test button.",
    ), longest=200, form=True),
    "form": Sender("form", (
        "In your page, let the form post here: <form method=\"post\" action=\"{address}\">",
        "Give the fields names: name, phone, message.",
        "Open the page, fill in the form with your own number, and send it.",
    ), form=True),
    "make": Sender("make", (
        "Add the HTTP module that makes a request.",
        "URL: {url}, Method: POST.",
        "Headers: X-Hook-Token with {secret}",
        "Body type: application/x-www-form-urlencoded, a row for each value. Parse response: yes.",
        "Run the module once.",
    ), form=True),
    "n8n": Sender("n8n", (
        "Add an HTTP Request node. Method: POST. URL: {url}",
        "Authentication: a Header Auth credential with the name X-Hook-Token and the value {secret}",
        "Send Body: JSON, a field for each value.",
        "Execute the node once.",
    )),
    "power_automate": Sender("power_automate", (
        "Add the action HTTP. Method: POST. URI: {url}",
        "Headers: Content-Type = application/json, X-Hook-Token = {secret}",
        "Body: JSON with the fields of earlier steps.",
        "Run the flow once.",
    )),
    "jotform": Sender("jotform", (
        "Form builder → Settings → Integrations → WebHooks.",
        "Paste {address} and complete the integration.",
        "Fill in the form once.",
    ), form=True),
    "typeform": Sender("typeform", (
        "Open the form, Connect → Webhooks → Add a webhook. Endpoint: {address}",
        "Edit it: paste {secret} into Secret.",
        "Switch it on, and fill in the form once.",
    )),
    "shopify": Sender("shopify", (
        "Settings → Notifications → Webhooks → Create webhook.",
        "Choose the event, Format: JSON, URL: {address}",
        "Note the secret that the page of webhooks shows: it is asked for in step 4.",
        "Send a test notification.",
    )),
    "woocommerce": Sender("woocommerce", (
        "WooCommerce → Settings → Advanced → Webhooks → Add webhook. Status: Active.",
        "Delivery URL: {address}",
        "Secret: {secret}",
        "Save, then change an order of your own.",
    )),
    "zoho_forms": Sender("zoho_forms", (
        "Open the form's builder, tab Integrations, Webhooks on the left, Configure Webhook.",
        "Webhook URL: {url}. Content-Type: application/json.",
        "Payload Parameters: choose the fields to send.",
        "Custom header: X-Hook-Token with {secret}",
        "Fill in the form once.",
    )),
    "zoho_books": Sender("zoho_books", (
        "Settings → Workflow Actions → Webhooks → New Webhook. Module: Invoice. Method: POST.",
        "URL: {url}",
        "Headers: X-Hook-Token with {secret}. Body: Default Payload.",
        "Settings → Workflow Rules → New Workflow Rule, with this webhook as its immediate action.",
        "Make it fire once with a record of your own.",
    )),
    "contact_form_7": Sender("wordpress", (_WORDPRESS, "Address: {address}", "Send the form once."), form=True),
    "wpforms": Sender("wordpress", (_WORDPRESS, "Address: {address}", "Send the form once.")),
    "gravity_forms": Sender("wordpress", (_WORDPRESS, "Address: {address}", "Send the form once.")),
    "elementor": Sender("wordpress", (_WORDPRESS, "Address: {address}", "Send the form once."), form=True),
}  # fmt: skip
_OTHER: Final = Sender("README", (
    "Find where {title} sends its data to an address of yours: a webhook, or an HTTP request. Method: POST.",
    "Address: {address}",
    "Body: JSON or a form, whichever it offers.",
    "Let it send one request.",
))  # fmt: skip
COMMON: Final = ("zapier", "zoho_crm", "form", "make", "n8n", "google_forms", "jotform", "shopify", "woocommerce")
"""The senders that are shown first."""


def sender_of(source: str) -> Sender:
    """What is known of a sender."""
    return SENDERS.get(source, _OTHER)


def steps_for(source: str, *, url: str, secret: str) -> list[str]:
    """The steps with the address and the secret in them."""
    values = {"url": url, "secret": secret, "address": f"{url}/{secret}", "title": SOURCES[source].title}
    found = []
    for step in sender_of(source).steps:
        text = step
        for key, value in values.items():
            text = text.replace(f"{{{key}}}", value)
        found.append(text)
    return found


def sample_of(source: str) -> tuple[str, bytes]:
    """(content type, body) of an example request, for who has no test request at hand."""
    if sender_of(source).form:
        return "application/x-www-form-urlencoded", b"First_Name=Asha&Mobile=%2B91+98765+43210&Order_Number=1001"
    return "application/json", (
        b'{"first_name": "Asha", "phone": "+91 98765 43210", "order_number": "1001", "message": "Is it in stock?"}'
    )
