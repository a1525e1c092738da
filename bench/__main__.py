"""`python -m bench`: everything is measured in one run, side by side, and told in one table."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Final

from bench import accept, burst, console, drain, growth, latency, memory, stages
from bench.contention import Contention
from bench.place import Place
from bench.table import Row, render

_PARTS: Final[Mapping[str, Callable[[Place], list[Row]]]] = {
    "a": accept.measure,
    "b": drain.measure,
    "c": burst.measure,
    "d": latency.measure,
    "e": lambda place: [*growth.measure(place), *memory.measure(place)],
    "f": console.measure,
}


def main() -> None:
    """Run the parts that are asked for."""
    options = _options()
    signal.signal(signal.SIGTERM, _leave)
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Place(Path(folder), quick=options.quick) as place:
        contention = Contention(place)
        for name in [name for name in _PARTS if name in options.only]:
            began, meanwhile = time.monotonic(), Contention(place)
            try:
                rows += _PARTS[name](place)
            except Exception:  # noqa: BLE001 - what the other parts found is told all the same
                traceback.print_exc()
                failed.append(name)
            took = f"{time.monotonic() - began:.0f} s, other programs {meanwhile.share():.0%} of the processors"
            print(f"{name}: {took}", file=sys.stderr)
        others = contention.share()
    if rows:
        print(f"{os.cpu_count()} cores, of which other programs took {others:.0%}; Python {platform.python_version()}")
        print("median (least–most) of the rounds")
        print(render(rows))
    if "stages" in options.only:
        print()
        stages.main()
    if failed:
        sys.exit(f"These parts failed: {', '.join(failed)}.")


def _options() -> argparse.Namespace:
    names = (*_PARTS, "stages")

    def parts(text: str) -> list[str]:
        if unknown := set(text.split(",")) - set(names):
            raise argparse.ArgumentTypeError(f"there is no part {', '.join(sorted(unknown))}")
        return text.split(",")

    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=parts, default=list(names), help=f"parts of {','.join(names)}")
    parser.add_argument("--quick", action="store_true", help="less of everything: whether it works, not how fast")
    return parser.parse_args()


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(1)  # an exception, so that every process that was started is ended


if __name__ == "__main__":
    main()
