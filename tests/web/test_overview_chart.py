"""Where the chart's bars stand, by reasoning about what is in them."""

from __future__ import annotations

import itertools

import pytest

from adapter.web.console.chart import HEIGHT, axis_steps, draw, first_hour

NOW = 100 * 3600.0 + 1800  # half past, in the hundredth hour


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (5, [0, 2, 4, 6]), (8, [0, 2, 4, 6, 8]), (9, [0, 5, 10]),
        (41, [0, 20, 40, 60]), (1_204, [0, 500, 1_000, 1_500]),
    ],
)  # fmt: skip
def test_the_axis_has_whole_numbers_in_steps_of_one_two_and_five(most: int, steps: list[int]) -> None:
    assert axis_steps(most) == steps


def test_a_bar_is_as_high_as_what_is_in_it() -> None:
    counted = {(100, "delivered"): 3, (100, "read"): 1, (100, "accepted"): 2, (100, "failed"): 1, (99, "parked"): 8}
    chart = draw(counted, now=NOW, bars=24, hours=1, zone="UTC")
    last, before = chart.bars[-1], chart.bars[-2]
    assert chart.axis[-1] == (8, 0.0)
    assert chart.axis[0] == (0, HEIGHT)
    assert sum(part.height for part in last.parts) == pytest.approx(HEIGHT * 7 / 8)
    assert [(part.family, part.count) for part in last.parts] == [("arrived", 4), ("moving", 2), ("badly", 1)]
    assert last.parts[0].y + last.parts[0].height == HEIGHT
    for lower, upper in itertools.pairwise(last.parts):
        assert upper.y + upper.height == pytest.approx(lower.y)
    assert [(part.family, part.y, part.height) for part in before.parts] == [("person", 0.0, HEIGHT)]


def test_the_bars_stand_side_by_side_and_the_last_one_is_running() -> None:
    bars = draw({}, now=NOW, bars=24, hours=1, zone="UTC").bars
    assert [bar.running for bar in bars] == [False] * 23 + [True]
    assert all(left.x + left.width < right.x for left, right in itertools.pairwise(bars))
    assert bars[-1].x + bars[-1].width < 100
    assert all(left.end == right.start for left, right in itertools.pairwise(bars))
    assert bars[-1].start <= NOW < bars[-1].end


def test_six_hours_are_one_bar() -> None:
    first = first_hour(NOW, 28, 6)
    chart = draw(
        {(96, "read"): 1, (100, "read"): 1, (first, "failed"): 1, (first - 1, "failed"): 9},
        now=NOW,
        bars=28,
        hours=6,
        zone="UTC",
    )
    assert first == 96 - 27 * 6
    assert chart.bars[-1].counts == {"arrived": 2}
    assert chart.totals["badly"] == 1
    assert chart.total == 3


def test_a_bar_leads_to_the_messages_of_its_local_hour() -> None:
    bar = draw({}, now=NOW, bars=24, hours=1, zone="Asia/Kolkata").bars[-1]
    assert (bar.begins, bar.ends, bar.label) == ("1970-01-05T09:30", "1970-01-05T10:30", "09:30")


def test_it_says_what_there_is_to_see() -> None:
    counted = {(100, "delivered"): 1_204, (99, "parked"): 45}
    assert (
        draw(counted, now=NOW, bars=24, hours=1, zone="UTC").finding == "1,204 delivered, 45 need you; most at 04:00."
    )
    assert draw({}, now=NOW, bars=24, hours=1, zone="UTC").finding == "Nothing came in this time."
    both = {(100, "held"): 1, (100, "failed"): 1}
    assert draw(both, now=NOW, bars=24, hours=1, zone="UTC").finding == "1 needs you, 1 ended badly; most at 04:00."
    assert draw({(100, "held"): 1}, now=NOW, bars=24, hours=1, zone="UTC").finding == "1 needs you; most at 04:00."
