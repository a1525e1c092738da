"""Saving hook files from a browser: whole or not at all, nobody's edit lost, and only what loads."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter import hook_history
from adapter.config import load_settings
from adapter.hook_files import Changed, NoSuchFile, NotSaved, NotWritable, Saved, read, save, undo
from adapter.services import Services, open_services
from adapter.store.engine import Store
from tests.running import ROOT

TEXT = """source: zapier
auth: none
fields:
  phone: {type: phone, from: Phone, required: true}
push:
  to: "{{ phone }}"
  message: Hello
"""
OTHER = TEXT.replace("Hello", "Good morning")
NOW = 1_790_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hooks"
    made.mkdir()
    return made


@pytest.fixture
def services(folder: Path, database_url: str, store: Store) -> Iterator[Services]:
    opened = open_services(settings_for(folder, database_url))
    yield opened
    opened.store.close()


def settings_for(folder: Path, url: str, writable: str = "1"):
    return load_settings({
        "ADAPTER_SANDBOX": "1", "DATABASE_URL": url, "TEMPLATES_DIR": str(folder), "TEMPLATES_WRITABLE": writable,
    })  # fmt: skip


def put(services: Services, text: str, based_on: str | None, name: str = "lead", now: float = NOW) -> Saved:
    return save(services, name, text, based_on=based_on, note="Saved", now=now)


def kept(services: Services, name: str = "lead") -> list[str]:
    return [one.text for one in hook_history.versions(services.store, name)]


def test_a_new_hook_is_saved_and_serves_at_once(services: Services, folder: Path) -> None:
    assert services.catalogue.entries() == {}
    saved = put(services, TEXT, None)
    assert (folder / "lead.yaml").read_text() == TEXT
    assert services.catalogue.hook("lead").name == "lead"
    assert saved.waiting == ()
    assert kept(services) == [TEXT]
    assert sorted(one.name for one in folder.iterdir()) == [".saving.lock", "lead.yaml"]


def test_what_stood_there_before_is_kept_too(services: Services, folder: Path) -> None:
    (folder / "lead.yaml").write_text(TEXT)
    put(services, OTHER, read(services, "lead").digest)
    assert kept(services) == [OTHER, TEXT]


def test_mode_and_line_endings_stay(services: Services, folder: Path) -> None:
    path = folder / "lead.yaml"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    put(services, OTHER.replace("\n", "\r\n"), read(services, "lead").digest)
    assert path.read_bytes() == OTHER.replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640
    put(services, TEXT.replace("\n", "\r\n"), None, name="unix")
    assert (folder / "unix.yaml").read_bytes() == TEXT.encode()


def test_it_refuses_what_was_changed_meanwhile_and_tells_what_stands_there(services: Services, folder: Path) -> None:
    first = put(services, TEXT, None).file.digest
    put(services, OTHER, first)
    with pytest.raises(Changed) as refused:
        put(services, TEXT.replace("Hello", "Mine"), first)
    assert refused.value.present is not None
    assert refused.value.present.text == OTHER
    assert "was changed at" in refused.value.sentence
    assert read(services, "lead").text == OTHER


def test_a_hook_that_is_new_to_one_of_two_is_not_overwritten(services: Services) -> None:
    put(services, TEXT, None)
    with pytest.raises(Changed):
        put(services, OTHER, None)
    assert read(services, "lead").text == TEXT


def test_it_says_that_a_hook_was_removed_meanwhile(services: Services, folder: Path) -> None:
    digest = put(services, TEXT, None).file.digest
    (folder / "lead.yaml").unlink()
    with pytest.raises(Changed, match="was removed"):
        put(services, OTHER, digest)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TEXT.replace("zapier", "zapper"), 1),
        (TEXT.replace("{{ phone }}", "{{ fone }}"), 6),
        ("a: b: c", 1),
        ("", 1),
        (TEXT + "#" * (256 * 1024), 1),
    ],
)
def test_it_saves_nothing_that_does_not_load(services: Services, folder: Path, text: str, line: int) -> None:
    digest = put(services, TEXT, None).file.digest
    with pytest.raises(NotSaved) as refused:
        put(services, text, digest)
    assert refused.value.faults[0].line == line
    assert (folder / "lead.yaml").read_text() == TEXT


def test_a_secret_that_is_not_set_yet_is_told_and_saved(services: Services) -> None:
    saved = put(services, TEXT.replace("auth: none", "auth: [{token: '${NEW_TOKEN}'}]"), None)
    assert [fault.line for fault in saved.waiting] == [2]
    assert "NEW_TOKEN is not set" in saved.waiting[0].sentence


@pytest.mark.parametrize(
    "name", ["", "..", "../lead", "a/b", ".lead", "Lead", "accounts", "x" * 64, "lead\n", "lead.yaml"]
)
def test_a_name_that_is_no_hooks_leads_nowhere(services: Services, folder: Path, name: str) -> None:
    with pytest.raises(NoSuchFile):
        put(services, TEXT, None, name=name)
    with pytest.raises(NoSuchFile):
        read(services, name)
    assert list(folder.iterdir()) == []


def test_a_link_out_of_the_folder_is_not_followed(services: Services, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(TEXT)
    (folder / "lead.yaml").symlink_to(outside)
    (folder / "new.yaml").symlink_to(tmp_path / "nothing.yaml")
    for name in ("lead", "new"):
        with pytest.raises(NoSuchFile, match="leads out of the folder"):
            put(services, OTHER, None, name=name)
    with pytest.raises(NoSuchFile):
        read(services, "lead")
    assert outside.read_text() == TEXT
    assert not (tmp_path / "nothing.yaml").exists()


def test_a_link_within_the_folder_stays_one(services: Services, folder: Path) -> None:
    (folder / "shared").mkdir()
    (folder / "shared" / "lead.yaml").write_text(TEXT)
    (folder / "lead.yaml").symlink_to("shared/lead.yaml")
    put(services, OTHER, read(services, "lead").digest)
    assert (folder / "lead.yaml").is_symlink()
    assert (folder / "shared" / "lead.yaml").read_text() == OTHER


CLASS = TEXT.replace("fields:\n  phone: {type: phone, from: Phone, required: true}", "schema: tests.shop_schemas.Order")


def test_no_browser_names_a_class_to_load(services: Services, folder: Path) -> None:
    digest = put(services, TEXT, None).file.digest
    for text in (
        CLASS,
        TEXT + "schema: os.system\n",
        "schema: [a]\n",
        "schema: this_module.is_never_imported\n" + TEXT,
    ):
        with pytest.raises(NotSaved, match="cannot be set from the browser"):
            put(services, text, digest)
    assert "this_module" not in sys.modules


def test_a_class_that_stands_in_the_file_may_stay_but_not_change(services: Services, folder: Path) -> None:
    (folder / "lead.yaml").write_text(CLASS)
    digest = put(services, CLASS.replace("Hello", "Hi"), read(services, "lead").digest).file.digest
    with pytest.raises(NotSaved, match="cannot be set from the browser"):
        put(services, CLASS.replace(".Order", ".Other"), digest)
    assert "Hi" in (folder / "lead.yaml").read_text()


def test_it_refuses_where_the_folder_is_not_writable(services: Services, folder: Path, database_url: str) -> None:
    closed = dataclasses.replace(services, settings=settings_for(folder, database_url, writable="0"))
    with pytest.raises(NotWritable, match=r"Download lead\.yaml and commit it"):
        put(closed, TEXT, None)
    assert list(folder.iterdir()) == []


def test_a_disk_that_refuses_is_told(services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    digest = put(services, TEXT, None).file.digest
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritable, match="No space left on device"):
        put(services, OTHER, digest)
    assert (folder / "lead.yaml").read_text() == TEXT


def test_undo_saves_the_version_before_as_a_new_one(services: Services, folder: Path) -> None:
    (folder / "lead.yaml").write_text(TEXT)
    digest = put(services, OTHER, read(services, "lead").digest).file.digest
    digest = undo(services, "lead", based_on=digest, now=NOW + 1).file.digest
    assert (folder / "lead.yaml").read_text() == TEXT
    assert kept(services) == [TEXT, OTHER, TEXT]
    undo(services, "lead", based_on=digest, now=NOW + 2)  # and back again
    assert (folder / "lead.yaml").read_text() == OTHER


def test_a_chosen_version_comes_back_and_only_of_this_hook(services: Services) -> None:
    first = put(services, TEXT, None)
    second = put(services, OTHER, first.file.digest)
    oldest = hook_history.versions(services.store, "lead")[-1].seq
    put(services, OTHER, None, name="second")
    theirs = hook_history.versions(services.store, "second")[0].seq
    with pytest.raises(NoSuchFile):
        undo(services, "lead", based_on=second.file.digest, now=NOW, version=theirs)
    undo(services, "lead", based_on=second.file.digest, now=NOW, version=oldest)
    assert read(services, "lead").text == TEXT


def test_without_an_earlier_version_there_is_nothing_to_undo(services: Services) -> None:
    saved = put(services, TEXT, None)
    with pytest.raises(NoSuchFile, match="no earlier version"):
        undo(services, "lead", based_on=saved.file.digest, now=NOW)


def test_only_the_newest_versions_are_kept(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_history, "MOST_VERSIONS", 3)
    for number in range(6):
        hook_history.keep(services.store, "lead", f"text {number}", at=NOW + number, note="")
    hook_history.keep(services.store, "other", "text", at=NOW, note="")
    assert kept(services) == ["text 5", "text 4", "text 3"]
    assert kept(services, "other") == ["text"]


def test_of_two_who_save_at_once_one_is_told_of_the_other(services: Services) -> None:
    digest = put(services, TEXT, None).file.digest
    came: list[str] = []
    start = threading.Barrier(4)

    def edit(number: int) -> None:
        start.wait()
        try:
            put(services, TEXT.replace("Hello", f"Edit {number}"), digest)
            came.append("saved")
        except Changed:
            came.append("changed")

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(came) == ["changed", "changed", "changed", "saved"]
    assert len(kept(services)) == 2


KILLED = """
import sys
from adapter.config import load_settings
from adapter.hook_files import read, save
from adapter.services import open_services
services = open_services(load_settings({
    "ADAPTER_SANDBOX": "1", "TEMPLATES_WRITABLE": "1", "DATABASE_URL": sys.argv[1], "TEMPLATES_DIR": sys.argv[2]}))
save(services, "lead", sys.argv[3], based_on=read(services, "lead").digest, note="Saved", now=1.0)
"""


@pytest.mark.parametrize(("point", "stands"), [("save.kept", TEXT), ("save.written", TEXT), ("save.replaced", OTHER)])
def test_killed_anywhere_the_file_is_whole_and_nothing_of_it_is_forgotten(
    services: Services, folder: Path, database_url: str, point: str, stands: str
) -> None:
    path = folder / "lead.yaml"
    path.write_text(TEXT)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, str(folder), OTHER], cwd=ROOT, check=False, capture_output=True,
        env={**os.environ, "ADAPTER_FAULT_POINT": point, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert path.read_text() == stands
    last = TEXT.replace("Hello", "Last")
    put(services, last, read(services, "lead").digest)
    assert path.read_text() == last
    assert kept(services) == list(dict.fromkeys([last, stands, TEXT]))
    assert sorted(one.name for one in folder.iterdir()) == [".saving.lock", "lead.yaml"]
