"""A callback on which the adapter itself fails: an answer in JSON, and a log that holds no secret and no number."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

SECRET = "a-secret-in-an-address-01"
PROGRAM = """
import sys
from adapter import create_app
from adapter.config import load_settings
from adapter.logs import set_up_logs
from adapter.services import open_services
from adapter.web import callbacks

set_up_logs("DEBUG", sys.argv[1])
settings = load_settings({"ADAPTER_SANDBOX": "1", "CALLBACK_SECRET": sys.argv[4], "DATABASE_URL": f"sqlite:///{sys.argv[2]}"})
app = create_app(open_services(settings))


def broken(*_args, **_more):
    raise RuntimeError("a fault of our own")


if sys.argv[3] == "store":
    callbacks.keep = broken
else:
    app.after_request(broken)
written = {"number": "15550001111", "unique-id": "5", "message_in_raw": "a private text"}
answer = app.test_client().post(f"/callbacks/picky/{sys.argv[4]}", json=written)
print(answer.status_code, answer.is_json)
"""


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("where", ["store", "answer"])
def test_a_crash_is_logged_without_the_address_and_what_came(tmp_path: Path, style: str, where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, style, str(tmp_path / "adapter.db"), where, SECRET],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "a fault of our own" in done.stderr
    assert "crashed" in done.stderr
    for private in (SECRET, "15550001111", "a private text", "/callbacks/picky/a"):
        assert private not in done.stderr
    if where == "store":
        assert done.stdout == "500 True\n"
