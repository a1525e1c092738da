"""The password: compared whole, few at once, and short secrets are warned of."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from adapter.cli import commands
from adapter.config import load_settings
from adapter.signing_in import password


@pytest.mark.parametrize(
    ("given", "wanted", "right"),
    [
        ("correct horse", "correct horse", True), ("correct hors", "correct horse", False), ("", "", False),
        ("Straße-😀", "Straße-😀", True), ("\ud800", "\ud800", True), ("\ud800", "?", False), ("é", "Ã©", False),
    ],
)  # fmt: skip
def test_it_is_the_same_text_or_not(given: str, wanted: str, right: bool) -> None:
    assert password.matches(given, wanted) is right


def test_a_third_at_once_is_told_to_come_back() -> None:
    with password.turn(), password.turn(), pytest.raises(password.Busy) as told, password.turn():
        pass
    assert told.value.status == 503
    assert told.value.retry_after == 2
    with password.turn():
        pass


@pytest.mark.parametrize(("given", "long"), [("x" * 1_024, False), ("x" * 1_025, True), ("é" * 513, True)])
def test_a_kibibyte_is_the_most(given: str, long: bool) -> None:
    assert password.is_too_long(given) is long


@pytest.mark.parametrize(
    ("console", "key", "told"),
    [("12345678", "1234567890123456", []), ("", "", []), ("1234567", "1234567890123456", ["ADMIN_PASSWORD"]),
     ("short", "short", ["ADMIN_PASSWORD", "SECRET_KEY"])],
)  # fmt: skip
def test_short_secrets_are_warned_of(console: str, key: str, told: list[str]) -> None:
    environ = {"ADMIN_PASSWORD": console, "SECRET_KEY": key, "ADAPTER_SANDBOX": "1"}
    sentences = password.weak_secrets(load_settings(environ))
    assert [sentence.split()[0] for sentence in sentences] == told
    assert not any(secret in sentence for sentence in sentences for secret in (console, key) if secret)


def test_check_prints_the_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "short")
    told = CliRunner().invoke(commands, ["check"]).output
    assert "note: ADMIN_PASSWORD has 5 characters, so it can be guessed: use 8 or more." in told
