"""What is set is shown with where it comes from, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter.config import SETTINGS, read_environment, read_settings
from adapter.set_values import Shown, shown


def rows(environ: dict[str, str], process: dict[str, str] | None = None) -> dict[str, Shown]:
    settings, faults = read_settings(environ)
    assert faults == []
    return {row.name: row for row in shown(settings, environ if process is None else process)}


def test_every_setting_has_its_row() -> None:
    assert list(rows({})) == [setting.name for setting in SETTINGS]


def test_no_secret_is_shown(tmp_path: Path) -> None:
    secrets = {setting.name: f"hidden-{at}-word" for at, setting in enumerate(SETTINGS) if setting.secret}
    secrets["DATABASE_URL"] = "postgres://shop:hidden-a@db.example.com:5432/shop?sslmode=require&password=hidden-b"
    told = rows(secrets | {"PICKY_URL": "https://user:hidden-c@proxy.example.com/push"})
    assert "hidden" not in str(told)
    assert told["PICKY_TOKEN"].value == "set"
    assert told["DATABASE_URL"].value == "postgres://shop:***@db.example.com:5432/shop"
    assert rows({})["PICKY_TOKEN"].value == "not set"


def test_it_says_where_a_value_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(f"PICKY_RATE=20\nPICKY_BATCH=7\nPICKY_TOKEN_FILE={tmp_path / 'token'}\nLOCALE=\n")
    (tmp_path / "token").write_text("picky-secret")
    monkeypatch.setenv("PICKY_RATE", "30")
    told = rows(read_environment(tmp_path), {"PICKY_RATE": "30"})
    assert (told["PICKY_RATE"].value, told["PICKY_RATE"].origin) == ("30", "environment")
    assert (told["PICKY_BATCH"].value, told["PICKY_BATCH"].origin) == ("7", ".env")
    assert (told["PICKY_TOKEN"].value, told["PICKY_TOKEN"].origin) == ("set", "the file that PICKY_TOKEN_FILE names")
    assert (told["LOCALE"].value, told["LOCALE"].origin) == ("en", "default")


def test_values_are_written_as_they_are_set() -> None:
    told = rows({"ADAPTER_SANDBOX": "true", "NOTIFY_HOSTS": "a.example.com,b.example.com"})
    assert told["ADAPTER_SANDBOX"].value == "1"
    assert told["NOTIFY_HOSTS"].value == "a.example.com, b.example.com"
