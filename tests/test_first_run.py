"""The first start writes a file that nobody else can read, with secrets that nobody can guess."""

from __future__ import annotations

import shutil
from pathlib import Path

import dotenv
import pytest

from adapter.errors import ConfigurationError
from adapter.first_run import write_env

ROOT = Path(__file__).resolve().parents[1]


def test_the_first_run_makes_fresh_secrets(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path)
    password = write_env(tmp_path)
    values = dotenv.dotenv_values(tmp_path / ".env")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert values["ADAPTER_SANDBOX"] == "1"
    assert "PICKY_TOKEN" not in values
    assert values["ADMIN_PASSWORD"] == password
    secrets = [values[name] or "" for name in ("ZAPIER_TOKEN", "ZOHO_TOKEN", "FORM_TOKEN", "SECRET_KEY", "PUSH_TOKENS")]
    assert all(len(secret) >= 32 for secret in secrets)
    assert len(set(secrets)) == len(secrets)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=1\n")
    assert write_env(tmp_path) is None
    assert (tmp_path / ".env").read_text() == "PORT=1\n"


def test_without_the_example_it_says_where_to_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="folder of the project"):
        write_env(tmp_path)
