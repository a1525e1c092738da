"""Marked lines at which a test may stop this process dead, to prove what a crash right there leaves behind.

Off unless ADAPTER_FAULT_POINT is set, which only `make chaos` and the tests do: `relay.begun` kills the process the
first time it gets there, `relay.begun:3` the third time, `relay.begun:1:STOP` freezes it instead.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from typing import Final

POINTS: Final = {
    "accept.opened": "the transaction of accepted events is open, nothing is written",
    "accept.written": "events and messages are written, not committed",
    "accept.committed": "they are committed, the sender has no answer yet",
    "claim.written": "the lease is written, not committed",
    "relay.claimed": "the lease is committed",
    "relay.prepared": "the push is built",
    "begin.written": "the attempts are written, not committed",
    "relay.begun": "the attempts are committed, the call is not made yet",
    "relay.answered": "the answer is in hand, nothing of it is written down",
    "settle.written": "the outcome is written, not committed",
    "relay.settled": "the outcome is committed",
    "callback.stored": "what Picky Assist posted is committed, it has no answer yet",
    "callback.written": "what it said is written on messages, not committed",
    "way.written": "the next way of a message is written, not committed",
    "notice.claimed": "the lease of a notice is committed, it is not posted yet",
    "notice.posted": "the answer to a notice is in hand, nothing of it is written down",
    "job.written": "a chunk of a bulk job is written together with the job's place, not committed",
    "job.committed": "it is committed",
    "job.remade": "an event was made again, its job does not know of it",
    "save.kept": "what a hook file holds is kept as a version, its new text is not written",
    "save.written": "the new text lies beside the hook file, which is still the old one",
    "save.replaced": "the hook file is the new one, its text is not a version yet",
}
"""Every marked line, in the order of a message's way, and how things stand there."""

_armed, _, _rest = os.environ.get("ADAPTER_FAULT_POINT", "").partition(":")
_turn, _, _signal = _rest.partition(":")
_count: Final = itertools.count(1)

if _armed and _armed not in POINTS:
    raise SystemExit(f'ADAPTER_FAULT_POINT names no marked line: "{_armed}".')


def reach(point: str) -> None:
    """Say that this process is at a marked line; returns at once unless a test armed just this one."""
    if point == _armed and next(_count) == int(_turn or 1):
        signal.pthread_kill(threading.get_ident(), signal.Signals[f"SIG{_signal or 'KILL'}"])  # at this very line
