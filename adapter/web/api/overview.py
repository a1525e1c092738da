"""The overview and the settings over `/api`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from adapter import set_values
from adapter.delivery import control, tallies
from adapter.delivery.families import OF_FAMILY
from adapter.store.tables import ACCOUNTS, RELAYS
from adapter.web.api.frame import operation
from adapter.web.api.schemas.overview import OverviewAnswer, SettingsAnswer
from adapter.web.inbound import services


@operation("GET", "/overview", "Show the overview", group="Overview", answer=OverviewAnswer)
def show_overview() -> dict[str, Any]:
    """How many messages are in which state, and what stands still."""
    here = services()
    states = tallies.now_by_state(here.store, here.destination)
    parked = sa.select(ACCOUNTS.c.name).where(
        ACCOUNTS.c.destination == here.destination, ACCOUNTS.c.parked.is_not(None)
    )
    with here.store.read() as connection:
        seen = connection.execute(sa.select(sa.func.max(RELAYS.c.seen_at))).scalar()
        names = list(connection.execute(parked.order_by(ACCOUNTS.c.name)).scalars())
    return {
        "destination": here.destination, "states": states, "relay_seen_at": seen, "parked": names,
        "families": {name: sum(states.get(one, 0) for one in those) for name, those in OF_FAMILY.items()},
        "paused": [
            {"kind": kind, "name": name, "since": since} for kind, name, since in control.paused(here.store)
        ],
    }  # fmt: skip


@operation("GET", "/settings", "List settings", group="Overview", answer=SettingsAnswer)
def list_settings() -> dict[str, Any]:
    """What is set, and from where; of secrets only whether they are."""
    return {"settings": set_values.shown(services().settings)}
