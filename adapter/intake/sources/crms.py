"""Lead ads and CRMs."""

from __future__ import annotations

from typing import Final

from adapter.intake.sources import facebook_leads
from adapter.intake.sources.kind import MUSTACHE, SourceKind
from adapter.intake.sources.salesforce import ACKNOWLEDGEMENT

ROWS: Final = (
    # Up to 1,000 changes a request. A connector that fetched the lead posts its `field_data` alone: one element.
    SourceKind(
        "facebook_leads",
        "Facebook Lead Ads",
        preset="facebook_leads",
        for_each="entry[].changes[] || (field_data && [@])",
        event_id=("item.value.leadgen_id",),
        answers=facebook_leads.answers,
        handshake=facebook_leads.handshake,
    ),
    # An app's webhooks come as a list of events, a workflow's as the contact itself. `attemptNumber` counts retries.
    SourceKind(
        "hubspot",
        "HubSpot",
        placeholders=MUSTACHE,
        preset="hubspot",
        for_each="@",
        event_id=("item.portalId", "item.subscriptionId", "item.eventId"),
    ),
    # Version 2: `meta.id` is the event's own (pipedrive.readme.io/docs/guide-for-webhooks-v2), beside a text `version`.
    # Version 1, captured: `meta.id` is the record's, and the time in microseconds makes it an event. One of both ends
    # the key, so that a record's id alone never is one.
    SourceKind(
        "pipedrive",
        "Pipedrive",
        event_id=(
            "meta.webhook_id",
            "meta.entity || meta.object",
            "meta.id",
            "meta.timestamp_micro || meta.version",
        ),
    ),
    SourceKind(
        "salesforce",
        "Salesforce",
        for_each="Notification",
        event_id=("item.Id",),
        acknowledge=ACKNOWLEDGEMENT,
        reject_status=200,
    ),
    # support.freshsales.io/.../228946: request type, encoding and content are the administrator's.
    SourceKind("freshsales", "Freshsales", methods=("POST", "PUT"), placeholders=MUSTACHE),
)
