"""Whatever the rate, no 60 s ever see more calls started than it allows."""

from __future__ import annotations

import pytest

from adapter.delivery.pace import spacing, wait


@pytest.mark.parametrize("rate", [1, 2, 3, 5, 10, 60, 85, 90, 600])
def test_no_minute_sees_more_calls_than_the_rate(rate: int) -> None:
    clock, next_call, starts = 0.0, 0.0, []
    while clock < 300:
        pause = wait(rate, next_call, clock)
        if pause:
            clock += pause
            continue
        starts.append(clock)
        next_call = max(next_call, clock) + spacing(rate)[0]
    for index, start in enumerate(starts):
        assert sum(1 for other in starts[index:] if other - start < 60 - 1e-6) <= rate


def test_an_idle_account_calls_at_once() -> None:
    assert wait(85, 0.0, 1000.0) == 0


def test_no_rate_means_no_wait() -> None:
    assert wait(0, 10**9, 0.0) == 0
