"""Three minutes: from the first start to a message in the sandbox's inbox."""

from __future__ import annotations

import json

import requests
from playwright.sync_api import Page, expect

from tests.browser.chromium import serious_faults
from tests.running import Running, post_raw


def look(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in both themes and sizes."""
    faults = []
    for scheme, width in (("dark", 360), ("light", 1280)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        faults += serious_faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{wide} wide at {width}"] if wide > width else []
    return faults


def step_to_waiting(page: Page, sender: str, name: str, region: str) -> tuple[str, str]:
    """Through steps 1 and 2 by keyboard; the address and the secret that are shown."""
    page.goto("/setup")
    page.get_by_role("link", name="New hook").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name=sender, exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Name of the hook").focus()
    page.keyboard.type(name)
    page.get_by_label("Country of numbers").fill(region)
    assert look(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Connect {sender}")).to_be_visible()
    assert look(page) == []
    shown = page.locator("dl.facts code")
    address, secret = shown.nth(0).inner_text(), shown.nth(1).inner_text()
    page.get_by_role("link", name="Wait for the test request").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting for your test request…")).to_be_visible()
    assert look(page) == []
    return address, secret


def test_a_zap_becomes_a_message_in_three_minutes(owner: Page, console: Running) -> None:
    address, secret = step_to_waiting(owner, "Zapier", "summer_lead", "IN")
    assert address == f"{console.url}/hooks/summer_lead"
    body = {"Full Name": "Asha Menon", "Mobile No": "098765 43210", "campaign": "Summer sale"}
    wrong = requests.post(address, json=body, headers={"X-Hook-Token": secret[:-1]}, timeout=10)
    assert wrong.status_code == 401
    expect(owner.get_by_text("31 characters, ours has 32")).to_be_visible()
    requests.post(f"{console.url}/hooks/summer-lead", json=body, timeout=10)
    expect(owner.get_by_text("Yours is summer_lead.")).to_be_visible()
    sent = requests.post(address, json=body, headers={"X-Hook-Token": secret}, timeout=10)
    assert (sent.status_code, sent.json()["status"]) == (200, "ignored")
    expect(owner.get_by_text('"campaign"')).to_be_visible()
    assert look(owner) == []
    owner.get_by_role("link", name="Make a message of it").click()
    expect(owner.get_by_label("The phone number is in")).to_have_value("Mobile No")
    expect(owner.locator(".bubble").first).to_contain_text("Hi Asha Menon")
    owner.get_by_label("Message").fill("Hello {{ name }}, the summer sale is on! ☀️")
    owner.get_by_role("button", name="Preview").click()
    expect(owner.locator(".bubble").first).to_contain_text("Hello Asha Menon, the summer sale is on! ☀️")
    assert look(owner) == []
    owner.get_by_role("button", name="Save summer_lead").click()
    expect(owner.get_by_role("heading", name="summer_lead is saved. Test it.")).to_be_visible()
    assert console.events()[-1]["id"] is None  # nothing was sent so far
    owner.get_by_label("Your own number").fill("+91 98765 00001")
    owner.get_by_role("button", name="Send a test message (practice").click()
    expect(owner.get_by_text("Delivered").first).to_be_visible(timeout=15_000)
    assert look(owner) == []
    messages = [one for one in console.sandbox.messages() if one["number"] == "919876500001"]  # type: ignore[attr-defined]
    assert [one["message"] for one in messages] == ["Hello Asha Menon, the summer sale is on! ☀️"]
    owner.get_by_role("link", name="The sandbox's inbox").click()
    expect(owner.get_by_text("the summer sale is on!").first).to_be_visible()
    real = requests.post(address, json=body, headers={"X-Hook-Token": secret}, timeout=10)
    assert (real.status_code, real.json()["status"], real.json()["messages"]) == (200, "queued", 1)
    assert f"SUMMER_LEAD_TOKEN={secret}" in (console.directory / ".env").read_text()
    assert secret not in (console.directory / "templates" / "summer_lead.yaml").read_text()
    assert secret not in console.log.read_text()


def test_a_raw_form_of_zoho_crm_is_kept_and_mapped(owner: Page, console: Running) -> None:
    address, secret = step_to_waiting(owner, "Zoho CRM", "deal_closed", "")
    path = address.removeprefix(console.url)
    body = b"Deal+Id=5725767000003000010&First_Name=Ravi&Mobile=-None-&Phone=%2B91+98765+43211"
    status, _, answer = post_raw(console.url, (
        f"POST {path}/{secret} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body)  # fmt: skip
    assert (status, json.loads(answer)["messages"]) == (200, 0)
    expect(owner.get_by_text("First_Name=Ravi")).to_be_visible()
    owner.get_by_role("link", name="Make a message of it").click()
    expect(owner.locator(".bubble").first).to_contain_text("Hi Ravi")
    assert secret not in owner.content()


def test_a_sample_stands_in_for_a_request(owner: Page, console: Running) -> None:
    step_to_waiting(owner, "Make", "made", "")
    owner.get_by_role("button", name="Use a sample instead").click()
    expect(owner.locator(".bubble").first).to_contain_text("Asha")
    owner.get_by_text("Edit it as a file").click()
    owner.get_by_label("templates/made.yaml").fill("source: make\nauth: none\nfields: [\n")
    owner.get_by_role("button", name="Preview").click()
    expect(owner.get_by_text("must be mended first")).to_be_visible()
    expect(owner.get_by_label("templates/made.yaml")).to_have_value("source: make\nauth: none\nfields: [\n")
