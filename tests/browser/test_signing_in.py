"""The door of the console."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.chromium import serious_faults


def test_the_owner_signs_in_and_out(owner: Page) -> None:
    expect(owner.get_by_role("heading", level=1)).to_be_visible()
    assert serious_faults(owner) == []
    owner.get_by_text("Menu").click()
    owner.get_by_role("button", name="Sign out").click()
    expect(owner.get_by_role("heading", name="Sign in")).to_be_visible()
    assert serious_faults(owner) == []


def test_nothing_is_shown_to_a_stranger(stranger: Page) -> None:
    stranger.goto("/")
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
