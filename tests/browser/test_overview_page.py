"""The overview in a browser: reachable for everybody, honest about what there is, and it follows what happens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.chromium import serious_faults
from tests.running import SECRETS, Running


def post(console: Running, deal: str, **fields: str) -> None:
    body = {"Mobile": "098765 43210", "Full_Name": "Asha", "Amount": "4999", "Deal Id": deal, **fields}
    requests.post(
        f"{console.url}/hooks/won_deal", json=body, headers={"X-Hook-Token": SECRETS["ZOHO_TOKEN"]}, timeout=10
    )


def shot(page: Page, name: str) -> None:
    """A picture to look at, where one is asked for."""
    if folder := os.environ.get("SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_an_empty_installation_says_what_to_do_first(owner: Page) -> None:
    expect(owner.get_by_role("heading", level=1)).to_have_text("Ready for the first message.")
    expect(owner.get_by_role("link", name="Make the first hook")).to_have_attribute("href", "/setup/new")
    shot(owner, "empty")
    assert serious_faults(owner) == []


def test_it_follows_what_happens_without_being_loaded_again(owner: Page, console: Running) -> None:
    button = owner.get_by_role("button", name="Pause updates")
    owner.evaluate("window.sameDocument = true")
    pause = owner.get_by_role("button", name="Pause main")
    pause.focus()
    post(console, "live-1")
    figure = owner.locator(".figures a", has_text="Delivered").locator("b")
    expect(figure).to_have_text("1", timeout=20_000)
    expect(pause).to_be_focused()
    assert owner.evaluate("window.sameDocument") is True
    button.click()
    expect(owner.locator("[data-live-state]")).to_contain_text("paused, as of")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(owner: Page, console: Running, theme: str, width: int) -> None:
    for one in range(3):
        post(console, f"all-{one}")
    post(console, "wrong", Mobile="12")
    console.command("pause", "won_deal")
    owner.set_viewport_size({"width": width, "height": 900})
    owner.context.add_cookies([{"name": "theme", "value": theme, "url": console.url}])
    owner.goto("/")
    expect(owner.get_by_text("made no message in the last 7 days")).to_be_visible()
    expect(owner.get_by_role("button", name="Resume won_deal")).to_be_visible()
    assert owner.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(owner) == []
    owner.get_by_text("The figures as a table").click()
    assert serious_faults(owner) == []
    shot(owner, f"full-{theme}-{width}")
    owner.goto("/?span=7d")
    expect(owner.get_by_role("heading", name="The last 7 days")).to_be_visible()
    shot(owner, f"week-{theme}-{width}")
