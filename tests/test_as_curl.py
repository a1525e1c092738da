"""A request as a command: a shell must read it as the very request, whatever is in it."""

from __future__ import annotations

import subprocess

import pytest

from adapter.as_curl import as_curl, quoted
from adapter.intake.request import RawRequest


@pytest.mark.parametrize("text", [
    "plain", "it's", '"quotes" \\ $HOME `id` $(id) !x', "two\nlines\n", "", "नमस्ते 😀", "-o /tmp/x", "'; id; '",
])  # fmt: skip
def test_a_shell_reads_the_word_as_it_was(text: str) -> None:
    run = subprocess.run(["bash", "-c", f"printf %s {quoted(text)}"], capture_output=True, check=True)
    assert run.stdout.decode() == text


def test_stars_become_the_value_of_the_variable() -> None:
    word = quoted('{"token": "***"}')
    command = f"TOKEN='a \"b\" $c'; printf %s {word}"
    run = subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    assert run.stdout.decode() == '{"token": "a "b" $c"}'


@pytest.mark.parametrize("body", [b"\x00\x01", b"\xff", b"a\r\nb", b"@/etc/passwd", "a\u202eb".encode(), b"x" * 20_000])
def test_a_body_that_no_command_can_hold_is_read_from_a_file(body: bytes) -> None:
    command, needs_file = as_curl(RawRequest("POST", "/hooks/h", "", (), body), "http://x", file="e.txt")
    assert needs_file
    assert "--data-binary '@e.txt'" in command


def test_it_asks_for_a_dry_run_beside_the_query_that_came() -> None:
    command, needs_file = as_curl(RawRequest("GET", "/hooks/h", "a=1&b='2'", (), b""), "http://x", file="e")
    assert not needs_file
    assert command.startswith("curl -sS -X 'GET' 'http://x/hooks/h?a=1&b='")
    assert "dry_run=1" in command
    assert "--data" not in command
