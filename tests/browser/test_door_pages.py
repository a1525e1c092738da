"""The door in a real browser: wrong passwords, a session that ends under one's hands, and pages for everybody."""

from __future__ import annotations

import re
import subprocess
import sys

from playwright.sync_api import Page, expect

from adapter.signing_in import sessions
from adapter.store.engine import Store
from tests.browser.chromium import serious_faults
from tests.browser.conftest import PASSWORD
from tests.running import Running


def faults(page: Page) -> list[str]:
    """What axe finds in both themes, on a phone and on a desk; and whether the page is wider than the screen."""
    found = []
    for scheme, width in (("light", 1280), ("dark", 360), ("light", 360), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{scheme} {width}: {fault}" for fault in serious_faults(page)]
        found += [f"{width}: too wide"] if page.evaluate("document.documentElement.scrollWidth") > width else []
    return found


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def end_sessions(console: Running) -> None:
    """As if somebody had signed out in all browsers."""
    store = Store(console.environ["DATABASE_URL"])
    sessions.end_all(store)
    store.close()


def test_a_form_survives_the_end_of_its_session(owner: Page, console: Running) -> None:
    owner.goto("/settings/tokens")
    owner.get_by_label("Name").fill("Google <b>Sheet</b>")
    owner.get_by_label("Read and write").check()
    end_sessions(console)
    owner.get_by_role("button", name="Make the token").click()
    expect(owner.get_by_text("what you typed is kept, nothing was sent")).to_be_visible()
    assert faults(owner) == []
    sign_in(owner)
    expect(owner.get_by_role("heading", level=1)).to_have_text("Nothing was sent. What you typed is here.")
    expect(owner.locator("dd bdi").first).to_have_text("Google <b>Sheet</b>")
    assert faults(owner) == []
    owner.get_by_role("button", name="Send it now").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("The token is made.")
    assert faults(owner) == []


def test_it_warns_two_minutes_before_the_session_ends(owner: Page) -> None:
    bar = owner.locator("#session")
    owner.clock.install()
    owner.goto("/settings")
    expect(bar).to_be_hidden()
    owner.clock.fast_forward(28 * 60 * 1_000)  # the server's own clock stands: another tab kept the session alive
    owner.wait_for_timeout(200)
    expect(bar).to_be_hidden()
    owner.route(
        "**/session", lambda route: route.fulfill(body="120") if route.request.method == "GET" else route.continue_()
    )
    owner.clock.fast_forward(28 * 60 * 1_000)
    expect(bar).to_contain_text("You will be signed out in 2 min.")
    assert faults(owner) == []
    owner.get_by_role("button", name="Stay signed in").click()
    expect(bar).to_be_hidden()


def test_numbers_are_shown_and_hidden_from_the_menu(owner: Page) -> None:
    owner.goto("/settings/tokens")
    for word, other in (("Show numbers", "Hide numbers"), ("Hide numbers", "Show numbers")):
        owner.get_by_text("Menu").click()
        owner.get_by_role("button", name=word).click()
        expect(owner.get_by_role("button", name=other, include_hidden=True)).to_be_attached()
        assert owner.url.partition("?")[0].endswith("/settings/tokens")


def test_the_settings_are_for_everybody(owner: Page) -> None:
    for path in ("/settings", "/settings/tokens", "/settings/audit"):
        owner.goto(path)
        assert faults(owner) == []
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.goto("/settings")
    owner.get_by_label("Dark").check()
    owner.get_by_label("Off").check()
    owner.get_by_role("button", name="Keep this look").click()
    expect(owner.locator("html")).to_have_attribute("data-theme", "dark")
    expect(owner.get_by_label("Off")).to_be_checked()


def test_wrong_passwords_have_to_wait_and_a_link_of_the_server_helps(stranger: Page, console: Running) -> None:
    stranger.goto("/sign-in")
    stranger.get_by_role("button", name="Show password").click()
    expect(stranger.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    for _ in range(5):
        sign_in(stranger, "wrong")
        expect(stranger.get_by_role("alert")).to_have_text("That is not the password.")
    sign_in(stranger)
    expect(stranger.get_by_role("alert")).to_have_text(re.compile(r"Too many tries from this address; next in \d+ s\."))
    assert faults(stranger) == []
    command = [sys.executable, "-m", "adapter", "sign-in"]
    told = subprocess.run(
        command, cwd=console.directory, env=console.environ, capture_output=True, text=True, check=True
    )
    stranger.goto(told.stdout.strip())
    assert faults(stranger) == []
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url(f"{console.url}/")
    stranger.goto("/settings/audit")
    expect(stranger.get_by_text("Signed in by a one-time link")).to_be_visible()
    stranger.goto(told.stdout.strip())
    expect(stranger.get_by_text("works once")).to_be_visible()
