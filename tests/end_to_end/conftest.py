"""What the tests of a running adapter share: a file that defines `shared` starts one, and each test finds it empty."""

from __future__ import annotations

import pytest

from adapter.picky.sandbox import Sandbox
from tests.running import Running


@pytest.fixture
def fresh(shared: tuple[Running, Sandbox]) -> tuple[Running, Sandbox]:
    """The adapter of this file and its sandbox, with nothing in its database and in the sandbox."""
    running, sandbox = shared
    running.forget()
    sandbox.reset()
    return running, sandbox
