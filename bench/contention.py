"""How much other programs took of the machine meanwhile: what says whether a figure can be trusted."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from bench.place import Place
from bench.processes import cpu_seconds

_BUSY = (0, 1, 2, 5, 6, 7)  # of the first line of /proc/stat: user, nice, system, irq, softirq, steal


class Contention:
    """Counts from when it is made."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._began = time.monotonic()
        self._others = self._seconds()

    def share(self) -> float:
        """Of all the processors' time so far, what was not this run's; 0 to 1."""
        spent = (self._seconds() - self._others) / ((time.monotonic() - self._began) * (os.cpu_count() or 1))
        return max(0.0, spent)

    def _seconds(self) -> float:
        """Processor seconds of everybody but this process, those it has ended, and the database server it keeps."""
        line = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
        everybody = sum(int(line[at]) for at in _BUSY) / os.sysconf("SC_CLK_TCK")
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        kept = self._place.started_postgres
        server = cpu_seconds(kept.process) if kept and kept.process else 0.0
        return everybody - sum(usage.ru_utime + usage.ru_stime for usage in own) - server
