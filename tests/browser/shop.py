"""A shop's day in practice mode: real requests over HTTP, until there is a message or an event in every usual state."""

from __future__ import annotations

from typing import Any

import requests

from adapter.picky.sandbox import Rule, Sandbox
from tests.running import SECRETS, Running, wait_for

NAMES = ("Asha", "Ravi", "Meera", "Zoë", "Imran", "Lakshmi", "Tom", "Fatima", "Arjun", "Priya", "Noor", "Dev")
INTERESTS = ("solar panels", "a water heater", "an inverter", "LED lights")


def lead(adapter: Running, at: int, **other: Any) -> dict[str, Any]:
    """A lead as Zapier posts it; `other` replaces keys of it."""
    body = {
        "first_name": NAMES[at % len(NAMES)], "phone": f"+91 98765 4{at:04d}", "interest": INTERESTS[at % len(INTERESTS)],
        "lead_id": str(884_000 + at), **other,
    }  # fmt: skip
    return _posted(adapter, "zapier_lead", SECRETS["ZAPIER_TOKEN"], json=body)


def deal(adapter: Running, at: int, **other: Any) -> dict[str, Any]:
    """A won deal as Zoho CRM posts it."""
    body = {
        "Deal Id": str(5_725_767_000_003_000_000 + at), "Deal Name": "Kitchen renovation", "Amount": "4999.00",
        "Full_Name": f"{NAMES[at % len(NAMES)]} Menon", "Mobile": f"098765 4{at:04d}", "Phone": "-None-", **other,
    }  # fmt: skip
    return _posted(adapter, "won_deal", SECRETS["ZOHO_TOKEN"], data=body)


def _posted(adapter: Running, hook: str, token: str, **request: Any) -> dict[str, Any]:
    headers = {"X-Hook-Token": token, "User-Agent": "Zapier" if hook == "zapier_lead" else "Zoho CRM"}
    told: dict[str, Any] = requests.post(f"{adapter.url}/hooks/{hook}", headers=headers, timeout=10, **request).json()
    return told


def open_shop(adapter: Running, sandbox: Sandbox) -> dict[str, str]:
    """Post until every usual state is there; the id of an event in each."""
    events = {"delivered": deal(adapter, 3210)["id"]}
    leads = [lead(adapter, at)["id"] for at in range(12)]
    for event in (events["delivered"], *leads):  # so that the next one is refused in a push of its own
        _until(adapter, event, "delivered", "read")
    sandbox.behave(next=[Rule(status=406, for_number="919876541111")])
    events["failed"] = lead(adapter, 1111)["id"]
    _until(adapter, events["failed"], "failed")
    events["rejected"] = lead(adapter, 20, phone="98765 4321")["id"]
    lead(adapter, 21, phone="9.19E+11")
    deal(adapter, 22, Mobile="${Deals.Mobile}")
    events["ignored"] = deal(adapter, 23, Amount="0")["id"]
    sandbox.behave(next=[Rule(reset="before", for_number="919876542222")])
    events["unknown"] = lead(adapter, 2222)["id"]
    _until(adapter, events["unknown"], "unknown")
    sandbox.behave(always=Rule(status=403))
    events["parked"] = lead(adapter, 30)["id"]
    for at in range(31, 36):
        lead(adapter, at)
    _until(adapter, events["parked"], "parked")
    return events


def _until(adapter: Running, event: str, *states: str) -> None:
    def look() -> bool:
        return any(row["event"] == event and row["status"] in states for row in adapter.events())

    wait_for(look, seconds=30)
