"""What `check` says of the way back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapter.store.engine import Store
from adapter.store.migrate import migrate
from adapter.store.tables import ACCOUNTS
from tests.running import ROOT

SECRET = "a-secret-of-sixteen-and-more"
HOOK = "source: form\nauth: none\nfields: {phone: {type: phone}}\npush: {to: '{{ phone }}', message: Hi}\n"
PASTE = "paste this address in Picky Assist → Developers → Webhooks, as Event webhook and as Global webhook: "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "h.yaml").write_text(HOOK)
    return tmp_path


def notes(folder: Path, **environ: str) -> list[str]:
    """The notes about accounts and addresses; there is no fault."""
    done = subprocess.run(
        [sys.executable, "-m", "adapter", "check"],
        check=False, cwd=folder, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PICKY_TOKEN": "t"} | environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.removeprefix("note: ") for line in done.stdout.splitlines() if line.startswith("note: ")]
    return [line for line in lines if line.startswith(("account ", "PUBLIC_URL"))]


def test_it_shows_the_address_to_paste_and_makes_no_database(folder: Path) -> None:
    told = notes(folder, CALLBACK_SECRET=f"{SECRET},old-secret-which-is-long", PUBLIC_URL="https://hooks.example.com")
    assert told == [f"account main: {PASTE}https://hooks.example.com/callbacks/picky/{SECRET}"]
    assert not (folder / "var").exists()


def test_it_says_what_to_set_where_there_is_no_secret(folder: Path) -> None:
    (folder / "templates" / "accounts.yaml").write_text("shop2: {token: x}\n")
    main, shop2 = notes(folder)
    assert "account main: Picky Assist cannot report what became of messages: set CALLBACK_SECRET" in main
    assert "account shop2: " in shop2
    assert "its callback_secret in accounts.yaml" in shop2


def test_it_warns_of_an_address_that_nobody_else_reaches_and_of_a_secret_that_is_guessed(folder: Path) -> None:
    public, paste, short = notes(folder, CALLBACK_SECRET="abc", PORT="8123")
    assert public.startswith("PUBLIC_URL is not set, and Picky Assist cannot reach http://127.0.0.1:8123:")
    assert paste.endswith("http://127.0.0.1:8123/callbacks/picky/abc")
    assert "fewer than 16 characters" in short


def test_it_says_whether_reports_have_ever_arrived(folder: Path, database_url: str) -> None:
    store = Store(database_url)
    environ = {"DATABASE_URL": database_url, "CALLBACK_SECRET": SECRET, "PUBLIC_URL": "https://hooks.example.com"}
    assert len(notes(folder, **environ)) == 1  # it has no tables yet
    migrate(store)
    with store.write() as connection:
        row = {"name": "main", "reported_at": 1_700_000_000.0}  # 2023-11-14 22:13:20 UTC
        connection.execute(sa.insert(ACCOUNTS).values(row | {"destination": "sandbox"}))
    assert notes(folder, **environ)[1:] == ["account main: No delivery report has ever arrived."]
    with store.write() as connection:
        connection.execute(sa.insert(ACCOUNTS).values(row | {"destination": "live"}))
    store.close()
    told = notes(folder, **environ)
    assert told[1:] == ["account main: The last delivery report arrived 2023-11-14 22:13 UTC."]


def test_it_is_quiet_where_the_database_does_not_answer(folder: Path) -> None:
    gone = "postgres://nobody@127.0.0.1:1/none"
    assert len(notes(folder, DATABASE_URL=gone, CALLBACK_SECRET=SECRET, PUBLIC_URL="https://hooks.example.com")) == 1


def test_it_warns_of_a_deadline_of_which_nobody_would_hear(folder: Path) -> None:
    way = "{to: '{{ phone }}', message: Hi, fallback: [{message: Hello, after: 5m}]}"
    (folder / "templates" / "h.yaml").write_text(HOOK.replace("{to: '{{ phone }}', message: Hi}", way))
    done = subprocess.run(
        [sys.executable, "-m", "adapter", "check"],
        check=False, cwd=folder, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PICKY_TOKEN": "t"},
    )  # fmt: skip
    assert "note: hook h: push.fallback waits until a message is delivered, but nobody tells that" in done.stdout
    told = notes(folder, CALLBACK_SECRET=SECRET, PUBLIC_URL="https://hooks.example.com")
    assert len(told) == 1
