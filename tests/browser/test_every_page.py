"""Every page of the console with a shop's day in it: nothing serious for axe, nothing wider than a phone, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import serious_faults
from tests.browser.shop import open_shop
from tests.running import Running

PAGES = (
    "/", "/?span=7d", "/messages", "/messages?state=delivered", "/messages?q=098765+43210", "/events",
    "/events/{delivered}", "/events/{failed}", "/events/{rejected}", "/events/{ignored}", "/events/{parked}",
    "/events/{rejected}/today", "/bulk?action=send_again&state=failed", "/jobs", "/setup", "/setup/won_deal",
    "/setup/won_deal/history", "/setup/new", "/playground", "/playground?hook=won_deal&event={delivered}", "/accounts",
    "/accounts/main", "/settings", "/settings/tokens", "/settings/audit", "/sandbox", "/sandbox/919876543210",
    "/docs/api", "/no-such-page",
)  # fmt: skip


@pytest.fixture(scope="module")
def events(console: Running) -> dict[str, str]:
    return open_shop(console, console.sandbox)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(signed_in: Page, events: dict[str, str], path: str) -> None:
    faults: list[str] = []
    for scheme, width in (("light", 1280), ("dark", 360)):
        signed_in.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        signed_in.set_viewport_size({"width": width, "height": 900})
        answer = signed_in.goto(path.format(**events))
        assert answer is not None
        assert answer.status == (404 if path == "/no-such-page" else 200)
        assert len(answer.body()) <= 100_000
        assert signed_in.locator("h1").count() == 1
        faults += [f"{scheme} {width}: {fault}" for fault in serious_faults(signed_in)]
        wide = signed_in.evaluate("document.documentElement.scrollWidth")
        faults += [f"{width}: the page is {wide} wide"] if wide > width else []
    assert faults == []
