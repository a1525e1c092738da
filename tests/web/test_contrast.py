"""The colours of the console can be read: WCAG's ratios of its pairs, from the style sheet itself."""

from __future__ import annotations

import re

import pytest

from tests.running import ROOT

SHEET = (ROOT / "adapter" / "web" / "static" / "console.css").read_text(encoding="utf-8")
FAMILIES = ("moving", "arrived", "person", "badly", "quiet")
GROUNDS = ("bg", "surface", "sunken")
PAIRS = [
    *[(text, ground, 4.5) for text in ("text", "muted", "link") for ground in GROUNDS],
    ("on-link", "link", 4.5),
    *[(text, "bubble", 4.5) for text in ("bubble-text", "bubble-time", "bubble-link")],
    *[(family, f"{family}-tint", 4.5) for family in FAMILIES],
    *[(line, ground, 3.0) for line in ("control", "focus") for ground in GROUNDS],
    *[(f"{family}-fill", "surface", 3.0) for family in FAMILIES],
]


def themes() -> dict[str, list[dict[str, str]]]:
    """The colours by name, of each place that sets them."""
    blocks = re.findall(r"color-scheme: (light|dark);(.*?)}", SHEET, re.DOTALL)
    found: dict[str, list[dict[str, str]]] = {"light": [], "dark": []}
    for theme, block in blocks:
        found[theme].append(dict(re.findall(r"--([a-z-]+): (#[0-9A-Fa-f]{6});", block)))
    return found


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_that_of_the_guidelines() -> None:
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_dark_is_the_same_by_choice_and_by_device() -> None:
    dark = themes()["dark"]
    assert len(dark) == 2
    assert dark[0] == dark[1]
    assert dark[0].keys() == themes()["light"][0].keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_a_pair_can_be_told_apart(theme: str, text: str, ground: str, least: float) -> None:
    colours = themes()[theme][0]
    assert ratio(colours[text], colours[ground]) >= least
