"""WooCommerce: an unsigned ping when a webhook is saved, and plugins' own fields in `meta_data`.

class-wc-webhook.php of woocommerce/woocommerce, deliver_ping(): anything but 200 is an error to the shop's owner.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from adapter.intake.auth import Proof
from adapter.intake.request import RawRequest
from adapter.intake.sources.kind import Reply
from adapter.intake.sources.labels import at, labelled, text_pairs

_PING: Final = re.compile(rb"webhook_id=[0-9]{1,20}\s{0,2}")
_PONG: Final = '{"ok": true, "status": "ignored", "message": "This is WooCommerce\'s ping; nothing was sent."}'


def handshake(request: RawRequest, proofs: Sequence[Proof]) -> Reply | None:  # noqa: ARG001 - the ping is unsigned
    """200 for the ping, which proves nothing and therefore may hold nothing but a number."""
    is_ping = request.method == "POST" and _PING.fullmatch(request.body)
    if not is_ping or any(name.lower().startswith("x-wc-") for name, _ in request.headers):
        return None
    return Reply("application/json", _PONG)


def answers(data: Any) -> dict[str, Any]:
    """The plain texts of `meta_data` by their key."""
    return labelled(text_pairs(at(data, "meta_data"), "key", "value"))
