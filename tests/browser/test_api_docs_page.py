"""What a program can do, as a page: for a desk and for a phone, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import serious_faults


@pytest.mark.parametrize("width", [1280, 360])
def test_the_api_can_be_read(owner: Page, width: int) -> None:
    owner.set_viewport_size({"width": width, "height": 900})
    for theme in ("light", "dark"):
        owner.emulate_media(color_scheme=theme)
        owner.goto("/docs/api")
        expect(owner.get_by_role("heading", name="What a program can do")).to_be_visible()
        assert serious_faults(owner) == []
        assert owner.evaluate("document.documentElement.scrollWidth") <= width


def test_an_operation_shows_a_call_with_the_token_in_the_shell(owner: Page) -> None:
    owner.goto("/docs/api")
    owner.get_by_role("link", name="Begin a job").click()
    one = owner.locator("#begin_job")
    expect(one).to_be_in_viewport()
    expect(one.locator("pre")).to_contain_text("$TOKEN")
    expect(one.get_by_text("needs a token that may write")).to_be_visible()
    one.get_by_text("What it takes and answers").click()
    expect(one.get_by_text("filter.state", exact=True)).to_be_visible()


def test_the_page_is_not_too_long(owner: Page) -> None:
    assert len(owner.request.get("/docs/api").body()) <= 100_000
