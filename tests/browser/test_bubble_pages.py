"""The sandbox's inbox and the accounts in a browser; the keys, and what copies."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import serious_faults
from tests.browser.conftest import PASSWORD
from tests.running import Running, wait_for

LEAD = {"phone": "+91 98765 43210", "first_name": "Asha <b>X</b>", "interest": "*Dosa*"}


def post_lead(console: Running, **changes: str) -> None:
    answer = requests.post(f"{console.url}/hooks/zapier_lead/zapier-test-secret", json=LEAD | changes, timeout=10)
    assert answer.status_code == 200
    wait_for(lambda: any(one["number"] == "919876543210" for one in console.sandbox.messages()))  # type: ignore[attr-defined]


def test_what_was_posted_to_a_hook_stands_in_its_thread(owner: Page, console: Running) -> None:
    post_lead(console)
    owner.goto("/sandbox")
    owner.get_by_role("navigation", name="Numbers").get_by_role("link").first.click()
    thread = owner.get_by_role("region", name="Messages")
    expect(thread).to_contain_text("Hi Asha <b>X</b>, thank you for your interest in Dosa")
    expect(thread.locator(".bold").first).to_have_text("Dosa")
    push = {
        "token": "push-test-token",
        "application": "8",
        "data": [{"number": "919876543210", "message": "*One* more"}],
    }
    assert requests.post(f"{console.url}/api/v2/push", json=push, timeout=10).status_code == 200
    expect(thread).to_contain_text("One more")  # without a reload
    owner.get_by_role("button", name="Write STOP").click()
    expect(thread.locator(".theirs")).to_contain_text("STOP")
    owner.goto("/accounts/main/optouts")
    expect(owner.get_by_role("heading", level=1)).to_have_text("1 number wants nothing from main.")
    expect(owner.get_by_role("table")).to_contain_text("Wrote stop")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_have_no_serious_fault(browser: Browser, console: Running, theme: str, width: int) -> None:
    post_lead(console)
    context = browser.new_context(
        base_url=console.url,
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    for path in ("/sandbox", "/sandbox/919876543210", "/accounts", "/accounts/main", "/accounts/main/optouts"):
        page.goto(path)
        assert serious_faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_the_keys_go_and_do_nothing_in_fields(owner: Page, console: Running) -> None:
    post_lead(console)
    owner.goto("/sandbox")
    owner.keyboard.press("j")
    expect(owner.locator("[data-row]").first).to_be_focused()
    owner.keyboard.press("Enter")
    owner.wait_for_url("**/sandbox/*")
    owner.get_by_label("Write as this person").fill("")
    owner.keyboard.type("u?go")
    expect(owner.get_by_label("Write as this person")).to_have_value("u?go")
    owner.get_by_role("heading", level=1).click()
    owner.keyboard.press("?")
    expect(owner.get_by_role("dialog")).to_be_visible()
    assert serious_faults(owner) == []
    owner.keyboard.press("Escape")
    expect(owner.get_by_role("dialog")).to_be_hidden()
    owner.keyboard.press("u")
    owner.wait_for_url("**/sandbox")
    owner.keyboard.press("g")
    owner.keyboard.press("o")
    owner.wait_for_url(console.url + "/")


def test_the_keys_can_be_switched_off(owner: Page, console: Running) -> None:
    owner.context.add_cookies([{"name": "keys", "value": "0", "url": console.url}])
    owner.goto("/accounts")
    owner.keyboard.press("?")
    expect(owner.get_by_role("dialog")).to_be_hidden()


def test_the_address_is_copied_and_where_that_is_refused_selected(owner: Page, console: Running) -> None:
    address = f"{console.url}/callbacks/picky/report-secret"
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    owner.goto("/accounts/main")
    expect(owner.get_by_text("report-secret")).to_be_hidden()
    owner.get_by_role("button", name="Show the address").click()
    copy = owner.get_by_role("button", name="Copy the callback address of main")
    copy.click()
    expect(owner.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert owner.evaluate("navigator.clipboard.readText()") == address
    owner.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    copy.click()
    expect(owner.get_by_role("status").filter(has_text="Selected")).to_have_count(1)
    assert owner.evaluate("getSelection().toString()") == address


def test_an_account_is_paused_and_resumed(owner: Page) -> None:
    owner.goto("/accounts")
    owner.get_by_role("button", name="Pause main").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Account main is paused.")
    owner.get_by_role("button", name="Resume main").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Account main can send.")
    owner.get_by_role("button", name="Check token and balance").click()
    expect(owner.get_by_text("The token works.")).to_be_visible()
