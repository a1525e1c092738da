"""Make the messages of an event that is stored already: of one that was rejected, or of its elements that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from adapter.delivery.acceptance import MESSAGE_ROWS, message_row, not_taken_before
from adapter.delivery.batch import Outgoing
from adapter.delivery.wakeup import ring
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, MESSAGES


def remake(
    store: Store, identity: str, messages: Sequence[Outgoing], changes: Mapping[str, Any], *, now: float
) -> tuple[int, str | None]:
    """Add what was not made to an event, in one transaction: how many messages, and the event that was there before.

    `messages` are all that the event makes today; `changes` are columns of `events` after it. Elements that made a
    message are left out, and so is what another event sent meanwhile: where nothing is left because of that, its id is
    returned and the event is ignored.
    """
    with store.write() as connection:
        query = sa.select(EVENTS).where(EVENTS.c.id == identity)
        event = dict(connection.execute(query.with_for_update()).mappings().one())
        if event["status"] != "rejected" and not event["errors"]:
            return 0, None  # somebody else was faster
        made = connection.execute(sa.select(sa.func.count()).where(MESSAGES.c.event_id == identity)).scalar_one()
        wanted = [one for one in messages if not made or str(one.element) in (event["errors"] or {})]
        new, before = not_taken_before(connection, event, wanted, now=now)
        again = {**event, "received_at": now}
        rows = [message_row(again, f"{identity}-{made + at}", one) for at, one in enumerate(new, 1)]
        MESSAGE_ROWS.write(connection, [MESSAGE_ROWS.row(connection.dialect, row) for row in rows])
        after = {**changes, "messages": made + len(new), "status": "queued", "reason": None}
        if not made and not new and before:
            after |= {"status": "ignored", "reason": f"It came again as event {before}, which was taken."}
        connection.execute(sa.update(EVENTS).where(EVENTS.c.id == identity).values(after))
        ring(connection)
    return len(new), None if new else before


def note_refusal(store: Store, identity: str, *, reason: str, errors: Mapping[str, Any]) -> None:
    """Write down why an event is still rejected."""
    still = (EVENTS.c.id == identity) & (EVENTS.c.status == "rejected")
    with store.write() as connection:
        connection.execute(sa.update(EVENTS).where(still).values(reason=reason, errors=dict(errors)))


def ignore(store: Store, identity: str, *, reason: str) -> None:
    """The hook of today ignores an event that was rejected."""
    still = (EVENTS.c.id == identity) & (EVENTS.c.status == "rejected")
    with store.write() as connection:
        connection.execute(sa.update(EVENTS).where(still).values(status="ignored", reason=reason, errors={}))
