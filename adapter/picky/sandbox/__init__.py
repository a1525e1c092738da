"""The sandbox: a stand-in for the push API that `make run`, the tests and the benchmarks send to; no phone is reached.

It reads the facts about Picky Assist on its own and imports nothing else of the adapter, so that one typo cannot be
made on both sides and pass.
"""

from __future__ import annotations

from adapter.picky.sandbox.books import Sandbox
from adapter.picky.sandbox.events import Events
from adapter.picky.sandbox.rules import Rule
from adapter.picky.sandbox.server import Running, run_forever, serve

__all__ = ["Events", "Rule", "Running", "Sandbox", "run_forever", "serve"]
