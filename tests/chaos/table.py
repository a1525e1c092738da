"""The rows as text: one table, and under it every sentence about what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.chaos.scenario import Row

_HEADS: Final = (
    "scenario", "database", "answered 200", "kills/faults", "accepted", "unknown", "other states",
    "lost", "twice", "books balance", "seconds", "",
)  # fmt: skip
_MOST_SENTENCES: Final = 12


def draw(rows: Sequence[Row]) -> str:
    """The table and the sentences under it."""
    cells = [_HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *(wrong(row) for row in rows if not row.is_good)])


def told(rows: Sequence[Row], *, seconds: float) -> str:
    """The last line: what all of it comes to."""
    failed = sum(not row.is_good for row in rows)
    return (
        f"{len(rows)} scenarios in {seconds:.0f} s: {sum(row.answered for row in rows)} events answered 200, "
        f"{sum(row.disturbances for row in rows)} kills and faults, {sum(len(row.audit.lost) for row in rows)} lost, "
        f"{sum(len(row.audit.twice) for row in rows)} sent twice; {failed or 'no'} scenarios failed."
    )


def progress(row: Row) -> str:
    """One line, as soon as a scenario is over."""
    return f"{'ok    ' if row.is_good else 'FAILED'} {row.scenario.title} ({row.seconds:.1f} s)"


def wrong(row: Row) -> str:
    """Every sentence about a row that failed, and the last lines of its processes."""
    sentences = [*row.faults, *row.audit.faults]
    shown = "\n".join(f"  {sentence}" for sentence in sentences[:_MOST_SENTENCES])
    more = f"\n  and {len(sentences) - _MOST_SENTENCES} more" if len(sentences) > _MOST_SENTENCES else ""
    return f"\n{row.scenario.title}:\n{shown}{more}\n{row.output}"


def _cells(row: Row) -> tuple[str, ...]:
    states = row.audit.states
    others = ", ".join(
        f"{count} {state}" for state, count in sorted(states.items()) if state not in {"accepted", "unknown"}
    )
    return (
        row.scenario.name, row.scenario.database, str(row.answered), str(row.disturbances),
        str(states["accepted"]), str(states["unknown"]), others or "-",
        str(len(row.audit.lost)), str(len(row.audit.twice)), "no" if row.audit.unbalanced else "yes",
        f"{row.seconds:.1f}", "ok" if row.is_good else "FAILED",
    )  # fmt: skip
