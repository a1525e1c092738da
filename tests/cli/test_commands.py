"""The commands, as people type them: their words, their JSON, their exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT, SECRETS

HOOK = """\
source: zapier
auth:
  - token: ${ZAPIER_TOKEN}
fields:
  phone: {type: phone, region: IN, required: true}
push:
  to: "{{ phone }}"
  message: Hi
"""
REQUEST = "POST /hooks/h HTTP/1.1\nX-Hook-Token: zapier-test-secret\nContent-Type: text/plain\n\nphone=098765 43210"


def run(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adapter", *words],
        check=False, cwd=cwd, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"} | environ, capture_output=True, text=True, timeout=30,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "h.yaml").write_text(HOOK)
    (tmp_path / "r.http").write_text(REQUEST)
    return tmp_path


def previewed(folder: Path, *words: str, **environ: str) -> dict[str, Any]:
    done = run("preview", "h", "r.http", *words, cwd=folder, **environ)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_preview_shows_what_would_come_of_a_request(folder: Path) -> None:
    shown = previewed(folder, ZAPIER_TOKEN="zapier-test-secret")
    assert shown["hook"] == "h"
    assert (shown["outcome"], shown["status"], shown["decoded_as"]) == ("queued", 200, "text")
    assert shown["repairs"][-1] == {
        "field": "phone",
        "code": "national_number",
        "was": "098765 43210",
        "now": "919876543210",
    }
    assert (shown["errors"], shown["fields"]) == ({}, {"phone": "919876543210"})
    assert (shown["answer"]["ok"], shown["answer"]["messages"]) == (True, 1)
    assert shown["pushes"] == [
        {
            "url": "https://app.pickyassist.com/api/v2/push", "encoding": "json",
            "body": {"token": "***", "application": "8", "data": [{"number": "919876543210", "message": "Hi"}]},
        }
    ]  # fmt: skip


def test_preview_checks_the_proof_unless_told_not_to(folder: Path) -> None:
    assert previewed(folder, ZAPIER_TOKEN="another")["outcome"] == "unauthenticated"
    assert previewed(folder, "--no-auth")["outcome"] == "queued"


def test_preview_of_a_broken_body_is_a_rejection(folder: Path) -> None:
    (folder / "r.http").write_bytes(REQUEST.split("\n\n", 1)[0].encode() + b'\r\n\r\n{"phone": ')
    shown = previewed(folder, "--no-auth")
    assert (shown["outcome"], shown["status"], shown["answer"]["code"]) == ("rejected", 400, "undecodable")
    assert shown["pushes"] == []


def test_preview_of_wrong_fields_names_them(folder: Path) -> None:
    (folder / "r.http").write_text(REQUEST.replace("098765 43210", "12"))
    shown = previewed(folder, "--no-auth")
    assert (shown["outcome"], shown["status"], list(shown["errors"])) == ("rejected", 422, ["phone"])


@pytest.mark.parametrize(
    ("hook", "content", "words"),
    [("gone", REQUEST, "no hook is named"), ("h", "not a request", "line 1 must be a request line")],
)
def test_preview_fails_where_hook_or_file_cannot_be_read(folder: Path, hook: str, content: str, words: str) -> None:
    (folder / "r.http").write_text(content)
    done = run("preview", hook, "r.http", "--no-auth", cwd=folder)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_preview_answers_as_the_endpoint_to_method_and_size(folder: Path) -> None:
    (folder / "r.http").write_text(REQUEST.replace("POST", "GET"))
    assert previewed(folder, "--no-auth")["status"] == 405
    (folder / "r.http").write_text(REQUEST + " " * 2000)
    assert previewed(folder, "--no-auth", MAX_BODY_BYTES="1024")["status"] == 413


def test_preview_takes_the_accounts_of_its_folder(folder: Path) -> None:
    (folder / "templates" / "h.yaml").write_text(HOOK + "  account: shop2\n")
    (folder / "templates" / "accounts.yaml").write_text("shop2: {token: '${SHOP2}', application: 121}\n")
    (folder / "templates").rename(folder / "elsewhere")
    shown = previewed(folder, "--no-auth", "--templates", "elsewhere")
    assert shown["pushes"][0]["body"]["application"] == "121"


def test_preview_looks_into_another_folder(folder: Path) -> None:
    (folder / "templates").rename(folder / "elsewhere")
    assert previewed(folder, "--no-auth", "--templates", "elsewhere")["outcome"] == "queued"


def test_check_tells_every_fault_with_its_place(folder: Path) -> None:
    (folder / "templates" / "bad.yaml").write_text(
        HOOK.replace("source: zapier", "source: zappier").replace("to:", "too:")
    )
    done = run("check", cwd=folder, ZAPIER_TOKEN="x", PORT="none")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("PORT must be a whole number")
    assert "templates/bad.yaml:1: source: unknown source" in lines[1]
    assert [line.split(":")[1] for line in lines[1:4]] == ["1", "6", "7"]
    assert lines[-1] == "2 hooks, 4 faults."


def test_check_of_what_ships_finds_nothing() -> None:
    done = run("check", cwd=ROOT, **SECRETS)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "3 hooks, no faults.")


def test_hooks_lists_them_and_shows_secrets_only_when_asked(folder: Path) -> None:
    plain = run("hooks", cwd=folder, ZAPIER_TOKEN="zapier-test-secret").stdout
    assert "h " in plain
    assert "zapier-test-secret" not in plain
    shown = run("hooks", "--secrets", "--json", cwd=folder, ZAPIER_TOKEN="zapier-test-secret").stdout
    assert json.loads(shown)["url"] == "http://127.0.0.1:8000/hooks/h/zapier-test-secret"


@pytest.mark.parametrize("command", ["relay", "run"])
def test_nothing_starts_without_a_destination(folder: Path, command: str) -> None:
    done = run(command, cwd=folder)
    assert done.returncode == 1
    assert "No destination" in done.stderr


def test_the_web_server_does_not_start_without_a_destination(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "--config", "python:adapter.web.gunicorn", "adapter.wsgi:app"],
        check=False, cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert done.returncode != 0
    assert "No destination" in done.stderr


def test_migrate_may_run_any_number_of_times(folder: Path) -> None:
    assert run("migrate", cwd=folder).stdout == "The database was brought up to date.\n"
    assert run("migrate", cwd=folder).stdout == "The database is up to date.\n"
    assert run("events", "--json", cwd=folder).stdout == ""
    assert run("events", "--status", "rejected", cwd=folder).stdout == ""
    assert run("why", "nothing", cwd=folder).returncode == 1


def test_events_names_the_statuses_there_are(folder: Path) -> None:
    done = run("events", "--status", "sent", cwd=folder)
    assert done.returncode == 2
    assert all(f"'{status}'" in done.stderr for status in ("rejected", "accepted", "unknown"))


def test_the_relay_asks_for_the_tables(folder: Path) -> None:
    done = run("relay", cwd=folder, ADAPTER_SANDBOX="1")
    assert (done.returncode, "adapter migrate" in done.stderr) == (1, True)


def test_send_says_when_nobody_answers(folder: Path) -> None:
    done = run("send", "r.http", "--url", "http://127.0.0.1:9", cwd=folder)
    assert (done.returncode, "make run" in done.stderr) == (1, True)


@pytest.mark.parametrize("sample", sorted(ROOT.glob("templates/*/samples/*.http")), ids=lambda path: path.stem)
def test_every_sample_that_ships_makes_a_message(sample: Path) -> None:
    done = run("preview", sample.parents[1].name, str(sample), cwd=ROOT, **SECRETS)
    shown = json.loads(done.stdout)
    assert (shown["outcome"], len(shown["pushes"]), shown["errors"]) == ("queued", 1, {})
