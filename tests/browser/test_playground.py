"""The playground in a browser: an error leads to its line, mending shows the bubble, saving changes the next request."""

from __future__ import annotations

from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import serious_faults
from tests.browser.conftest import PASSWORD
from tests.running import SECRETS, Running

SAMPLE = "/playground?hook=zapier_lead&sample=lead"


def cursor_line(page: Page) -> int:
    """The line that the cursor is on, from 1."""
    return int(
        page.evaluate(
            "() => {const box = document.activeElement; return box.value.slice(0, box.selectionStart).split('\\n').length}"
        )
    )


def change(page: Page, before: str, after: str) -> str:
    """Type into the hook's box; its text before."""
    box = page.get_by_label("templates/zapier_lead.yaml")
    text = box.input_value()
    assert before in text
    box.fill(text.replace(before, after))
    return text


def test_an_error_leads_to_its_line_and_mending_it_shows_the_message(owner: Page) -> None:
    owner.goto(SAMPLE)
    expect(owner.locator(".bubble")).to_contain_text("Hi ")
    text = change(owner, "{{ name }}", "{{ nam }}")
    line = next(at for at, one in enumerate(text.split("\n"), 1) if "{{ name }}" in one)
    link = owner.get_by_role("link", name=f"Line {line}", exact=True)
    link.click()
    assert cursor_line(owner) == line
    expect(owner.locator("#outcome")).to_contain_text(f"Line {line} must be mended first.")
    expect(owner.locator(".bubble")).to_contain_text("Hi ")  # the last good one stays
    assert serious_faults(owner) == []
    change(owner, "Hi {{ nam }}", "Namaste {{ name }}")
    expect(owner.locator(".bubble")).to_contain_text("Namaste ")
    expect(link).to_have_count(0)


def test_a_late_older_answer_is_dropped(owner: Page) -> None:
    owner.goto(SAMPLE)
    held: list[Route] = []
    owner.route("**/playground/try", lambda route: held.insert(len(held), route))
    change(owner, "Hi {{ name }}", "First {{ name }}")
    owner.wait_for_timeout(500)
    change(owner, "First {{ name }}", "Second {{ name }}")
    owner.wait_for_timeout(500)
    assert len(held) == 2
    held[1].continue_()
    expect(owner.locator(".bubble")).to_contain_text("Second ")
    held[0].continue_()
    owner.wait_for_timeout(300)
    expect(owner.locator(".bubble")).to_contain_text("Second ")


def test_tab_leaves_the_box_and_the_lines_are_numbered(owner: Page) -> None:
    owner.goto(SAMPLE)
    box = owner.get_by_label("templates/zapier_lead.yaml")
    lines = len(box.input_value().split("\n"))
    assert owner.locator(".gutter").inner_text().split("\n")[-1] == str(lines)
    box.focus()
    owner.keyboard.press("Tab")
    expect(owner.get_by_role("button", name="Preview").last).to_be_focused()


def test_the_text_stays_where_the_server_does_not_answer(owner: Page) -> None:
    owner.goto(SAMPLE)
    owner.route("**/playground/try", lambda route: route.abort())
    change(owner, "Hi {{ name }}", "Mine {{ name }}")
    expect(owner.locator("#outcome")).to_contain_text("Preview not available")
    assert "Mine {{ name }}" in owner.get_by_label("templates/zapier_lead.yaml").input_value()


def test_nobody_leaves_unsaved_text_by_accident(owner: Page) -> None:
    owner.goto(SAMPLE)
    change(owner, "Hi {{ name }}", "Mine {{ name }}")
    asked: list[str] = []
    owner.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    owner.get_by_role("link", name="Overview").click()
    owner.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert "Mine {{ name }}" in owner.get_by_label("templates/zapier_lead.yaml").input_value()
    with owner.expect_download() as download:
        owner.get_by_role("button", name="Download zapier_lead.yaml").click()
    assert "Mine {{ name }}" in download.value.path().read_text()


def test_what_is_saved_is_used_and_undone(owner: Page, console: Running) -> None:
    owner.goto(SAMPLE)
    change(owner, "Hi {{ name }}", "Good day {{ name }}")
    owner.get_by_role("button", name="Save zapier_lead").click()
    expect(owner.get_by_text("Saved to templates/zapier_lead.yaml")).to_be_visible()
    body = {"first_name": "Asha", "phone": "+91 98765 43210", "interest": "solar", "lead_id": "77"}
    url, headers = f"{console.url}/hooks/zapier_lead", {"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]}

    def message() -> str:
        told = requests.post(f"{url}?dry_run=1", json=body, headers=headers, timeout=10).json()
        return str(told["pushes"][0]["body"]["data"][0]["message"])

    owner.wait_for_timeout(2_000)  # the other processes look within two seconds
    assert message().startswith("Good day Asha")
    owner.goto("/setup/zapier_lead/history")
    assert serious_faults(owner) == []
    owner.get_by_role("button", name="Undo the last change").click()
    expect(owner.get_by_text("this is what works now")).to_be_visible()
    owner.wait_for_timeout(2_000)
    assert message().startswith("Hi Asha")


def test_of_two_who_edit_the_second_keeps_hers(owner: Page, browser: Browser, console: Running) -> None:
    other = browser.new_context(base_url=console.url).new_page()
    other.goto("/sign-in")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/")
    for page, word in ((owner, "Mine"), (other, "Theirs")):
        page.goto(SAMPLE)
        change(page, "Hi {{ name }}", f"{word} {{{{ name }}}}")
    other.get_by_role("button", name="Save zapier_lead").click()
    expect(other.get_by_text("Saved to")).to_be_visible()
    owner.get_by_role("button", name="Save zapier_lead").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Not saved: somebody else changed it.")
    expect(owner.locator("del")).to_contain_text("Theirs")
    expect(owner.locator("ins")).to_contain_text("Mine")
    assert serious_faults(owner) == []
    owner.get_by_role("button", name="Save mine over it").click()
    expect(owner.get_by_text("Saved to")).to_be_visible()
    templates = Path(console.environ["TEMPLATES_DIR"])
    assert "Mine {{ name }}" in (templates / "zapier_lead.yaml").read_text()
    other.context.close()


def test_without_script_a_button_previews(browser: Browser, console: Running) -> None:
    context = browser.new_context(base_url=console.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/playground?hook=won_deal&sample=form_data")
    box = page.get_by_label("templates/won_deal.yaml")
    box.fill(box.input_value().replace("Hi {{ name }}", "Dear {{ name }}"))
    page.get_by_role("button", name="Preview").last.click()
    expect(page.locator(".bubble")).to_contain_text("Dear Asha")
    assert "Dear {{ name }}" in box.input_value()
    context.close()


def test_it_fits_a_phone_and_everybody(owner: Page) -> None:
    owner.set_viewport_size({"width": 360, "height": 800})
    for scheme in ("light", "dark"):
        owner.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in ("/playground", SAMPLE, "/setup", "/setup/zapier_lead", "/setup/zapier_lead/history"):
            owner.goto(path)
            assert owner.evaluate("document.documentElement.scrollWidth") <= 360
            assert serious_faults(owner) == []
