"""Hooks follow their files, and a fault in one never harms what served before, nor the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapter.catalogue import Catalogue
from adapter.config import load_settings
from adapter.errors import FaultyHook, UnknownHook

HOOK = "source: form\nauth: none\nfields: {phone: {type: phone}}\npush: {to: '{{ phone }}', message: VERSION}\n"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalogue(tmp_path: Path, clock: Clock) -> Catalogue:
    return Catalogue(tmp_path, load_settings({}), accounts={"main": None}, clock=clock)


def write(path: Path, text: str) -> None:
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(stamp + 10**9, stamp + 10**9))


def text_of(catalogue: Catalogue, name: str = "h") -> str:
    message = catalogue.hook(name).push.message
    assert message is not None
    return message.source


def test_a_changed_file_serves_within_two_seconds(catalogue: Catalogue, clock: Clock, tmp_path: Path) -> None:
    write(tmp_path / "h.yaml", HOOK.replace("VERSION", "one"))
    assert text_of(catalogue) == "one"
    write(tmp_path / "h.yaml", HOOK.replace("VERSION", "two"))
    clock.now = 2.0
    assert text_of(catalogue) == "two"


def test_a_change_that_does_not_load_leaves_the_last_good_version(
    catalogue: Catalogue, clock: Clock, tmp_path: Path
) -> None:
    write(tmp_path / "h.yaml", HOOK.replace("VERSION", "one"))
    assert text_of(catalogue) == "one"
    write(tmp_path / "h.yaml", "source: [")
    clock.now = 2.0
    assert text_of(catalogue) == "one"
    assert catalogue.entries()["h"].faults[0].line == 1
    write(tmp_path / "h.yaml", HOOK.replace("VERSION", "three"))
    clock.now = 4.0
    assert text_of(catalogue) == "three"
    assert catalogue.entries()["h"].faults == ()


def test_a_hook_that_never_loaded_is_faulty_and_harms_no_other(catalogue: Catalogue, tmp_path: Path) -> None:
    write(tmp_path / "bad.yaml", "source: nothing\n")
    write(tmp_path / "h.yaml", HOOK)
    with pytest.raises(FaultyHook) as caught:
        catalogue.hook("bad")
    assert (caught.value.status, caught.value.retry_after) == (503, 60)
    assert text_of(catalogue) == "VERSION"


def test_faults_are_told_once_for_each_version(clock: Clock, tmp_path: Path) -> None:
    told: list[str] = []
    catalogue = Catalogue(
        tmp_path,
        load_settings({}),
        accounts={"main": None},
        clock=clock,
        on_faults=lambda name, faults: told.append(name),
    )
    write(tmp_path / "h.yaml", "source: [")
    for moment in range(0, 10, 2):
        clock.now = moment
        catalogue.entries()
    assert told == ["h"]


def test_a_deleted_file_is_an_unknown_hook(catalogue: Catalogue, clock: Clock, tmp_path: Path) -> None:
    write(tmp_path / "h.yaml", HOOK)
    assert text_of(catalogue)
    (tmp_path / "h.yaml").unlink()
    clock.now = 2.0
    with pytest.raises(UnknownHook):
        catalogue.hook("h")


def test_a_changed_message_file_serves_too(catalogue: Catalogue, clock: Clock, tmp_path: Path) -> None:
    write(tmp_path / "h.yaml", HOOK.replace("message: VERSION", "message_file: text.txt"))
    write(tmp_path / "text.txt", "one")
    assert text_of(catalogue) == "one"
    write(tmp_path / "text.txt", "two")
    clock.now = 2.0
    assert text_of(catalogue) == "two"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "gone.txt"])
def test_a_message_file_outside_the_folder_is_a_fault(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    write(tmp_path / "h.yaml", HOOK.replace("message: VERSION", f"message_file: {name}"))
    (fault,) = catalogue.entries()["h"].faults
    assert "push.message_file" in fault.sentence


@pytest.mark.parametrize(
    "name", ["accounts.yaml", "other.yaml", ".env", "texts/../accounts.yaml", "texts/.env", "link.txt"]
)
def test_a_message_file_never_shows_what_may_hold_a_secret(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    (tmp_path / "texts").mkdir()
    for secret in ("accounts.yaml", ".env", "texts/.env", "other.yaml"):
        write(tmp_path / secret, "token: a-secret")
    (tmp_path / "link.txt").symlink_to(tmp_path / ".env")
    write(tmp_path / "h.yaml", HOOK.replace("message: VERSION", f"message_file: {name}"))
    entry = catalogue.entries()["h"]
    assert entry.hook is None
    assert [("secret" in one.sentence, "a-secret" in one.sentence) for one in entry.faults] == [(True, False)]


def test_the_accounts_file_is_no_hook(catalogue: Catalogue, tmp_path: Path) -> None:
    write(tmp_path / "accounts.yaml", "shop2: {token: x}\n")
    with pytest.raises(UnknownHook):
        catalogue.hook("accounts")
