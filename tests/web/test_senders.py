"""What is told to click agrees with the page of the sender in docs/sources."""

from __future__ import annotations

import re

import pytest

from adapter.intake.sources import SOURCES
from adapter.web.console.senders import COMMON, SENDERS, sample_of, sender_of, steps_for
from tests.running import ROOT

PLACES = re.compile(r"[A-Z][A-Za-z-]*(?: [A-Za-z-]+)*(?: → [A-Za-z ]+)+")


def test_every_sender_that_is_told_of_is_a_source_with_a_page() -> None:
    assert set(SENDERS) <= set(SOURCES)
    assert set(COMMON) <= set(SOURCES)
    for name, sender in SENDERS.items():
        assert (ROOT / "docs" / "sources" / f"{sender.page}.md").is_file(), name


@pytest.mark.parametrize("name", SENDERS)
def test_menus_are_spelt_as_on_its_page(name: str) -> None:
    page = (ROOT / "docs" / "sources" / f"{SENDERS[name].page}.md").read_text().replace("*", "")
    page = re.sub(r" \(under [A-Za-z]+\)", "", page)
    for step in SENDERS[name].steps:
        for place in PLACES.findall(step):
            last = place.split(" → ")[-1]
            assert place in page or last in page, f"{place} is not in the page of {name}"


@pytest.mark.parametrize("name", SOURCES)
def test_the_address_and_the_secret_are_in_the_steps(name: str) -> None:
    told = " ".join(steps_for(name, url="https://x/hooks/h", secret="s" * 32))
    assert "https://x/hooks/h" in told
    assert "s" * 32 in told
    assert "{" not in told.replace("{{", "")
    kind, body = sample_of(name)
    assert (b"=" if "form" in kind else b"{") in body
    assert sender_of(name).steps
