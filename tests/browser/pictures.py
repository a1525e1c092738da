"""The pictures in docs/screenshots: `python -m tests.browser.pictures` takes them of an adapter with a shop's day in it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import requests
from playwright.sync_api import Page, sync_playwright

from adapter.picky.sandbox import Events, Sandbox, serve
from tests.browser.chromium import MISSING, find_chromium
from tests.browser.conftest import PASSWORD
from tests.browser.shop import open_shop
from tests.running import ROOT, Running, free_port

FOLDER = ROOT / "docs" / "screenshots"
PAGES = {
    "overview": "/", "messages": "/messages", "events": "/events", "event": "/events/{delivered}",
    "not-sent": "/events/{rejected}", "unknown": "/events/{unknown}", "today": "/events/{rejected}/today",
    "count": "/bulk?action=send_again&state=failed", "hooks": "/setup", "hook": "/setup/won_deal",
    "playground": "/playground?hook=won_deal&event={delivered}", "accounts": "/accounts", "account": "/accounts/main",
    "settings": "/settings", "tokens": "/settings/tokens", "sandbox": "/sandbox/919876543210", "api": "/docs/api",
}  # fmt: skip
PHONE = ("overview", "messages", "event", "not-sent")
DARK = ("overview", "event")


def take(page: Page, events: dict[str, str], folder: Path = FOLDER) -> None:
    """Every page on a desk; some also on a phone, and in the dark."""
    for name, path in PAGES.items():
        page.goto(path.format(**events))
        page.wait_for_timeout(300)
        _save(page, folder / f"{name}.png", width=1280, height=900)
        if name in PHONE:
            _save(page, folder / f"{name}-phone.png", width=390, height=844)
        if name in DARK:
            page.emulate_media(color_scheme="dark")
            _save(page, folder / f"{name}-dark.png", width=1280, height=900)
            page.emulate_media(color_scheme="light")


def take_new_hook(page: Page, adapter: Running, folder: Path = FOLDER) -> None:
    """The five steps of a new hook, with a request as Zapier sends it."""
    page.goto("/setup/new")
    page.get_by_label("Name of the hook").fill("summer_lead")
    page.get_by_label("Country of numbers").fill("India")
    _save(page, folder / "new-hook.png", width=1280, height=900)
    page.get_by_role("button", name="Show the address").click()
    _save(page, folder / "new-hook-connect.png", width=1280, height=900)
    address, secret = (page.locator("dl.facts code").nth(at).inner_text() for at in (0, 1))
    page.get_by_role("link", name="Wait for the test request").click()
    body = {"Full Name": "Asha Menon", "Mobile No": "098765 43210", "campaign": "Summer sale"}
    requests.post(address, json=body, headers={"X-Hook-Token": secret[:-1], "User-Agent": "Zapier"}, timeout=10)
    requests.post(address, json=body, headers={"X-Hook-Token": secret, "User-Agent": "Zapier"}, timeout=10)
    page.get_by_role("link", name="Make a message of it").wait_for()
    _save(page, folder / "new-hook-wait.png", width=1280, height=900)
    page.get_by_role("link", name="Make a message of it").click()
    _save(page, folder / "new-hook-map.png", width=1280, height=900)
    page.get_by_role("button", name="Save summer_lead").click()
    _save(page, folder / "new-hook-test.png", width=1280, height=900)


def _save(page: Page, path: Path, *, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.screenshot(path=path)
    print(path)


def main() -> None:
    """Start everything, fill it, take the pictures."""
    browser_path = find_chromium() or sys.exit(MISSING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        directory, port = Path(temporary), free_port()
        shutil.copytree(ROOT / "templates", directory / "templates")
        events = Events(url=f"http://127.0.0.1:{port}/callbacks/picky/report-secret", delay=0.2, read=0.5)
        sandbox = Sandbox(rate=0, events=events)
        server = serve(sandbox)
        with (
            Running(
                directory, picky_url=server.push_url, templates=directory / "templates", port=port, PICKY_RATE="85",
                ADMIN_PASSWORD=PASSWORD, SECRET_KEY="a-long-random-text-for-signing", CALLBACK_SECRET="report-secret",
                TEMPLATES_WRITABLE="1", API_TOKEN="api-test-token", TIMEZONE="Asia/Kolkata",
            ) as adapter,
            sync_playwright() as playwright,
        ):  # fmt: skip
            shown = open_shop(adapter, sandbox)
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            page = browser.new_context(base_url=adapter.url, viewport={"width": 1280, "height": 900}).new_page()
            page.goto("/sign-in")
            _save(page, FOLDER / "sign-in.png", width=1280, height=900)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/")
            take(page, shown)
            take_new_hook(page, adapter)
            browser.close()
        server.close()
        sandbox.close()


if __name__ == "__main__":
    main()
