"""Secrets that come to `.env` after the start: written once and whole, seen by those who run."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import dotenv
import pytest

from adapter.catalogue import Catalogue
from adapter.config import NAMES, read_settings
from adapter.late_secrets import Environment, NotKept, add

HOOK = "source: form\nauth: [{token: '${LATE_TOKEN}'}]\nfields: {phone: {type: phone}}\npush: {to: '{{ phone }}', message: Hi}\n"


@pytest.mark.parametrize("before", ["", "A=1\n", "A=1", "LATE=\nA=1\n"])
def test_a_secret_is_appended_to_what_is_there(tmp_path: Path, before: str) -> None:
    file = tmp_path / ".env"
    file.write_text(before)
    add(file, "LATE", "secret-1")
    add(file, "LATE", "secret-1")
    assert file.read_text().startswith(before)
    assert file.read_text().count("secret-1") == 1
    found = dotenv.dotenv_values(file)
    assert (found["LATE"], found.get("A")) == ("secret-1", "1" if "A" in before else None)


@pytest.mark.parametrize("value", ["with blank", "sha#1", 'quo"te', "a$b", "{x}", "ü"])
def test_what_is_written_is_what_is_read(tmp_path: Path, value: str) -> None:
    file = tmp_path / ".env"
    if not value.isascii():
        with pytest.raises(NotKept):
            add(file, "LATE", value)
        return
    add(file, "LATE", value)
    assert dotenv.dotenv_values(file, interpolate=False)["LATE"] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [("late", "x"), ("A B", "x"), ("A=B\nC", "x"), ("LATE", "a\nB=1"), ("LATE", "it's"), ("LATE", "")],
)
def test_nothing_else_can_be_written_through_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(NotKept):
        add(tmp_path / ".env", name, value)
    assert not (tmp_path / ".env").exists()


def test_another_value_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LATE=mine\n")
    with pytest.raises(NotKept, match="another value"):
        add(file, "LATE", "other")
    assert file.read_text() == "LATE=mine\n"


def test_a_new_file_is_for_its_owner_alone_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    add(tmp_path / ".env", "LATE", "x")
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    os.chmod(tmp_path / ".env", 0o640)
    add(tmp_path / ".env", "OTHER", "x")
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o640


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [threading.Thread(target=add, args=(tmp_path / ".env", f"S{at}", str(at))) for at in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert dotenv.dotenv_values(tmp_path / ".env") == {f"S{at}": str(at) for at in range(20)}


def test_the_environment_wins_and_settings_are_not_changed_by_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HERE=file\nLATE=late\nPICKY_TOKEN=never\n")
    found = Environment({"HERE": "started", "EMPTY": ""}, file, never=NAMES)
    assert (found["HERE"], found["LATE"], found.get("EMPTY"), found.get("PICKY_TOKEN")) == ("started", "late", "", None)
    assert Environment({"HERE": "x"}, None, never=NAMES).get("LATE") is None


def test_a_hook_that_waited_for_its_secret_serves_once_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h.yaml").write_text(HOOK)
    settings = read_settings()[0].replace(templates_dir=str(tmp_path))
    clock = [0.0]
    catalogue = Catalogue(tmp_path, settings, accounts={"main": None}, clock=lambda: clock[0])
    assert catalogue.entries()["h"].hook is None
    add(tmp_path / ".env", "LATE_TOKEN", "secret")
    clock[0] += 1.1
    entry = catalogue.entries()["h"]
    assert (entry.faults, entry.hook is not None) == ((), True)
