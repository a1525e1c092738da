"""Every scenario there is."""

from __future__ import annotations

from tests.chaos import clocks, fencing, kills, marked, outages
from tests.chaos.scenario import Scenario


def catalogue(*, short: bool = False) -> tuple[Scenario, ...]:
    """The scenarios, those that last first so that none is left alone at the end; `short`: with less load."""
    return (
        *kills.scenarios(short=short),
        *outages.SCENARIOS,
        *fencing.SCENARIOS,
        *clocks.SCENARIOS,
        *marked.SCENARIOS,
    )
