"""A browser, and an adapter whose console it has signed in to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from adapter.picky.sandbox import Events, Sandbox, serve
from tests.browser.chromium import MISSING, find_chromium
from tests.running import ROOT, Running, free_port

PASSWORD = "the-owners-password"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of a process."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole adapter in practice mode for the tests of a file: console open, hook files writable, reports arriving.

    `console.sandbox` are the books of its sandbox.
    """
    directory = tmp_path_factory.mktemp("console")
    templates = directory / "templates"
    shutil.copytree(ROOT / "templates", templates)
    port = free_port()
    sandbox = Sandbox(rate=0, events=Events(url=f"http://127.0.0.1:{port}/callbacks/picky/report-secret", delay=0.2))
    server = serve(sandbox)
    with Running(
        directory, picky_url=server.push_url, templates=templates, port=port, ADMIN_PASSWORD=PASSWORD,
        SECRET_KEY="a-long-random-text-for-signing", CALLBACK_SECRET="report-secret", TEMPLATES_WRITABLE="1",
        API_TOKEN="api-test-token",
    ) as adapter:  # fmt: skip
        adapter.sandbox = sandbox  # type: ignore[attr-defined]
        yield adapter
    server.close()
    sandbox.close()


@pytest.fixture
def context(browser: Browser, console: Running) -> Iterator[BrowserContext]:
    """A fresh browser profile; a script that fails, or a breach of the pages' policy, fails the test."""
    opened = browser.new_context(base_url=console.url, viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def stranger(context: BrowserContext) -> Iterator[Page]:
    """A page of somebody who has not signed in."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert faults == []


@pytest.fixture
def owner(stranger: Page) -> Page:
    """A page of the owner, signed in, on the overview."""
    stranger.goto("/sign-in")
    stranger.get_by_label("Password", exact=True).fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()
    stranger.wait_for_url("**/")
    return stranger


@pytest.fixture(scope="module")
def signed_in(browser: Browser, console: Running) -> Iterator[Page]:
    """One page of the owner for all tests of a file that only look."""
    context = browser.new_context(base_url=console.url)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    yield page
    context.close()
