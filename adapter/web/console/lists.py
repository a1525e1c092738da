"""Messages and events: search by number, reference, text or id; filters that stand in the address."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, request

from adapter.delivery.families import FAMILIES, LOOKS, OF_FAMILY
from adapter.delivery.job_plans import BULKS
from adapter.delivery.search import WHENS, Search, read
from adapter.delivery.searching import Found, events_page, messages_page, newer_than, total_of
from adapter.delivery.texts import first_sentence
from adapter.web.console.list_files import rows_as_csv
from adapter.web.console.live import fragment
from adapter.web.console.shell import console_blueprint, page, zone
from adapter.web.console.written import moment
from adapter.web.inbound import services

blueprint: Final = console_blueprint("lists")
_EVENT_STATES: Final = ("queued", "rejected", "ignored")
_NARROWER: Final = ("7d", "24h", "1h")
_BULK_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "messages": ("send_again", "cancel", "release"),
    "events": ("remake",),
}


@blueprint.get("/messages")
def messages() -> Response:
    """The messages that fit the address, newest first."""
    search = asked()
    return _list("messages", search, messages_page(services().store, search))


@blueprint.get("/events")
def events() -> Response:
    """The events that fit the address, newest first."""
    search = asked()
    return _list("events", search, events_page(services().store, search))


@blueprint.get("/<any(messages, events):which>/new")
def new_rows(which: str) -> Response:
    """How many rows came since the page was made."""
    search, seen = asked(), request.args.get("seen", "0")
    top = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0
    more = newer_than(services().store, search, top, events=which == "events")
    return fragment("console/list_new.html", more=more, here=address(which, search))


@blueprint.get("/<any(messages, events):which>.csv")
def as_csv(which: str) -> Response:
    """Everything that fits, as a file for a spreadsheet."""
    return rows_as_csv(services().store, asked(), events=which == "events", zone=zone())


def asked() -> Search:
    """The search that the request's address means. Raises BadSearch."""
    here = services()
    return read(request.args, destination=here.destination, now=time.time(), zone=zone(), regions=regions())


def regions() -> tuple[str, ...]:
    """The countries whose national spelling of numbers is read here: the setting's, the accounts' and the hooks'."""
    here = services()
    accounts = [one.region for one in here.accounts.values()]
    hooks = [entry.hook.region for entry in here.catalogue.entries().values() if entry.hook]
    named = [here.settings.default_region, *accounts, *hooks]
    return tuple(dict.fromkeys(region for region in named if region))


def address(which: str, search: Search, **changes: str | int) -> str:
    """The list's address for this search."""
    query = urlencode(search.as_query(**changes))
    return f"/{which}?{query}" if query else f"/{which}"


def _list(which: str, search: Search, found: Found) -> Response:
    here = services()
    is_events = which == "events"
    at_top = search.after is None and search.before is None
    top = found.rows[0]["seq"] if found.rows else 0
    without = total_of(here.store, Search(here.destination), events=is_events) if _is_empty(found) else ""
    return page(
        f"console/{which}.html", at=which, search=search, found=found, which=which, without=without,
        query=search.as_query(), chips=_chips(which, search), states=_states(is_events), whens=WHENS,
        hooks=_hooks(search), accounts=sorted(here.accounts) if not is_events and len(here.accounts) > 1 else [],
        older=address(which, search, after=found.older) if found.older is not None else "",
        newer=address(which, search, before=found.newer) if found.newer is not None else "",
        live=address(f"{which}/new", search, seen=top) if at_top and not found.too_slow else "",
        csv=address(f"{which}.csv", search), bulks=_bulks(which, search) if found.rows else [],
        narrow=_narrow(which, search), times=_times(search),
        elsewhere=address("events", search) if not is_events and set(search.states) & {"rejected", "ignored"} else "",
        cause=cause, message_place=message_place,
    )  # fmt: skip


def _is_empty(found: Found) -> bool:
    return not found.rows and not found.too_slow


def _hooks(search: Search) -> list[str]:
    """The hooks there are, and the one that is asked for even where its file is gone."""
    return sorted({*services().catalogue.entries(), *([search.hook] if search.hook else [])})


def _chips(which: str, search: Search) -> list[tuple[str, str]]:
    """Each filter in words, with the address without it."""
    return [(words, address(which, search, **{key: ""})) for key, words in search.words(zone()).items()]


def _states(is_events: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of state: families, then the states of each."""
    if is_events:
        words = {"queued": "Made messages", "rejected": "Rejected", "ignored": "Ignored"}
        return [("", [(state, words[state]) for state in _EVENT_STATES])]
    families = [(family, words[0].upper() + words[1:]) for family, words in FAMILIES.items()]
    alone = {"rejected", "ignored", "duplicate"}
    single = [(state, LOOKS[state].word) for states in OF_FAMILY.values() for state in states if state not in alone]
    return [("Groups", families), ("States", single)]


def _bulks(which: str, search: Search) -> list[tuple[str, str]]:
    """The buttons of what can be done to those that fit, in the states that are asked for."""
    query = search.as_query()
    bulks = [BULKS[name] for name in _BULK_OF[which] if BULKS[name].is_possible(search.states)]
    return [(bulk.button, f"/bulk?{urlencode({'action': bulk.name, **query})}") for bulk in bulks]


def _narrow(which: str, search: Search) -> list[tuple[str, str]]:
    """Shorter times to look at, the longest first."""
    shorter = [name for name in _NARROWER if not search.when or WHENS[name][1] < WHENS[search.when][1]]
    found = []
    for name in shorter[:2]:
        words = WHENS[name][0]
        found.append((words[0].upper() + words[1:], address(which, search, **{"when": name, "from": "", "to": ""})))
    return found


def _times(search: Search) -> dict[str, str]:
    """The exact times of the filter as a field for local times holds them."""
    times = {} if search.when else {"from": search.since, "to": search.until}
    return {key: moment(at, zone())[:16].replace(" ", "T") for key, at in times.items() if at is not None}


def cause(row: Mapping[str, Any]) -> str:
    """Why a message is where it is, in a sentence; `` where its state says all."""
    told = row["error"] and LOOKS[row["status"]].family in {"moving", "person", "badly"}
    return first_sentence(row["error"]) if told else ""


def message_place(row: Mapping[str, Any]) -> str:
    """The address of a message within its event's page."""
    number = row["id"].removeprefix(row["event_id"]).lstrip("-").partition("-")[0] or "1"
    return f"/events/{row['event_id']}#m{number}"
