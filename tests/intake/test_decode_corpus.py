"""The requests senders really make, read from `shared/corpus` beside the repository.

What each must give was taken from its notes and its raw bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapter.errors import Undecodable
from adapter.intake.decode import decode
from adapter.intake.request import RawRequest, read_http_file

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
MISSING = f"the corpus of raw requests is not at {CORPUS}"

Reach = dict[tuple[str | int, ...], Any]

ANSWERS: dict[str, tuple[str, Reach]] = {
    "forms/01-html-urlencoded": ("form", {("name",): "María Núñez", ("phone",): "+34 600 000 001", ("_gotcha",): ""}),
    "forms/03-html-multipart-file": (
        "multipart",
        {("phone",): "+351 910 000 002", ("attachment", "name"): "plano é.txt", ("attachment", "type"): "text/plain"},
    ),
    "forms/04-html-text-plain-enctype": ("text", {("phone",): "+34600000001", ("message",): "hi = there"}),
    "forms/05-jotform-multipart": (
        "multipart",
        {
            ("rawRequest", "q8_telefonecom", "area"): "81",
            ("q8_telefonecom", "phone"): "900000559",
            ("submissionID",): "6483681866127454931",
            ("formTitle",): "Formulário de Inscrição",
        },
    ),
    "forms/06-typeform-form-response": (
        "json",
        {
            ("form_response", "hidden", "user_id"): "abc123456",
            ("form_response", "answers", 3, "phone_number"): "+34600000001",
        },
    ),
    "forms/07-tally-form-response": (
        "json",
        {("data", "fields", 5, "value"): "+32491223344", ("data", "fields", 4, "value"): "alice@example.com"},
    ),
    "forms/09-google-forms-urlencoded": ("form", {("name",): "Ana Pérez", ("phone",): "600000001"}),
    "forms/10-gravityforms-json-all-fields": ("json", {("1.3",): "María", ("3",): "(600) 000-0001", ("5.2",): ""}),
    "forms/13-wpforms-form-signed-over-json": ("form", {("name",): "María Núñez", ("phone",): "+34600000001"}),
    "forms/14-cf7-to-webhook-json": ("json", {("tel-437",): "600000001", ("checkbox-12",): ["Demo", "Soporte"]}),
    "forms/15-elementor-simple": (
        "form",
        {("Teléfono / WhatsApp",): "600000001", ("Correo electrónico",): "maria@acme.example"},
    ),
    "forms/16-elementor-advanced-data": (
        "form",
        {
            ("fields[Telefone][value]",): "11900007777",
            ("fields", "Telefone", "value"): "11900007777",
            ("fields", "email", "type"): "email",
            ("form", "name"): "form conversao",
        },
    ),
    "forms/17-webflow-v2-form-submission": (
        "json",
        {("payload", "data", "Phone Number"): 15550000000, ("payload", "data", "First Name"): "Zaphod"},
    ),
    "forms/19-netlify-forms-jws": ("json", {("data", "phone"): "+34600000001", ("id",): "614d2b91e3695a1fb8eb52c5"}),
    "forms/20-formstack-urlencoded-captured": ("form", {("UniqueID",): "1500878955", ("FormID",): "6606394"}),
    "forms/21-formstack-json": ("json", {("Full Name:",): "Jane Smith", ("Phone",): "(600) 000-0001"}),
    "forms/22-wufoo-metadata": (
        "form",
        {
            ("Field4",): "6000000001",
            ("FieldStructure", "Fields", 1, "Title"): "Phone",
            ("FormStructure", "Hash"): "q1a2b3",
        },
    ),
    "forms/23-cognito-entry": (
        "json",
        {("Name", "FirstAndLast"): "Michael Example", ("Products", 1, "ProductName"): "Product 2 Name"},
    ),
    "forms/25-facebook-leadgen-handshake": (
        "query",
        {("hub.challenge",): "1158201444", ("hub", "challenge"): "1158201444"},
    ),
    "forms/26-facebook-leadgen": ("json", {("entry", 0, "changes", 1, "value", "leadgen_id"): "123123123124"}),
    "forms/27-hubspot-app-webhook-v3": ("json", {(1, "propertyValue"): "+34600000001", (0, "eventId"): 1}),
    "forms/28-hubspot-workflow-webhook-v2": ("json", {("properties", "phone", "value"): "+34600000001"}),
    "forms/29-pipedrive-v1-updated-deal": (
        "json",
        {("current", "person_name"): "Daniel Hardman", ("previous", "status"): "open"},
    ),
    "forms/31-salesforce-outbound-message": (
        "xml",
        {
            ("OrganizationId",): "00Do0000000e0vQEAQ",
            ("SessionId",): None,
            ("Notification", 0, "sObject", "Company"): "Example & Co",
            ("Notification", 1, "sObject", "MobilePhone"): "+34600000002",
        },
    ),
    "forms/32-freshsales-workflow-json": ("json", {("contact", "mobile_number"): "600000001"}),
    "forms/34-shopify-orders-paid-real-bytes": (
        "json",
        {
            ("id",): 820982911946154508,
            ("total_price",): "5.00",
            ("customer", "default_address", "phone"): "123-123-1234",
        },
    ),
    "forms/36-woocommerce-ping": ("form", {("webhook_id",): "17"}),
    "forms/37-woocommerce-order-created": (
        "json",
        {("billing", "phone"): "(555) 555-5555", ("line_items", 1, "sku"): "Bar3"},
    ),
    "forms/38-calendly-v2-invitee-created": (
        "json",
        {("payload", "name"): "Jane Example", ("payload", "questions_and_answers", 0, "answer"): "+34 600 000 001"},
    ),
    "forms/39-calendly-v1-legacy": (
        "json",
        {
            ("payload", "invitee", "name"): "Erik",
            ("payload", "questions_and_responses", "1_response"): "+1 555 010 0001",
        },
    ),
    "forms/40-stripe-charge-succeeded": (
        "json",
        {("data", "object", "receipt_email"): "user@example.com", ("data", "object", "amount"): 100},
    ),
    "forms/42-standard-webhooks-test-vector": ("json", {("test",): 2432232314}),
    "forms/43-standard-webhooks-contact-created": ("json", {("data", "phoneNumber"): "(281) 332-2575"}),
    "forms/44-wordpress-hookpress-user-register": (
        "form",
        {("user_email",): "test_user@example.com", ("topic",): "New Blog Users", ("api",): "key"},
    ),
    "forms/45-neg-tampered-body": ("json", {("phone",): "+34600000009"}),
    "forms/47-neg-signature-missing": ("json", {("phone",): "+34600000001"}),
    "forms/48-edge-json-labelled-as-form": ("json", {("name",): "Ana", ("phone",): "+34600000001"}),
    "forms/50-edge-utf8-bom-json": ("json", {("telefono",): "600000001", ("nested", "a.b"): 1}),
    "forms/52-edge-empty-body-query-only": ("query", {("name",): "Ana", ("phone",): "+34600000001"}),
    "zapier/01-zapier-post-form": ("form", {("first_name",): "Bryan", ("age",): "27"}),
    "zapier/02-zapier-post-form-quirks": (
        "form",
        {
            ("first_name",): "Zoë O’Neil",
            ("Full Name",): "A B",
            ("items",): ["A", "B"],
            ("note",): "line1\nline2 😀",
            ("addr", "city"): "Köln",
            ("addr__city",): "Köln",
            ("nested",): "",
        },
    ),
    "zapier/04-zapier-post-json-unflattened": (
        "json",
        {("customer", "address", "city"): "Köln", ("items", "1", "sku"): "B2", ("total",): "1299.50"},
    ),
    "zapier/05-zapier-post-json-flat-no-unflatten": (
        "json",
        {("customer__name",): "Zoë O’Neil", ("customer", "email"): "zoe@example.com", ("total",): "1,299.50"},
    ),
    "zapier/07-zapier-post-json-wrapped-in-array": ("json", {("email",): "test@example.com"}),
    "zapier/08-zapier-put-json-basic-auth": ("json", {("status",): "paid"}),
    "zapier/09-zapier-custom-request-text-plain-json": ("json", {("first_name",): "Zoë", ("items", 0, "qty"): 2}),
    "zapier/11-zapier-post-xml-no-root": ("xml", {("first_name",): "Bryan", ("age",): "27"}),
    "zapier/12-zapier-post-multipart-file": (
        "multipart",
        {("order_id",): "10045", ("data", "paid"): "True", ("file", "name"): "Rechnung 7 – Köln.pdf"},
    ),
    "zapier/13-zapier-get-query": ("query", {("email",): "a+b@x.io", ("name",): "A & B", ("tags",): ["x", "y"]}),
    "zapier/14-zapier-resthook-subscribe": ("json", {("event",): "invoice_created"}),
    "zapier/15-zapier-post-json-everything-a-string": ("json", {("taskId",): "884213", ("isHighPriority",): "false"}),
    "zapier/16-zapier-resthook-unsubscribe": ("json", {("hookId",): 8812}),
    "zapier/20-make-json": ("json", {("customer", "vip"): True, ("items", 0, "sku"): "A1"}),
    "zapier/23-make-post-query-only-brackets": ("query", {("foo",): ["bar", "baz"], ("foo[1]",): "baz"}),
    "zapier/30-n8n-json-keypair": ("json", {("customer", "name"): "Zoë", ("total",): "1299.5"}),
    "zapier/32-n8n-multipart": (
        "multipart",
        {("name",): "Zoë", ("tags",): ["vip", "b2b"], ("file", "name"): "Rechnung Nr. 7 – Köln.pdf"},
    ),
    "zapier/34-n8n-get-query-brackets": ("query", {("tags",): ["x", "y"], ("f", "a"): "1", ("email",): "a+b@x.io"}),
    "zapier/40-activepieces-json": ("json", {("name",): "Zoë", ("total",): "1299.50"}),
    "zapier/41-activepieces-raw-becomes-json-string": ("form", {("name",): "Zoë", ("qty",): "2"}),
    "zapier/50-pipedream-json": ("json", {("qty",): 2, ("nul",): None}),
    "zapier/52-pipedream-form-brackets": ("form", {("tags",): ["a", "b"], ("c", "d"): "1", ("e",): ""}),
    "zapier/60-powerautomate-json": ("json", {("order_id",): 10045, ("customer", "name"): "Zoë O’Neil"}),
    "zapier/62-powerautomate-multipart-wrapper-as-json": (
        "json",
        {("To",): "whatsapp:+123456", ("file", "name"): "fileName.png", ("file", "type"): "image/png"},
    ),
    "zapier/80-pabbly-json-mixed": (
        "json",
        {("what_is_your_budget?",): "5,000 - 10,000", ("custom_fields", "interested"): "Yes, please"},
    ),
    "zapier/81-pabbly-blank-test-body": ("empty", {(): {}}),
    "zapier/85-albato-merge-method": ("json", {("id",): "10045"}),
    "zapier/90-integrately-json": ("json", {("amount",): "1299.50"}),
    "zoho/01-crm-workflow-formdata-urlencoded": (
        "form",
        {("Mobile",): "+91 98765 43210", ("lead_id",): "5725767000003000010", ("Lead_Owner",): "Samson Fernandes"},
    ),
    "zoho/02-crm-workflow-formdata-multipart": (
        "multipart",
        {("Name",): "Ana Lucía Núñez", ("Phone",): "(555) 010-4567"},
    ),
    "zoho/03-crm-workflow-raw-json": ("json", {("mobile",): "+91 98765 43210", ("phone",): ""}),
    "zoho/06-crm-workflow-empty-values-zoo": ("json", {("phone",): "9876543210.0", ("lead_source",): "-None-"}),
    "zoho/07-crm-workflow-json-as-text-plain": ("json", {("phone",): "919876543210", ("name",): "प्रिया"}),
    "zoho/09-crm-workflow-get-url-params": ("query", {("phone",): " 919876543210", ("name",): "Asha Menon"}),
    "zoho/11-crm-workflow-put": ("json", {("mobile",): "+44 7700 900123"}),
    "zoho/12-crm-workflow-delete": ("query", {("zoho_id",): "5725767000003000010", ("module",): "Leads"}),
    "zoho/13-crm-function-invokeurl-json-hmac": ("json", {("opener_name",): "Asha Menon"}),
    "zoho/15-crm-notification-update": (
        "json",
        {("server_time",): 1718115953625, ("affected_values", 0, "values", "Mobile"): "123456789"},
    ),
    "zoho/16-crm-notification-batch-insert": (
        "json",
        {
            ("ids", 1): "5725767000003000020",
            ("affected_values", 0, "values", "field71"): "商談中(B)",
            ("key1",): "val1",
        },
    ),
    "zoho/17-books-default-payload-json": (
        "json",
        {
            ("invoice", "customer_name"): "Tom & Co <Mumbai>",
            ("invoice", "contact_persons_details", 0, "mobile"): "+91-9876543210",
        },
    ),
    "zoho/19-books-raw-json-template": (
        "json",
        {("recipient", 0, "phone"): "+91-9876543210", ("event",): "invoice.created"},
    ),
    "zoho/20-billing-signed": ("json", {("event_id",): "5675", ("name",): "basic"}),
    "zoho/21-inventory-salesorder-jsonstring": (
        "form",
        {
            ("salesorder", "salesorder_id"): 4600000000000391297,
            ("JSONString", "type"): "new",
            ("organization_id",): "10234695",
        },
    ),
    "zoho/22-commerce-json-labelled-form": (
        "json",
        {("salesorder", "phone"): "+1 555-010-4567", ("salesorder", "note"): "50% off & more = good"},
    ),
    "zoho/23-books-test-ping": ("json", {("payload",): ""}),
    "zoho/25-forms-json": ("json", {("Name", "Name_First"): "Asha", ("Checkbox",): ["Loans", "Insurance"]}),
    "zoho/27-flow-bigin-tag-whatsapp": ("json", {("Phone",): "+8801712345678", ("Tag", 1, "name"): "CWOS"}),
    "zoho/29-bigin-notification": ("json", {("ids", 0): "912345000000123001"}),
    "zoho/30-campaigns-emailapi-unsubscribe": (
        "json",
        {("contact_id",): 1314909000000070001, ("data", 0, "rcpt_additional_data", "phone"): "+919876543210"},
    ),
    "zoho/31-recruit-form": ("form", {("name",): "D&#39;Souza, Neil", ("mobile",): "098201-23456"}),
}

REFUSED: dict[str, str] = {
    "forms/33-freshsales-workflow-broken-json": "line 1 column 21",
    "forms/41-github-docs-vector": "line 1 column 1",
    "zapier/21-make-json-raw-newline": "line 2 column 9",
    "zapier/70-ifttt-json-broken": "line 1 column 30",
    "zoho/05-crm-workflow-raw-json-unescaped-quote": "line 1 column 49",
}


def request(name: str) -> RawRequest:
    file = CORPUS / f"{name}.http"
    if not file.is_file():
        pytest.skip(MISSING if not CORPUS.is_dir() else f"{name} is not in the corpus")
    return read_http_file(file.read_bytes())


def reached(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


@pytest.mark.parametrize("name", ANSWERS)
def test_it_reads_what_senders_really_send(name: str) -> None:
    decoded_as, reach = ANSWERS[name]
    payload = decode(request(name))
    assert payload.decoded_as == decoded_as
    assert {path: reached(payload.data, path) for path in reach} == reach


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_what_templates_broke(name: str) -> None:
    with pytest.raises(Undecodable, match=REFUSED[name]):
        decode(request(name))


def test_no_request_of_the_corpus_brings_anything_but_undecodable() -> None:
    if not CORPUS.is_dir():
        pytest.skip(MISSING)
    files = sorted(CORPUS.glob("*/*.http"))
    assert files
    for file in files:
        name = f"{file.parent.name}/{file.stem}"
        if name not in REFUSED:
            assert decode(read_http_file(file.read_bytes())).decoded_as, name
