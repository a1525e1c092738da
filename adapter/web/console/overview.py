"""The overview: is it working? One sentence, what stands against it, figures, a chart, accounts and hooks."""

from __future__ import annotations

import time
import zoneinfo
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Response, request

from adapter.delivery import tallies
from adapter.delivery.account_view import AccountView, views
from adapter.delivery.families import FAMILIES, OF_FAMILY
from adapter.delivery.problems import Around, Problem, State, look, problems
from adapter.web.console import chart
from adapter.web.console.accounts import STATES
from adapter.web.console.live import fragment
from adapter.web.console.shell import console_blueprint, page, zone
from adapter.web.console.written import moment
from adapter.web.inbound import services

blueprint: Final = console_blueprint("overview")
_SPANS: Final[Mapping[str, tuple[int, int]]] = {"24h": (24, 1), "7d": (28, 6)}
"""Bars, and hours of each."""
_MOST_PROBLEMS: Final = 8
_STUCK: Final = frozenset({"paused", "parked"})


@blueprint.get("/")
def overview() -> Response:
    """The first page of the owner."""
    return page("console/overview.html", at="overview", **_seen(time.time()))


@blueprint.get("/overview/live")
def live() -> Response:
    """What of it changes."""
    return fragment("console/overview_now.html", **_seen(time.time()))


def _seen(now: float) -> dict[str, Any]:
    here = services()
    span = request.args.get("span", "24h")
    span = span if span in _SPANS else "24h"
    entries = here.catalogue.entries()
    state = look(here.store, here.destination, list(entries), now=now)
    bars, hours = _SPANS[span]
    every = request.args.get("problems") == "all"
    around = Around(
        {name: f"line {one.faults[0].line}: {one.faults[0].sentence}" for name, one in entries.items() if one.faults},
        [name for name, one in here.accounts.items() if one.callback_secrets],
    )
    found = problems(state, around)
    local = zoneinfo.ZoneInfo(here.settings.timezone)
    accounts = views(here.store, here.accounts.values(), here.destination, now=now, zone=local)
    counted = tallies.by_hour(here.store, here.destination, chart.first_hour(now, bars, hours))
    return {
        "span": span,
        "headline": headline(state, found, accounts, is_new=not state.last and not state.recent),
        "is_new": not state.last and not state.recent,
        "problems": found if every else found[:_MOST_PROBLEMS],
        "more": 0 if every else max(0, len(found) - _MOST_PROBLEMS),
        "all_problems": every,
        "figures": _figures(state, counted),
        "chart": chart.draw(counted, now=now, bars=bars, hours=hours, zone=zone()),
        "families": FAMILIES,
        "oldest": state.oldest,
        "accounts": accounts,
        "account_states": STATES,
        "hooks": [
            {
                "name": name, "last": state.last.get(name), "faulty": bool(one.faults),
                "paused": ("hook", name) in state.paused,
            }
            for name, one in entries.items()
        ],
        "relay": state.has_relay,
    }  # fmt: skip


def headline(state: State, found: list[Problem], accounts: Sequence[AccountView], *, is_new: bool) -> str:
    """The page's answer, in one sentence."""
    if not state.has_relay:
        since = f" since {moment(state.relay_seen, zone(), date=False)[:5]}" if state.relay_seen else ""
        return f"Not sending: no relay{since}."
    if state.waiting and accounts and all(one.state in _STUCK for one in accounts):
        return "Not sending: " + ("no account can." if len(accounts) > 1 else "the account cannot.")
    if count := state.needs_person:
        return f"Working, but {count:,} message{' needs' if count == 1 else 's need'} you."
    worse = [one for one in found if one.family != "quiet"]
    if worse:
        return f"Working, but {'one thing needs' if len(worse) == 1 else f'{len(worse)} things need'} a look."
    return "Ready for the first message." if is_new else "Working."


def _figures(state: State, counted: Mapping[tuple[int, str], int]) -> dict[str, int]:
    """The four figures: what was taken and what arrived in the span, what waits and what needs a person now."""
    counts: Counter[str] = Counter()
    for (_, status), count in counted.items():
        counts[status] += count
    return {
        "accepted": counts["accepted"] + counts["submitted"],
        "delivered": sum(counts[status] for status in OF_FAMILY["arrived"]),
        "waiting": state.waits("queued", "retrying", "parked", "held"),
        "needs": state.needs_person,
    }
