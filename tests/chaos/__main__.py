"""`python -m tests.chaos`: play every scenario, several at a time, and print the table; status 1 if any row fails."""

from __future__ import annotations

import argparse
import fnmatch
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.chaos import table
from tests.chaos.catalogue import catalogue
from tests.chaos.databases import Databases, stop_all
from tests.chaos.processes import end_all
from tests.chaos.scenario import Row, Scenario, play_all


def main(words: Sequence[str] | None = None) -> int:
    """The exit status."""
    wanted = _arguments(words)
    scenarios = _chosen(wanted.only)
    if not scenarios:
        print(f"No scenario is named {wanted.only}. The names: {', '.join(sorted({s.name for s in catalogue()}))}")
        return 2
    print(f"{len(scenarios)} scenarios, {wanted.jobs} at a time, seed {wanted.seed}", flush=True)
    started = time.monotonic()
    rows = _played(scenarios, jobs=wanted.jobs, seed=wanted.seed)
    print(table.draw(sorted(rows, key=lambda row: scenarios.index(row.scenario))))
    print(table.told(rows, seconds=time.monotonic() - started))
    return 0 if all(row.is_good for row in rows) else 1


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="", help="scenarios to play, joined by commas; * stands for any text")
    parser.add_argument("--jobs", type=int, default=4, help="scenarios played at the same time")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="what chance is made from")
    return parser.parse_args(words)


def _chosen(only: str) -> list[Scenario]:
    patterns = [part.strip() for part in only.split(",") if part.strip()] or ["*"]
    return [
        scenario
        for scenario in catalogue()
        if any(fnmatch.fnmatch(name, pattern) for pattern in patterns for name in (scenario.name, scenario.title))
    ]


def _played(scenarios: Sequence[Scenario], *, jobs: int, seed: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        _leave_nothing_when_interrupted(name)
        databases = Databases(Path(name))
        rows: list[Row] = []
        try:
            for row in play_all(scenarios, databases, jobs=jobs, seed=seed):
                rows.append(row)
                print(table.progress(row), file=sys.stderr, flush=True)
        finally:
            end_all()
            stop_all()
    return rows


def _leave_nothing_when_interrupted(folder: str) -> None:
    def interrupted(_number: int, _frame: FrameType | None) -> None:
        end_all()
        stop_all()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(130)  # threads of scenarios wait for what was killed just now

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)


if __name__ == "__main__":
    sys.exit(main())
