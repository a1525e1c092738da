"""The requests senders really make: whose they are, and the answers in them, written from their notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapter.errors import Undecodable
from adapter.intake import auth, sources
from adapter.intake.decode import decode
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest, read_http_file
from adapter.intake.sources import SOURCES

GENERIC = "zapier"
WHOSE = {
    "forms/01-html-urlencoded": "form",
    "forms/03-html-multipart-file": "form",
    "forms/04-html-text-plain-enctype": "form",
    "forms/05-jotform-multipart": "jotform",
    "forms/06-typeform-form-response": "typeform",
    "forms/07-tally-form-response": "tally",
    "forms/09-google-forms-urlencoded": "google_forms",
    "forms/10-gravityforms-json-all-fields": "gravity_forms",
    "forms/13-wpforms-form-signed-over-json": "wpforms",
    "forms/14-cf7-to-webhook-json": "contact_form_7",
    "forms/15-elementor-simple": "elementor",
    "forms/16-elementor-advanced-data": "elementor",
    "forms/17-webflow-v2-form-submission": "webflow",
    "forms/19-netlify-forms-jws": "netlify",
    "forms/20-formstack-urlencoded-captured": "formstack",
    "forms/21-formstack-json": "formstack",
    "forms/22-wufoo-metadata": "wufoo",
    "forms/23-cognito-entry": "cognito",
    "forms/25-facebook-leadgen-handshake": "facebook_leads",
    "forms/26-facebook-leadgen": "facebook_leads",
    "forms/27-hubspot-app-webhook-v3": "hubspot",
    "forms/28-hubspot-workflow-webhook-v2": "hubspot",
    "forms/29-pipedrive-v1-updated-deal": "pipedrive",
    "forms/31-salesforce-outbound-message": "salesforce",
    "forms/32-freshsales-workflow-json": "freshsales",
    "forms/33-freshsales-workflow-broken-json": GENERIC,  # broken, and without the header of the one before
    "forms/34-shopify-orders-paid-real-bytes": "shopify",
    "forms/36-woocommerce-ping": "woocommerce",
    "forms/37-woocommerce-order-created": "woocommerce",
    "forms/38-calendly-v2-invitee-created": "calendly",
    "forms/39-calendly-v1-legacy": "calendly",
    "forms/40-stripe-charge-succeeded": "stripe",
    "forms/41-github-docs-vector": "github",
    "forms/42-standard-webhooks-test-vector": "standard_webhooks",
    "forms/43-standard-webhooks-contact-created": "standard_webhooks",
    "forms/44-wordpress-hookpress-user-register": GENERIC,  # a plugin without a row
    "forms/45-neg-tampered-body": "shopify",
    "forms/47-neg-signature-missing": GENERIC,  # two keys and no header
    "forms/48-edge-json-labelled-as-form": GENERIC,
    "forms/50-edge-utf8-bom-json": GENERIC,
    "forms/52-edge-empty-body-query-only": GENERIC,  # a pixel, no browser
    "zapier/20-make-json": "make",
    "zapier/21-make-json-raw-newline": "make",
    "zapier/23-make-post-query-only-brackets": "make",
    "zapier/30-n8n-json-keypair": "n8n",
    "zapier/32-n8n-multipart": "n8n",
    "zapier/34-n8n-get-query-brackets": "n8n",
    "zapier/40-activepieces-json": "activepieces",
    "zapier/41-activepieces-raw-becomes-json-string": "activepieces",
    "zapier/50-pipedream-json": "pipedream",
    "zapier/52-pipedream-form-brackets": "pipedream",
    "zapier/60-powerautomate-json": "power_automate",
    "zapier/62-powerautomate-multipart-wrapper-as-json": "power_automate",
    "zapier/70-ifttt-json-broken": GENERIC,  # no header of its own was found for these four
    "zapier/80-pabbly-json-mixed": GENERIC,
    "zapier/81-pabbly-blank-test-body": GENERIC,
    "zapier/85-albato-merge-method": "albato",
    "zapier/90-integrately-json": GENERIC,
    "zoho/01-crm-workflow-formdata-urlencoded": "zoho_crm",
    "zoho/02-crm-workflow-formdata-multipart": "zoho_crm",
    "zoho/03-crm-workflow-raw-json": "zoho_crm",
    "zoho/05-crm-workflow-raw-json-unescaped-quote": GENERIC,  # cannot be read, so its id is not seen
    "zoho/06-crm-workflow-empty-values-zoo": "zoho_crm",
    "zoho/07-crm-workflow-json-as-text-plain": "zoho_crm",
    "zoho/09-crm-workflow-get-url-params": "zoho_crm",
    "zoho/11-crm-workflow-put": "zoho_crm",
    "zoho/12-crm-workflow-delete": "zoho_crm",
    "zoho/13-crm-function-invokeurl-json-hmac": "zoho_crm",
    "zoho/15-crm-notification-update": "zoho_crm",
    "zoho/16-crm-notification-batch-insert": "zoho_crm",
    "zoho/17-books-default-payload-json": "zoho_books",
    "zoho/19-books-raw-json-template": GENERIC,  # every key was typed for another gateway
    "zoho/20-billing-signed": "zoho_billing",
    "zoho/21-inventory-salesorder-jsonstring": "zoho_inventory",
    "zoho/22-commerce-json-labelled-form": "zoho_commerce",
    "zoho/23-books-test-ping": "zoho_books",
    "zoho/25-forms-json": "zoho_forms",
    "zoho/27-flow-bigin-tag-whatsapp": "zoho_crm",  # Flow hands the record's id on; nothing else tells it from CRM
    "zoho/29-bigin-notification": "bigin",
    "zoho/30-campaigns-emailapi-unsubscribe": "zoho_campaigns",
    "zoho/31-recruit-form": "zoho_recruit",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "forms/05-jotform-multipart": {
        "nomeCompleto": "José Fábio Exemplo da Silva", "telefonecom": "81 900000559", "email": "jose.exemplo@example.com",
        "voceVeio": ["Recomeçar"],
    },
    "forms/06-typeform-form-response": {
        "And your *phone*?": "+34600000001", "phone": "+34600000001", "readable_ref_email": "laura@example.com",
        "Which city?": "London", "user_id": "abc123456",
    },
    "forms/07-tally-form-response": {
        "Phone number": "+32491223344", "Multiple choice": ["In progress"], "Checkboxes": ["Swimming", "Skiing"],
        "Checkboxes (Soccer)": False, "Dropdown": ["Hard"], "utm_campaign": "newsletter",
    },
    "forms/16-elementor-advanced-data": {"Nome": "Maria Teste", "tel": "11900007777", "email": "maria.teste@example.com"},
    "forms/17-webflow-v2-form-submission": {"First Name": "Zaphod", "Phone Number": 15550000000},
    "forms/19-netlify-forms-jws": {"phone": "+34600000001", "Name": "Kevin"},
    "forms/22-wufoo-metadata": {"Name": "Jane Smith", "First": "Jane", "Phone": "6000000001", "Interests": ["Demo"]},
    "forms/38-calendly-v2-invitee-created": {"WhatsApp number": "+34 600 000 001"},
    "forms/39-calendly-v1-legacy": {"Phone": "+1 555 010 0001"},
    "forms/42-standard-webhooks-test-vector": {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek"},
    "zoho/22-commerce-json-labelled-form": {"X-ZOHO-Event": "salesorder.delivered"},
}  # fmt: skip


def read(file: Path) -> tuple[RawRequest, Payload]:
    """A request and what it says; nothing where it cannot be decoded."""
    raw = read_http_file(file.read_bytes())
    try:
        return raw, decode(raw)
    except Undecodable:
        return raw, Payload({}, (), "empty")


def test_whose_each_request_is(corpus: Path) -> None:
    found = {f"{file.parent.name}/{file.stem}": sources.guess(*read(file)) for file in sorted(corpus.glob("*/*.http"))}
    assert found == {name: WHOSE.get(name, "zapier") for name in found}
    assert {name for name in found if name not in WHOSE} <= {name for name in found if "-zapier-" in name}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_found_under_the_words_people_used(corpus: Path, name: str) -> None:
    raw, payload = read(corpus / f"{name}.http")
    taken = sources.enrich(SOURCES[WHOSE[name]], raw, payload)
    assert {label: taken.data.get(label) for label in ANSWERS[name]} == ANSWERS[name]
    assert set(ANSWERS[name]) <= set(taken.received_keys) | set(payload.data)


def test_shopifys_captured_test_order_messages_nobody(corpus: Path) -> None:
    raw, payload = read(corpus / "forms" / "34-shopify-orders-paid-real-bytes.http")
    assert sources.test_traffic(SOURCES["shopify"], sources.enrich(SOURCES["shopify"], raw, payload))


def test_metas_handshake_of_the_corpus_is_answered(corpus: Path) -> None:
    raw, _ = read(corpus / "forms" / "25-facebook-leadgen-handshake.http")
    handshake = SOURCES["facebook_leads"].handshake
    assert handshake is not None
    reply = handshake(raw, [auth.TokenProof("test-verify-token", query="hub.verify_token")])
    assert reply is not None
    assert reply.body == "1158201444"
