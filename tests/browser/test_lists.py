"""Finding a message and doing something to many, as the owner does it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from adapter.picky.sandbox import Rule
from tests.browser.chromium import serious_faults
from tests.browser.shop import lead
from tests.running import Running, wait_for


def settle(console: Running, *events: str) -> None:
    def look() -> bool:
        states = {row["event"]: row["status"] for row in console.events()}
        return all(states[one] not in {"queued", "sending", "accepted"} for one in events)

    wait_for(look, seconds=30)


def test_a_failed_message_is_found_by_its_number_and_sent_again(owner: Page, console: Running) -> None:
    failed = []
    for at in (1111, 1112):
        rule = Rule(status=406, for_number=f"91987654{at}")
        console.sandbox.behave(next=[rule])  # type: ignore[attr-defined]
        failed.append(lead(console, at)["id"])
        settle(console, failed[-1])
    settle(console, lead(console, 1)["id"])

    owner.goto("/messages")
    owner.get_by_label("Number, reference, text or id").fill("098765-41111")
    owner.get_by_role("button", name="Search").click()
    expect(owner.get_by_text("Searching", exact=False)).to_be_visible()
    expect(owner.get_by_role("row")).to_have_count(2)
    expect(owner.locator("[data-row]")).to_have_attribute("href", f"/events/{failed[0]}#m1")

    owner.get_by_role("link", name="Clear").click()
    owner.get_by_label("State").select_option("failed")
    owner.get_by_role("button", name="Search").click()
    expect(owner.get_by_text("2 match")).to_be_visible()
    expect(owner.get_by_role("link", name="state: failed remove")).to_be_visible()
    assert serious_faults(owner) == []

    owner.get_by_role("link", name="Send again…").click()
    expect(owner.get_by_text("Nothing has happened yet.")).to_be_visible()
    expect(owner.get_by_text("2 will be sent again, to 2 different numbers")).to_be_visible()
    assert serious_faults(owner) == []
    owner.get_by_role("button", name="Send again 2").click()
    expect(owner.get_by_text("Done: 2 queued to be sent again.")).to_be_visible()
    expect(owner).to_have_url(re.compile(r"/jobs/\w{26}$"))
    assert serious_faults(owner) == []
    settle(console, *failed)
    owner.get_by_role("link", name="The filter's list").click()
    expect(owner.get_by_text("No message matches")).to_be_visible()


def test_lists_fit_a_phone_in_the_dark(owner: Page, console: Running) -> None:
    lead(console, 2)
    lead(console, 3, phone="98765 4321")
    owner.emulate_media(color_scheme="dark")
    owner.set_viewport_size({"width": 360, "height": 800})
    for path in ("/messages", "/events", "/messages?state=person&q=nothing+at+all", "/jobs", "/bulk?action=cancel"):
        owner.goto(path)
        assert owner.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert serious_faults(owner) == [], path


def test_what_comes_while_one_looks_waits_behind_a_link(owner: Page, console: Running) -> None:
    lead(console, 4)
    owner.goto("/messages?when=1h")
    before = owner.get_by_role("row").count()
    lead(console, 5)
    expect(owner.get_by_role("link", name="new, show")).to_be_visible(timeout=15_000)
    assert owner.get_by_role("row").count() == before
    owner.get_by_role("link", name="new, show").click()
    expect(owner.get_by_role("link", name="new, show")).to_have_count(0)
