"""What strangers and senders write is shown as text on every page, wherever they write it."""

from __future__ import annotations

import json

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.running import SECRETS, Running, post_raw, wait_for

RUN = "window.ran=(window.ran||0)+1"
SCRIPTS = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'"><svg onload={RUN}>',
    f"' autofocus onfocus={RUN} x='",
    f"javascript:{RUN}//",
    f"</textarea></pre><script>{RUN}</script>",
    f"{{{{ 7*7 }}}}<details open ontoggle={RUN}>",
    f"]]><!--<script>{RUN}</script>-->",
)
PLACES = (
    "/", "/messages", "/messages?q={quoted}", "/events", "/events?q={quoted}", "/events?hook={quoted}", "/events/{event}",
    "/events/{refused}", "/events/{refused}/today", "/events/{event}/today", "/playground?hook=zapier_lead&event={event}",
    "/playground?hook={quoted}", "/setup", "/setup/zapier_lead", "/setup/{quoted}", "/sandbox", "/sandbox/919876543210",
    "/sandbox/{quoted}", "/accounts/{quoted}", "/events/{quoted}", "/jobs/{quoted}", "/sign-in?next={quoted}", "/{quoted}",
    "/bulk?action=cancel&q={quoted}",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(console: Running) -> dict[str, str]:
    """Requests with a script in each value, key, header, file name and path."""
    headers = {"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]}
    body = {"phone": "+91 98765 43210", "first_name": SCRIPTS[0], "interest": " ".join(SCRIPTS), "lead_id": SCRIPTS[1]}
    body |= {script: script for script in SCRIPTS}
    more = {f"X-Odd-{at}": script for at, script in enumerate(SCRIPTS)}
    url = f"{console.url}/hooks/zapier_lead"
    event = requests.post(url, json=body, headers=headers | more, timeout=10).json()["id"]
    refused = requests.post(
        url, data={"phone": SCRIPTS[0], SCRIPTS[2]: SCRIPTS[3]}, files={SCRIPTS[1]: (SCRIPTS[4], b"x", SCRIPTS[0])},
        headers=headers, timeout=10,
    )  # fmt: skip
    odd = json.dumps({"phone": SCRIPTS[5]}).encode()
    post_raw(console.url, (
        f"POST /hooks/<script>{RUN}</script> HTTP/1.1\r\nHost: x\r\nX-Hook-Token: {SECRETS['ZAPIER_TOKEN']}\r\n"
        f"Content-Length: {len(odd)}\r\nConnection: close\r\n\r\n"
    ).encode() + odd)  # fmt: skip
    wait_for(lambda: any(row["event"] == event and row["status"] == "delivered" for row in console.events()))
    return {"event": event, "refused": refused.json()["id"], "quoted": requests.utils.quote(SCRIPTS[0], safe="")}


@pytest.mark.parametrize("path", PLACES)
def test_no_script_of_a_stranger_runs(signed_in: Page, hostile: dict[str, str], path: str) -> None:
    told: list[str] = []
    signed_in.once("dialog", lambda dialog: told.append(dialog.message))
    answer = signed_in.goto(path.format(**hostile))
    assert answer is not None
    assert answer.status in {200, 404}
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    for opened in signed_in.locator("details:not([open]) > summary").all()[:30]:
        if opened.is_visible():
            opened.click()
    assert signed_in.evaluate("window.ran") is None
    markup = signed_in.evaluate(
        "[...document.querySelectorAll('main script, main img[onerror], main svg[onload], main [onfocus], main [ontoggle]')].length"
    )
    assert markup == 0
    assert signed_in.locator("a[href^='javascript:']").count() == 0
    assert told == []


def test_what_was_written_is_there_to_be_read(signed_in: Page, hostile: dict[str, str]) -> None:
    signed_in.goto(f"/events/{hostile['event']}")
    expect(signed_in.get_by_text(SCRIPTS[0]).first).to_be_attached()
