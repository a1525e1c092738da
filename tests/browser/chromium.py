"""Where a Chromium is: the one that Debian's package installs, or the one that CHROMIUM names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
MISSING = "NO CHROMIUM: the pages of the console are not tested here. Install it: apt-get install chromium"


def find_chromium() -> str | None:
    """The path of a browser; None where there is none."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def serious_faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page as it is shown, a line each."""
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # not as a script element: the policy forbids it
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
