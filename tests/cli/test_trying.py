"""`test` and `draft`, as people type them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

HOOK = """\
source: zapier
auth:
  - token: ${SOME_TOKEN}
fields:
  phone: {type: phone, required: true}
push:
  to: "{{ phone }}"
  message: Hi there
"""
REQUEST = "POST /hooks/h HTTP/1.1\n\nphone=%2B34600000001"
LEAD = """\
POST /in/s3cr3t-4711 HTTP/1.1
User-Agent: Zapier
X-Api-Key: s3cr3t-4711
Content-Type: application/json

{"first_name": "Zoë", "phone": "+34 600 000 001", "order_id": "10045", "password": "s3cr3t-4711"}"""


def run(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adapter", *words],
        check=False, cwd=cwd, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"} | environ, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    samples = tmp_path / "templates" / "h" / "samples"
    samples.mkdir(parents=True)
    (tmp_path / "templates" / "h.yaml").write_text(HOOK)
    (samples / "a.http").write_text(REQUEST)
    (tmp_path / "order.http").write_text(LEAD)
    return tmp_path


def expect(folder: Path, text: str) -> None:
    (folder / "templates" / "h" / "samples" / "a.yaml").write_text(text)


def test_the_samples_that_ship_make_the_messages_expected_of_them() -> None:
    done = run("test", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    shipped = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/*/samples/*.http"))
    assert done.stdout.splitlines()[:-1] == [f"ok           {sample}" for sample in shipped]
    assert len(shipped) >= 5


def test_a_sample_that_is_met_is_ok(folder: Path) -> None:
    expect(folder, "messages:\n  - message: Hi there\n")
    done = run("test", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "ok           templates/h/samples/a.http\n1 hook: 1 ok.\n"


def test_a_sample_that_is_not_met_shows_the_difference_and_fails(folder: Path) -> None:
    expect(folder, "messages:\n  - to: '34600000001'\n    message: Hi you\n")
    done = run("test", "h", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "FAILED       templates/h/samples/a.http",
        "    message 1, message:",
        "    expected | Hi you",
        "    got      | Hi there",
        "1 hook: 1 FAILED.",
    ]


def test_a_sample_without_an_expectation_is_told_and_is_no_failure(folder: Path) -> None:
    done = run("test", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == ["not checked  templates/h/samples/a.http", "1 hook: 1 not checked."]
    assert "--write" in done.stdout


def test_a_hook_without_samples_is_not_checked(folder: Path) -> None:
    (folder / "templates" / "h" / "samples" / "a.http").unlink()
    done = run("test", cwd=folder)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "not checked  templates/h.yaml")


def test_write_writes_what_comes_and_asks_a_person_to_read_it(folder: Path) -> None:
    done = run("test", "--write", cwd=folder)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "written      templates/h/samples/a.yaml")
    assert "only a person can say" in done.stdout
    assert 'to: "34600000001"' in (folder / "templates" / "h" / "samples" / "a.yaml").read_text()
    assert run("test", cwd=folder).stdout.endswith("1 hook: 1 ok.\n")


def test_write_leaves_what_stands_there_unless_forced(folder: Path) -> None:
    expect(folder, "messages:\n  - message: Hi you   # my own words\n")
    assert run("test", "--write", cwd=folder).returncode == 1
    path = folder / "templates" / "h" / "samples" / "a.yaml"
    assert "my own words" in path.read_text()
    assert run("test", "--write", "--force", cwd=folder).returncode == 0
    assert "Hi there" in path.read_text()


def test_force_leaves_what_is_met_as_it_is(folder: Path) -> None:
    expect(folder, "messages:\n  - message: Hi there   # my own words\n")
    assert run("test", "--write", "--force", cwd=folder).returncode == 0
    assert "my own words" in (folder / "templates" / "h" / "samples" / "a.yaml").read_text()


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("h.yaml", HOOK.replace("zapier", "zappier"), 'templates/h.yaml:1: source: unknown source "zappier"'),
        (
            "h/samples/a.yaml",
            "messages:\n  - mesage: Hi\n",
            "templates/h/samples/a.yaml:2: messages[0].mesage: unknown key",
        ),
        ("h/samples/a.http", "not a request", "line 1 must be a request line"),
        ("h/samples/gone.yaml", "outcome: queued\n", "gone.http is not there"),
    ],
)
def test_what_cannot_be_read_fails_with_its_place(folder: Path, file: str, content: str, words: str) -> None:
    (folder / "templates" / file).write_text(content)
    if not file.endswith("a.yaml"):
        expect(folder, "outcome: queued\n")
    done = run("test", cwd=folder)
    assert done.returncode == 1
    assert words in done.stdout
    assert "1 FAILED" in done.stdout.splitlines()[-1]


def test_a_hook_that_does_not_exist_is_a_fault(folder: Path) -> None:
    done = run("test", "gone", cwd=folder)
    assert (done.returncode, "no hook is named" in done.stderr) == (1, True)


def test_another_folder_is_looked_into(folder: Path) -> None:
    (folder / "templates").rename(folder / "elsewhere")
    assert run("test", "--templates", "elsewhere", cwd=folder).stdout.startswith("not checked  elsewhere/h/")


def test_draft_prints_a_hook_file_and_writes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = run("draft", "order.http", cwd=folder, PUBLIC_URL="https://hooks.example.com")
    assert (done.returncode, done.stderr) == (0, "")
    assert "https://hooks.example.com/hooks/order/<ORDER_TOKEN>" in done.stdout
    assert "source: zapier\n" in done.stdout
    assert "s3cr3t" not in done.stdout
    assert sorted(folder.rglob("*")) == before


def test_draft_writes_a_hook_with_a_sample_that_check_and_test_accept(folder: Path) -> None:
    done = run("draft", "order.http", "--write", cwd=folder)
    assert done.returncode == 0, done.stderr
    written = ["templates/order/samples/order.http", "templates/order.yaml", "templates/order/samples/order.yaml"]
    assert done.stdout.splitlines() == [f"written      {path}" for path in written]
    assert "ORDER_TOKEN" in done.stderr
    assert all("s3cr3t" not in (folder / path).read_text() for path in written)
    checked = run("check", cwd=folder, ORDER_TOKEN="x", SOME_TOKEN="y", PICKY_TOKEN="z")
    assert "2 hooks, no faults." in checked.stdout
    tested = run("test", "order", cwd=folder)
    assert (tested.returncode, tested.stdout.splitlines()[-1]) == (0, "1 hook: 1 ok.")
    assert "Hi Zoë, thank you" in (folder / written[2]).read_text()


@pytest.mark.parametrize("taken", ["order.yaml", "order/samples/order.http", "order/samples/order.yaml"])
def test_draft_never_overwrites(folder: Path, taken: str) -> None:
    path = folder / "templates" / taken
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    done = run("draft", "order.http", "--write", cwd=folder)
    assert (done.returncode, f"templates/{taken} is there already" in done.stderr) == (1, True)
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before


def test_draft_says_what_is_missing_and_expects_nothing_yet(folder: Path) -> None:
    (folder / "order.http").write_text(LEAD.replace("+34 600 000 001", "098765 43210"))
    done = run("draft", "order.http", "--write", "--name", "mine", cwd=folder)
    assert done.returncode == 0
    assert "without a country code" in done.stderr
    assert "adapter test mine --write" in done.stderr
    assert sorted(path.name for path in (folder / "templates" / "mine" / "samples").iterdir()) == ["order.http"]
    assert run("test", "mine", cwd=folder).stdout.startswith("not checked")


@pytest.mark.parametrize(
    ("words", "content", "sentence"),
    [
        (("--name", "Won Deal"), LEAD, "cannot be a hook's name"),
        (("--name", "accounts"), LEAD, "cannot be a hook's name"),
        ((), LEAD.rpartition("{")[0] + '{"a": "b" "c"}', "line 1"),
        ((), "no request", "line 1 must be a request line"),
        ((), LEAD + " " * 2000, "larger than the 1,024 bytes"),
    ],
)
def test_draft_refuses_with_a_sentence(folder: Path, words: tuple[str, ...], content: str, sentence: str) -> None:
    (folder / "order.http").write_text(content)
    done = run("draft", "order.http", *words, cwd=folder, MAX_BODY_BYTES="1024")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
