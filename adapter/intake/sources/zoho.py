"""Zoho's products: one house, several engines. What an empty field becomes depends on the engine."""

from __future__ import annotations

from typing import Final

from adapter.intake.sources.kind import SourceKind, TestTraffic

# A drop-down left alone is "-None-" in CRM and "-Select-" in Forms; a merge field may print null.
_EMPTY: Final = frozenset({"-none-", "-select-", "null"})
# The CRM's engine also prints None, and "null null" for a name of two empty fields.
_CRM_EMPTY: Final = _EMPTY | {"none", "null null"}
# The notification API of CRM and Bigin (zoho.com/crm/developer/docs/api/v7/notifications): one call may tell of
# several records, so all ids belong to the key. A workflow's post has none of these keys, and a record's id is no
# event id: whoever dedupes by it drops the second message about a person.
_NOTIFICATION: Final = ("channel_id", "module", "operation", "ids && to_string(ids)", "server_time")
# Captured by Pipedream's Books source, which skips it.
_PING: Final = TestTraffic("payload", "", "This is Zoho's test ping; nothing was sent.")
# The header is documented for Commerce, which has the same stack (zoho.com/commerce/api/webhooks.html).
_EVENT: Final = ("X-ZOHO-Event",)


def _finance(name: str, title: str, *, signs: bool = True, event_id: tuple[str, ...] = ()) -> SourceKind:
    """A product of the finance engine; zoho.com/books/api/v3/webhooks: POST, PUT and DELETE, and one `secret`."""
    preset = "zoho_billing" if signs else None
    return SourceKind(
        name, title, methods=("POST", "PUT"), empty_words=_EMPTY, preset=preset, headers=_EVENT,
        event_id=event_id, tests=(_PING,),
    )  # fmt: skip


ROWS: Final = (
    # A workflow signs nothing; the preset is the contract of a Deluge function that signs.
    SourceKind(
        "zoho_crm",
        "Zoho CRM",
        methods=("POST", "PUT"),
        empty_words=_CRM_EMPTY,
        preset="zoho_crm",
        event_id=_NOTIFICATION,
    ),
    SourceKind("bigin", "Bigin", methods=("POST", "PUT"), empty_words=_CRM_EMPTY, event_id=_NOTIFICATION),
    # zoho.com/recruit/userguide/automation/webhooks.html: the CRM's old screen, POST and GET only.
    SourceKind("zoho_recruit", "Zoho Recruit", empty_words=_CRM_EMPTY),
    SourceKind("zoho_forms", "Zoho Forms", empty_words=_EMPTY),
    SourceKind("zoho_flow", "Zoho Flow", methods=("POST", "PUT"), empty_words=_EMPTY),
    SourceKind("zoho_creator", "Zoho Creator", empty_words=_EMPTY),
    _finance("zoho_books", "Zoho Books"),
    _finance("zoho_inventory", "Zoho Inventory"),
    _finance("zoho_invoice", "Zoho Invoice"),
    _finance("zoho_billing", "Zoho Billing", event_id=("event_id",)),
    _finance("zoho_commerce", "Zoho Commerce", signs=False),
    SourceKind("zoho_payments", "Zoho Payments", empty_words=_EMPTY, preset="zoho_payments"),
    # desk.zoho.com/support/WebhookDocument.do: a list of events. The key is inferred: a ticket changes more than once.
    SourceKind(
        "zoho_desk",
        "Zoho Desk",
        empty_words=_EMPTY,
        for_each="@",
        event_id=("item.orgId", "item.eventType", "item.payload.id", "item.eventTime || item.payload.modifiedTime"),
    ),
    SourceKind("zoho_campaigns", "Zoho Campaigns", empty_words=_EMPTY),
)
