"""Trying a hook's text: the same as `preview`, bounded, and no code of the server loaded because a browser says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapter.cli.looking import preview_command
from adapter.config import load_settings
from adapter.delivery.hiding import hidden
from adapter.delivery.story import FoundNothing
from adapter.errors import TooLarge, Undecodable
from adapter.intake.request import RawRequest, read_http_file
from adapter.mapping.hook_file import load_hook
from adapter.services import Services, open_services
from adapter.trying_out import run_samples, sample, stored, try_out, typed
from tests.running import ROOT

SAMPLES = sorted((ROOT / "templates").glob("*/samples/*.http"))
NOW = 1_790_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    return tmp_path / "templates"


@pytest.fixture
def services(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_file: Path) -> Iterator[Services]:
    monkeypatch.chdir(tmp_path)
    shutil.copy(migrated_file, tmp_path / "adapter.db")
    opened = open_services(load_settings({
        "ADAPTER_SANDBOX": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'adapter.db'}", "TEMPLATES_DIR": str(folder),
    }))  # fmt: skip
    yield opened
    opened.store.close()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_sample_that_ships_comes_out_as_preview_says(services: Services, folder: Path, path: Path) -> None:
    hook = path.parts[-3]
    told = CliRunner().invoke(
        preview_command, [hook, str(path), "--templates", str(folder), "--no-auth", "--now", str(NOW)],
        env={"ADAPTER_SANDBOX": "1"}, catch_exceptions=False,
    )  # fmt: skip
    trial = try_out(services, hook, (folder / f"{hook}.yaml").read_text(), sample(services, hook, path.stem), now=NOW)
    tried = json.loads(json.dumps(trial.shown, default=str))
    expected = json.loads(told.stdout)
    for push in (*tried["pushes"], *expected["pushes"]):
        push.pop("url")  # the command looks at accounts without their tokens, so not at the sandbox's address
    assert tried == expected


def test_a_class_is_loaded_only_where_the_file_on_disk_names_it(services: Services, folder: Path) -> None:
    text = 'source: zapier\nauth: none\nschema: tests.shop_schemas.Order\npush:\n  to: "{{ phone }}"\n  message: Hello {{ total }}\n'
    request = typed('{"Mobile": "+919876543210", "Total": "5"}', "shop")
    refused = try_out(services, "shop", text, request, now=NOW)
    assert [fault.line for fault in refused.faults] == [3]
    assert "cannot be set from the browser" in refused.faults[0].sentence
    (folder / "shop.yaml").write_text(text)
    taken = try_out(services, "shop", text, request, now=NOW)
    assert taken.shown is not None
    assert taken.shown["outcome"] == "queued"
    assert try_out(services, "other", text, request, now=NOW).faults


@pytest.mark.parametrize(
    ("text", "method", "content_type", "body"),
    [
        ("POST /hooks/h HTTP/1.1\r\nContent-Type: text/plain\r\n\r\na\r\nb", "POST", "text/plain", b"a\nb"),
        ("put https://x.example/hooks/h\nA: b\n\n", "PUT", "", b""),
        ('{"a": 1}', "POST", "", b'{"a": 1}'),
        ("a=1&b=2", "POST", "", b"a=1&b=2"),
        ("", "POST", "", b""),
        ("POST them to me", "POST", "", b"POST them to me"),
        (
            "POST /h HTTP/1.1\nContent-Type: multipart/form-data; boundary=x\n\n--x\nA: b\n\nc\n--x--\n",
            "POST", "multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\nc\r\n--x--\r\n",
        ),
    ],
)  # fmt: skip
def test_a_request_is_typed_whole_or_as_a_body(text: str, method: str, content_type: str, body: bytes) -> None:
    request = typed(text, "h")
    assert (request.method, request.content_type, request.body) == (method, content_type, body)


def test_the_kind_of_a_body_can_be_said() -> None:
    assert typed("a", "h", content_type="text/plain") == RawRequest(
        "POST", "/hooks/h", "", (("Content-Type", "text/plain"),), b"a"
    )


def test_what_cannot_be_read_or_is_too_large_is_told() -> None:
    with pytest.raises(Undecodable, match="Line 2 must be a header"):
        typed("POST /h HTTP/1.1\nnonsense\n\n{}", "h")
    with pytest.raises(TooLarge, match="use the command"):
        typed("x" * 1_048_577, "h")


def test_a_request_over_the_bound_is_not_tried(services: Services, folder: Path) -> None:
    large = RawRequest("POST", "/hooks/won_deal", "", (), b"x" * 1_048_577)
    trial = try_out(services, "won_deal", (folder / "won_deal.yaml").read_text(), large, now=NOW)
    assert trial.shown is None
    assert "use the command" in trial.sentence


def test_a_template_that_never_ends_is_stopped(services: Services, folder: Path) -> None:
    text = (
        (folder / "won_deal.yaml")
        .read_text()
        .replace("Hi {{ name }}", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
    )
    trial = try_out(services, "won_deal", text, sample(services, "won_deal", "form_data"), now=NOW)
    assert trial.faults or (trial.shown is not None and trial.shown["outcome"] == "rejected")


def test_what_is_not_there_is_told(services: Services) -> None:
    for name in ("nothing", "../../won_deal", "form_data.http", ""):
        with pytest.raises(FoundNothing):
            sample(services, "won_deal", name)
    with pytest.raises(FoundNothing):
        stored(services, "01J0000000")


def test_samples_run_and_say_what_differs(services: Services, folder: Path) -> None:
    hook = services.catalogue.one("won_deal")
    assert hook is not None
    (folder / "won_deal" / "samples" / "raw_json.http").write_text("nonsense")
    (folder / "won_deal" / "samples" / "form_data.yaml").unlink()
    (folder / "won_deal" / "samples" / "lost.yaml").write_text("outcome: queued\n")
    made = load_hook("won_deal", hook.path.read_text(), services.catalogue.surroundings(check_secrets=False))
    ran = {one.name: one for one in run_samples(services, made)}
    assert {name: one.state for name, one in ran.items()} == {
        "form_data": "unchecked",
        "lost": "failed",
        "raw_json": "failed",
    }
    assert "request line" in ran["raw_json"].lines[0]


def test_a_request_is_the_same_when_it_is_shown_and_typed_again() -> None:
    for path in SAMPLES:
        request = read_http_file(path.read_bytes())
        again = typed(path.read_text(), "h")
        assert (again.method, again.path, again.headers) == (request.method, request.path, request.headers)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call +91 98765 43210 now", "call +•• ••••• •3210 now"),
        ("919876543210", "••••••••3210"),
        ("(040) 2345-6789", "(•••) ••••-6789"),
        ("2026-11-27 13:04:31", "2026-11-27 13:04:31"),
        ("amount 4999.00 of 12", "amount 4999.00 of 12"),
        ({"919876543210": [919876543210, True, 450, None]}, {"••••••••3210": ["••••••••3210", True, 450, None]}),
    ],
)
def test_numbers_are_hidden_wherever_they_stand(text: object, shown: object) -> None:
    assert hidden(text) == shown
