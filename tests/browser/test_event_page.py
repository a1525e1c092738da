"""One event's page in a real browser: its story over a running adapter, its buttons, and its command in a real shell."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import serious_faults
from tests.browser.shop import deal, lead
from tests.running import SECRETS, Running, wait_for

XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def told(console: Running) -> str:
    """An event with something in each of its parts."""
    event = str(deal(console, 3210, Full_Name=f"{XSS} *Menon*")["id"])
    wait_for(lambda: any(row["event"] == event and row["status"] == "delivered" for row in console.events()))
    return event


def test_the_answer_is_the_heading_and_the_title(owner: Page, told: str) -> None:
    owner.goto(f"/events/{told}")
    expect(owner.get_by_role("heading", level=1)).to_have_text("Delivered to +91 ••••• •3210.")
    assert owner.title().startswith("Delivered")
    owner.get_by_text("The JSON sent").click()
    expect(owner.get_by_label("JSON sent")).to_contain_text('"token": "***"')
    assert owner.get_by_text(XSS).count() > 0


def test_it_follows_the_message_without_being_loaded_again(owner: Page, console: Running) -> None:
    console.command("pause", "main")
    event = str(deal(console, 3211)["id"])
    owner.goto(f"/events/{event}")
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Waiting its turn")
    came, message = (owner.locator("details.part").nth(place) for place in (0, 4))
    came.locator("summary").first.click()
    came.get_by_text("Show what came").click()
    message.locator("summary").first.click()  # what a person closed stays closed
    console.command("resume", "main")
    expect(owner.get_by_role("heading", level=1)).to_have_text("Delivered to +91 ••••• •3211.", timeout=20_000)
    assert owner.title().startswith("Delivered")
    expect(came.get_by_label("Body as it came")).to_be_visible()
    expect(message.locator(".steps")).to_be_hidden()
    message.locator("summary").first.click()
    expect(message.locator(".steps")).to_contain_text("Delivered")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_with_everything_open_is_for_everybody(owner: Page, told: str, scheme: str, width: int) -> None:
    owner.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    owner.set_viewport_size({"width": width, "height": 900})
    for path in (f"/events/{told}", f"/events/{told}/today", f"/events/{told}/curl", f"/events/{told}/sample"):
        owner.goto(path)
        owner.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert serious_faults(owner) == []
        assert owner.evaluate("document.documentElement.scrollWidth") <= width


def test_the_command_is_the_request_again_in_a_real_shell(owner: Page, console: Running, told: str) -> None:
    owner.goto(f"/events/{told}/curl")
    owner.get_by_text("Menu", exact=True).click()
    owner.get_by_role("button", name="Show numbers").click()
    command = owner.get_by_label("Command").inner_text()
    assert SECRETS["ZOHO_TOKEN"] not in command
    run = subprocess.run(
        ["bash", "-c", command], capture_output=True, check=True, timeout=20,
        env={"PATH": "/usr/bin:/bin", "TOKEN": SECRETS["ZOHO_TOKEN"]},
    )  # fmt: skip
    answer = json.loads(run.stdout)
    assert answer["outcome"] == "queued"
    assert answer["messages"][0]["to"] == "919876543210"


def test_a_rejected_event_is_replayed_after_its_hook_was_mended(owner: Page, console: Running) -> None:
    event = lead(console, 77, phone="", Handy="+91 98765 40077")["id"]
    owner.goto(f"/events/{event}")
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Not sent: ")
    file = Path(console.environ["TEMPLATES_DIR"]) / "zapier_lead.yaml"
    file.write_text(file.read_text().replace("from: [phone,", "from: [Handy, phone,", 1))
    wait_for(lambda: "message more" in _today(owner, event), seconds=10)
    owner.get_by_role("button", name="Replay and send 1 message").click()
    expect(owner.get_by_role("status").first).to_contain_text("Replayed: it made 1 message")
    wait_for(lambda: any(row["event"] == event and row["status"] == "delivered" for row in console.events()))


def _today(page: Page, event: str) -> str:
    page.goto(f"/events/{event}/today")
    return page.get_by_role("heading", level=1).inner_text()
