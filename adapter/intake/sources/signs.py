"""By what a sender is told: headers that only it sends, then keys that only it writes, then the weak signs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapter.intake.sources.labels import texts

_ANY: Final = r"."
# Zoho's record ids: 15 to 19 digits, the organisation's number and a counter with zeros between them.
_ZOHO_ID: Final = re.compile(r"(?=\d{15,19}\Z)[1-9]\d{2,9}0000\d+")
_MOST_KEYS: Final = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Sign:
    """All that is given must fit: the method, each header from its start, a JMESPath that yields something, a look."""

    source: str
    headers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    place: str = ""
    method: str = ""
    looks: Callable[[Any], bool] | None = None


def _header(source: str, **headers: str) -> Sign:
    """Headers by name with `_` for `-`, and how their values begin; any value for `_ANY`."""
    return Sign(source, tuple((name.replace("_", "-"), re.compile(text)) for name, text in headers.items()))


def _agent(source: str, start: str) -> Sign:
    return _header(source, User_Agent=start)


def has_zoho_id(data: Any) -> bool:
    """Whether a key on top that ends in "id" holds a record id of Zoho."""
    keys = list(data)[:_MOST_KEYS] if isinstance(data, Mapping) else []
    return any(key.lower().endswith("id") and _ZOHO_ID.match("".join(texts(data[key]))[:20]) for key in keys)


SIGNS: Final = (
    # Headers of their own
    _header("typeform", Typeform_Signature=_ANY),
    _header("tally", Tally_Signature=_ANY),
    _header("wpforms", X_WPForms_Webhook_Signature=_ANY),
    _header("wpforms", X_WPForms_Webhook_Id=_ANY),
    _header("webflow", X_Webflow_Signature=_ANY),
    _header("netlify", X_Netlify_Event=_ANY),
    _header("formstack", X_FS_Signature=_ANY),
    _header("github", X_GitHub_Event=_ANY),
    _header("hubspot", X_HubSpot_Signature_v3=_ANY),
    _header("hubspot", X_HubSpot_Signature=_ANY),
    _header("shopify", X_Shopify_Topic=_ANY),
    _header("shopify", X_Shopify_Hmac_SHA256=_ANY),
    _header("woocommerce", X_WC_Webhook_Topic=_ANY),
    _header("calendly", Calendly_Webhook_Signature=_ANY),
    _header("calendly", X_Calendly_Hook_Id=_ANY),
    _header("stripe", Stripe_Signature=_ANY),
    _header("standard_webhooks", webhook_signature=_ANY),
    _header("standard_webhooks", svix_signature=_ANY),
    _header("zoho_commerce", X_ZOHO_Event=_ANY),
    _header("zoho_payments", X_Zoho_Webhook_Signature=r"t=\d"),
    _header("zoho_billing", X_Zoho_Webhook_Signature=_ANY),
    _header("zoho_crm", X_Zoho_Signature=_ANY),
    # Names of their own
    _agent("zapier", "Zapier"),
    _agent("make", "Make/"),
    _agent("power_automate", "azure-logic-apps/"),
    _header("n8n", User_Agent="axios/|n8n", Accept="application/json,text/html,application/xhtml"),
    _agent("typeform", "Typeform"),
    _agent("tally", "Tally"),
    _agent("google_forms", r"Mozilla/5\.0 \(compatible; Google-Apps-Script"),
    _agent("wpforms", "wpforms"),
    _agent("formstack", "FormstackWebhook"),
    _agent("wufoo", "Wufoo"),
    _agent("facebook_leads", "facebookplatform"),
    _agent("pipedrive", "Pipedrive"),
    _agent("salesforce", "SFDC-Callout"),
    _agent("shopify", "Shopify-Captain-Hook"),
    _agent("woocommerce", "WooCommerce/"),
    _agent("calendly", "Calendly"),
    _agent("stripe", r"Stripe/\d"),
    _agent("github", "GitHub-Hookshot"),
    Sign("albato", method="MERGE"),
    # Keys of their own
    Sign("jotform", place="rawRequest && formID && submissionID"),
    Sign("typeform", place="form_response.form_id && event_id"),
    Sign("tally", place="eventId && data.fields && data.formId"),
    Sign("webflow", place="triggerType == 'form_submission' && payload.data"),
    Sign("netlify", place="ordered_human_fields && form_id"),
    Sign("formstack", place="FormID && UniqueID"),
    Sign("wufoo", place="EntryId && (FieldStructure || HandshakeKey) && CreatedBy"),
    Sign("cognito", place="Form.InternalName && Entry.Number"),
    Sign("fillout", place="(submissionId && questions) || (submission.submissionId && submission.questions)"),
    Sign("elementor", place="form.id && fields"),
    Sign("elementor", place="form_id && form_name && \"Powered by\" == 'Elementor'"),
    Sign("gravity_forms", place="form_id && id && source_url && date_created"),
    Sign("contact_form_7", place='"your-name" || "your-email" || "your-message" || "_wpcf7"'),
    Sign("facebook_leads", place="object == 'page' && entry[0].changes"),
    Sign("facebook_leads", place='"hub.mode"'),
    Sign("hubspot", place="[0].subscriptionType && [0].portalId"),
    Sign("hubspot", place="subscriptionType && portalId"),
    Sign("hubspot", place="vid && properties"),
    Sign("pipedrive", place="meta.webhook_id && meta.action && (current || data || previous)"),
    Sign("salesforce", place="OrganizationId && ActionId && Notification"),
    Sign("calendly", place="event && payload.uri && payload.scheduled_event"),
    Sign("calendly", place="event && payload.invitee.uuid"),
    Sign("stripe", place="object == 'event' && type && data.object"),
    Sign("shopify", place="order_number && line_items && financial_status"),
    Sign("woocommerce", place="order_key && billing && line_items"),
    Sign("bigin", place="channel_id && contains(resource_uri, '/bigin/')"),
    Sign("zoho_crm", place="channel_id && server_time && resource_uri && operation"),
    Sign("zoho_desk", place="[0].eventType && [0].orgId && [0].payload"),
    Sign("zoho_desk", place="eventType && orgId && payload"),
    Sign("zoho_inventory", place="salesorder.salesorder_id"),  # Books has it too; the rows do not differ
    Sign("zoho_books", place="invoice.invoice_id || estimate.estimate_id || bill.bill_id || JSONString"),
    Sign("zoho_books", place="keys(@) == ['payload'] && payload == ''"),
    Sign("zoho_campaigns", place="webhook_name && webhook_id && actionType"),
    Sign("zoho_forms", place="Name.Name_First || Name_First || PhoneNumber_countrycode || DecisionBox || SingleLine"),
    # Weak signs: what many senders may have, and most of them do not
    Sign("zoho_recruit", place="candidate_id", looks=has_zoho_id),
    Sign("zoho_crm", looks=has_zoho_id),
    _header("freshsales", Authorization=r"Token token="),  # as Rails does
    _header("activepieces", User_Agent="axios/", Accept=r"application/json\Z"),
    _header("pipedream", User_Agent="axios/", Accept=r"application/json, text/plain, \*/\*\Z"),  # any script with axios
)
