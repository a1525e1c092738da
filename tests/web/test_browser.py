"""Form hooks and people: a redirect, a script from a listed origin, a page at `/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapter.picky.sandbox import Sandbox, serve
from tests.running import Running

HOOK = """\
source: form
auth: none
fields: {phone: {type: phone, required: true}}
push: {to: "{{ phone }}", message: Hi}
browser: {redirect: "https://example.com/thanks", origins: ["https://example.com"]}
"""
FORM = {"phone": "+34 600 000 001"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "hooks").mkdir()
    (folder / "hooks" / "h.yaml").write_text(HOOK)
    with (
        serve(Sandbox(rate=0)) as box,
        Running(folder, picky_url=box.push_url, templates=Path(folder / "hooks")) as adapter,
    ):
        yield adapter.url


def test_a_person_is_redirected_to_the_page_the_hook_names(url: str) -> None:
    answer = requests.post(
        f"{url}/hooks/h", data=FORM, headers={"Accept": "text/html"}, allow_redirects=False, timeout=5
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://example.com/thanks")


def test_a_machine_is_never_redirected(url: str) -> None:
    answer = requests.post(f"{url}/hooks/h", data=FORM, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.json()["ok"]) == (200, True)


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://example.com", True), ("https://evil.example", False), ("null", False)]
)
def test_only_a_listed_origin_may_read_the_answer(url: str, origin: str, allowed: bool) -> None:
    headers = {"Origin": origin}
    preflight = requests.options(
        f"{url}/hooks/h", headers=headers | {"Access-Control-Request-Method": "POST"}, timeout=5
    )
    good = requests.post(f"{url}/hooks/h", json=FORM, headers=headers, timeout=5)
    bad = requests.post(f"{url}/hooks/h", json={}, headers=headers, timeout=5)
    assert [answer.status_code for answer in (preflight, good, bad)] == [200, 200, 422]
    for answer in (preflight, good, bad):
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert answer.headers["Vary"] == "Origin"
    assert ("Access-Control-Allow-Methods" in preflight.headers) is allowed


def test_the_first_page_says_that_this_is_practice_under_a_strict_policy(url: str) -> None:
    page = requests.get(url, timeout=5)
    assert "Practice · nothing reaches a real phone" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    style = requests.get(f"{url}/static/plain.css", timeout=5)
    assert style.headers["Content-Type"].startswith("text/css")
