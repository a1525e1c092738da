"""Zoho's products."""

from __future__ import annotations

from typing import Final

from tests.corpus.case import OWNER, Case, Sent, broken, ignored, queued, rejected

ASHA: Final = "919876543210"

CASES: Final[tuple[Case, ...]] = (
    queued(
        "zoho/01-crm-workflow-formdata-urlencoded", "zoho_form_lead", "form",
        Sent(
            "zoho_form_lead/5725767000003000010", ASHA, "Hi Asha, Samson will call you about our Facebook offer."
        ),
        token="", repairs=("phone:*",), again="duplicate",
    ),
    # 555-01xx is for films; the rest of the number's form is right, so the country (US) was understood.
    rejected(
        "zoho/02-crm-workflow-formdata-multipart", "zoho_body_token", "multipart",
        token="", fields={"Phone": "(555) 010-4567"}, received_keys=("lead_id", "Name", "Phone", "template"),
    ),
    queued(
        "zoho/02-crm-workflow-formdata-multipart", "zoho_call_list", "multipart",
        Sent(
            "zoho_call_list/5725767000003000010", OWNER, "Call Ana Lucía Núñez back: (555) 010-4567 (welcome)"
        ),
        token="",
    ),
    queued(
        "zoho/03-crm-workflow-raw-json", "zoho_raw_lead", "json",
        Sent("zoho_raw_lead/919876543210", ASHA, "Hi Asha Menon, thank you for asking about Storysells."),
        token="", again="new",
    ),
    broken(
        "zoho/05-crm-workflow-raw-json-unescaped-quote", "zoho_text_lead",
        "line 1 column 49", "quotation mark", "Form-Data",
    ),
    # -None-, null, None, blanks and both kinds of merge field are nothing, and so is a name of two nulls; the number
    # went through a spreadsheet. India groups its digits 1,25,000.
    queued(
        "zoho/06-crm-workflow-empty-values-zoo", "zoho_empties", "json",
        Sent(
            "zoho_empties/919876543210", ASHA,
            "Hi there, thank you for asking about Loans and Insurance of ₹1,25,000.00.",
        ),
        repairs=("phone:national_number",),
    ),
    queued(
        "zoho/07-crm-workflow-json-as-text-plain", "zoho_text_lead", "json",
        Sent("zoho_text_lead/919876543210", ASHA, "नमस्ते प्रिया, धन्यवाद!"),
        repairs=("*:bom", "*:content_type"),
    ),
    # The `+` of the number became a blank on its way through the address.
    queued(
        "zoho/09-crm-workflow-get-url-params", "zoho_get_template", "query",
        Sent(
            "zoho_get_template/5725767000003000010", ASHA,
            template=("welcome_1", "en", ("Asha Menon", "5725767000003000010")),
        ),
        token="",
    ),
    # +44 7700 900xxx is for films (Ofcom) and in no operator's range. The PUT itself is taken like a POST.
    rejected(
        "zoho/11-crm-workflow-put", "zoho_contact", "json",
        token="", fields={"mobile": "+44 7700 900123"}, received_keys=("zohoContactId", "mobile", "event"),
    ),
    queued(
        "zoho/11-crm-workflow-put", "zoho_contact_desk", "json",
        Sent("zoho_contact_desk/5725767000003000010", OWNER, "Contact 5725767000003000010 was updated."), token="",
    ),
    ignored("zoho/12-crm-workflow-delete", "zoho_delete", "query", token="", says=("phone is not none",)),
    queued(
        "zoho/13-crm-function-invokeurl-json-hmac", "zoho_deluge", "json",
        Sent("zoho_deluge/5725767000003000010", OWNER, "Asha Menon: account opened on Mar 24, 2026."),
        token="", again="duplicate",
    ),
    # Zoho's own sample has nine digits, India's numbers ten.
    rejected(
        "zoho/15-crm-notification-update", "zoho_watch_phone", "json", token="", faults={0: "123456789"},
    ),
    ignored("zoho/15-crm-notification-update", "zoho_watch_deals", "json", token=""),
    queued(
        "zoho/16-crm-notification-batch-insert", "zoho_watch_deals", "json",
        Sent("zoho_watch_deals/5725767000003000010", OWNER, "Deal 5725767000003000010: 商談中(B)"),
        Sent("zoho_watch_deals/5725767000003000020", OWNER, "Deal 5725767000003000020: 受注(Won)"),
        token="", again="duplicate",
    ),
    # No letter of the name is escaped: this is text, not HTML.
    queued(
        "zoho/17-books-default-payload-json", "books_invoice", "json",
        Sent(
            "books_invoice/INV-000123", ASHA,
            "Hi Asha, invoice INV-000123 of ₹40.60 for Tom & Co <Mumbai> is due on 8 Apr 2026.",
        ),
        again="duplicate",
    ),
    queued(
        "zoho/19-books-raw-json-template", "books_gateway", "json",
        Sent(
            "books_gateway/919876543210", ASHA,
            "Dear Acme Traders ,\nWe have successfully processed your payment.\nTransaction Reference (UTR):",
        ),
    ),
    rejected("zoho/19-books-raw-json-template", "books_template", "json", says=("value 2", "empty")),
    # The signature covers the query, so nothing of it may be taken away before it is checked.
    queued(
        "zoho/20-billing-signed", "billing_event", "json",
        Sent("billing_event/5675", OWNER, "Subscription 90343 (basic): event 5675 of Mar 6, 2019."),
        token="", again="duplicate",
    ),
    # The id is a JSON number of 19 digits and keeps all of them.
    queued(
        "zoho/21-inventory-salesorder-jsonstring", "inventory_order", "form",
        Sent(
            "inventory_order/4600000000000391297", OWNER,
            "SO-00001 for SAF Instruments Inc: ₹12,400.00, Normal, 28 Jul 2014 (4600000000000391297, 10234695)",
        ),
        token="", repairs=("JSONString:json_in_field", "JSONString:wrapper_opened"),
    ),
    rejected(
        "zoho/22-commerce-json-labelled-form", "commerce_order", "json",
        fields={"salesorder.phone": "+1 555-010-4567"}, repairs=("*:content_type",), received_keys=("salesorder", "X-ZOHO-Event"),
    ),
    queued(
        "zoho/22-commerce-json-labelled-form", "commerce_desk", "json",
        Sent("commerce_desk/4815000000045003", OWNER, "DELIVERED 4815000000045003: 50% off & more = good"),
        repairs=("*:content_type",),
    ),
    ignored("zoho/23-books-test-ping", "books_gateway", "json"),
    queued(
        "zoho/25-forms-json", "zoho_forms_lead", "json",
        Sent(
            "zoho_forms_lead/919876543210", ASHA,
            "Hi Asha, we talk about Loans and Insurance on Mar 24, 2026 at our office.",
        ),
        token="",
    ),
    # The hook's country is India, the number says Bangladesh: a `+` is never national. ContactId is the person, the
    # same on every event, and must not swallow the next one.
    queued(
        "zoho/27-flow-bigin-tag-whatsapp", "zoho_flow_tags", "json",
        Sent(
            "zoho_flow_tags/8801712345678", "8801712345678",
            "Hi Karim, your Intermediate group has started (NR, CWOS).",
        ),
        again="new",
    ),
    queued(
        "zoho/29-bigin-notification", "bigin_watch", "json",
        Sent("bigin_watch/912345000000123001", OWNER, "Contacts 912345000000123001: update"), token="",
    ),
    ignored("zoho/30-campaigns-emailapi-unsubscribe", "campaigns_unsubscribe", "json", says=("unsubscribe",)),
    queued(
        "zoho/31-recruit-form", "recruit_interview", "form",
        Sent("recruit_interview/919820123456", "919820123456", "D'Souza, Neil: your interview is on Mar 24, 2026."),
        token="", repairs=("phone:national_number", "name:*"),
    ),
)  # fmt: skip
