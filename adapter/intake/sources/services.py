"""Shops, bookings, payments, and webhooks signed by a standard."""

from __future__ import annotations

from typing import Any, Final

from adapter.intake.sources import calendly, woocommerce
from adapter.intake.sources.kind import SourceKind, TestTraffic
from adapter.intake.sources.labels import at, labelled, text_pairs


def _shopify(data: Any) -> dict[str, Any]:
    """The plain texts of an order's `note_attributes` by their name."""
    return labelled(text_pairs(at(data, "note_attributes"), "name", "value"))


ROWS: Final = (
    # shopify.dev "Ignore duplicate webhooks": the webhook id is the same on a retry.
    SourceKind(
        "shopify",
        "Shopify",
        preset="shopify",
        headers=(
            "X-Shopify-Topic",
            "X-Shopify-Shop-Domain",
            "X-Shopify-API-Version",
            "X-Shopify-Webhook-Id",
            "X-Shopify-Event-Id",
            "X-Shopify-Triggered-At",
        ),
        event_id=("X-Shopify-Webhook-Id",),
        answers=_shopify,
        tests=(TestTraffic("test", True, "This is a test order of Shopify; nothing was sent."),),
    ),
    # The delivery id is a hash of the webhook and the current second: two orders may share it.
    SourceKind(
        "woocommerce",
        "WooCommerce",
        preset="woocommerce",
        headers=(
            "X-WC-Webhook-Source",
            "X-WC-Webhook-Topic",
            "X-WC-Webhook-Resource",
            "X-WC-Webhook-Event",
            "X-WC-Webhook-ID",
            "X-WC-Webhook-Delivery-ID",
        ),
        event_id=("X-WC-Webhook-Topic", "id", "date_modified_gmt"),
        answers=woocommerce.answers,
        handshake=woocommerce.handshake,
    ),
    # Version 1, retired, names the invitee by a uuid instead of an address.
    SourceKind(
        "calendly",
        "Calendly",
        preset="calendly",
        event_id=("event", "payload.uri || payload.invitee.uuid"),
        answers=calendly.answers,
    ),
    SourceKind("stripe", "Stripe", preset="stripe", event_id=("id",)),
    SourceKind(
        "github",
        "GitHub",
        preset="github",
        headers=("X-GitHub-Event", "X-GitHub-Delivery"),
        event_id=("X-GitHub-Delivery",),
        tests=(TestTraffic("X-GitHub-Event", "ping", "This is GitHub's ping; nothing was sent."),),
    ),
    # Svix sends the same under its own name.
    SourceKind(
        "standard_webhooks",
        "Standard Webhooks",
        preset="standard_webhooks",
        headers=("webhook-id", "svix-id"),
        event_id=('"webhook-id" || "svix-id"',),
    ),
)
