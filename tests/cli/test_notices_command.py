"""`notices` as people type it, and what `check` says of `notify`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapter.delivery import noticing
from adapter.delivery.noticing import Tried
from adapter.delivery.settling import Policy
from adapter.store.engine import Store
from adapter.store.migrate import migrate
from tests.cli.test_commands import run
from tests.delivery.told import move, notices, store_told

HOOK = """\
source: form
auth: none
fields: {phone: {type: phone}}
push: {to: "{{ phone }}", message: Hi}
notify:
  on: [read]
  url: https://hooks.zapier.com/hooks/catch/1/abcdef/
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one hook, and a database with a notice that is dead and one that waits."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "h.yaml").write_text(HOOK)
    store = Store(f"sqlite:///{tmp_path / 'var/adapter.db'}")
    migrate(store)
    for message in store_told(store, "read") + store_told(store, "read"):
        move(store, message, "read", at=1_780_000_000.0)
    noticing.sort(store, {((0, "target"),): [notices(store)[0].seq]}, now=2e9)
    notice = noticing.claim(store, "sandbox", now=2e9, lease=60, token="t")
    assert notice is not None
    noticing.settle(store, notice, Tried(410, "hooks.zapier.com is gone.", final=True), now=2e9, policy=Policy())
    store.close()
    return tmp_path


def test_it_lists_them_with_their_host_and_no_more_of_the_address(folder: Path) -> None:
    done = run("notices", cwd=folder, ADAPTER_SANDBOX="1")
    dead, waiting = done.stdout.splitlines()
    assert done.returncode == 0
    assert dead.endswith("read       dead       1 try     410  hooks.zapier.com  hooks.zapier.com is gone.")
    assert waiting.endswith("read       queued     0 tries   -    -")
    assert "catch" not in done.stdout
    rows = [json.loads(line) for line in run("notices", "--json", cwd=folder, ADAPTER_SANDBOX="1").stdout.splitlines()]
    assert [(row["id"], row["status"], row["http_status"], row["host"]) for row in rows] == [
        (1, "dead", 410, "hooks.zapier.com"), (2, "queued", None, None),
    ]  # fmt: skip
    assert run("notices", "--status", "sent", cwd=folder, ADAPTER_SANDBOX="1").stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1",), "1 notice queued."),
        (("--status", "dead"), "1 notice queued."),
        (("--hook", "h", "--yes"), "1 notice queued."),
        (("2",), "There is nothing to replay."),
        (("--hook", "other"), "There is nothing to replay."),
    ],
)
def test_it_posts_again_what_is_dead(folder: Path, words: tuple[str, ...], said: str) -> None:
    assert run("notices", "--replay", *words, cwd=folder, ADAPTER_SANDBOX="1").stdout.strip() == said


def test_what_was_told_in_practice_is_not_posted_again_live(folder: Path) -> None:
    done = run("notices", "--replay", "1", cwd=folder, PICKY_TOKEN="t")
    assert done.stdout == "There is nothing to replay.\n"


@pytest.mark.parametrize(("words", "said"), [((), "Say which"), (("--status", "sent"), "dead or cancelled")])
def test_nothing_is_posted_again_by_a_forgotten_filter(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = run("notices", "--replay", *words, cwd=folder, ADAPTER_SANDBOX="1")
    assert done.returncode == 2
    assert said in done.stderr


def test_a_database_without_tables_is_a_sentence(tmp_path: Path) -> None:
    done = run("notices", cwd=tmp_path, ADAPTER_SANDBOX="1")
    assert done.returncode == 1
    assert "run: python -m adapter migrate" in done.stderr


@pytest.mark.parametrize(
    ("url", "environ", "fault"),
    [
        ("https://hooks.zapier.com/x", {"PICKY_TOKEN": "t"}, None),
        ("http://127.0.0.1:9/x", {"ADAPTER_SANDBOX": "1"}, None),
        ("http://127.0.0.1:9/x", {"PICKY_TOKEN": "t"}, "templates/h.yaml:7: notify.url: must begin with https://"),
        ("https://10.0.0.1/x", {"ADAPTER_SANDBOX": "1"}, "templates/h.yaml:7: notify.url: 10.0.0.1 is inside a network"),
        ("https://hooks.zapier.com/x", {"PICKY_TOKEN": "t", "NOTIFY_HOSTS": "*.zoho.in"}, "templates/h.yaml:7: notify.url: hooks.zapier.com is not among NOTIFY_HOSTS"),
    ],
)  # fmt: skip
def test_check_knows_where_notices_may_not_go(
    tmp_path: Path, url: str, environ: dict[str, str], fault: str | None
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "h.yaml").write_text(HOOK.replace("https://hooks.zapier.com/hooks/catch/1/abcdef/", url))
    done = run("check", cwd=tmp_path, **environ)
    assert done.returncode == (1 if fault else 0), done.stdout
    assert (fault or "no faults") in done.stdout
