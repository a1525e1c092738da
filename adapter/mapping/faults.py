"""What is wrong with a hook file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong or doubtful: `line` from 1, and one sentence."""

    line: int
    sentence: str


class HookFaults(Exception):
    """A hook file that does not load; `faults` in the order of their lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("; ".join(f"line {fault.line}: {fault.sentence}" for fault in self.faults))
