"""Whose report comes: each account's callback secrets, its address, and the token that stands in for none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapter import create_app
from adapter.accounts import load_accounts
from adapter.banner import banner
from adapter.callback_urls import callback_url, webhooks_for_sandbox, webhooks_in
from adapter.config import Settings, load_settings
from adapter.errors import ConfigurationError
from adapter.picky.account import Account
from adapter.services import open_services

TWO = """\
shop2:
  token: ${SHOP2_TOKEN}
  callback_secret: ${SHOP2_CALLBACKS}
  daily_cap: 500
shop3:
  token: ${SHOP3_TOKEN}
  callback_secret: ["${SHOP3_CALLBACKS}", a-literal-one]
"""
SECRETS = {"SHOP2_CALLBACKS": "shop2-new,shop2-old", "SHOP3_CALLBACKS": "shop3-only", "CALLBACK_SECRET": "main-only"}
TOKENS = {"PICKY_TOKEN": "t1", "SHOP2_TOKEN": "t2", "SHOP3_TOKEN": "t3"}


def settings_for(folder: Path, yaml: str = TWO, **environ: str) -> Settings:
    (folder / "accounts.yaml").write_text(yaml)
    return load_settings({"TEMPLATES_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'adapter.db'}"} | environ)


def loaded(folder: Path, yaml: str = TWO, **environ: str) -> dict[str, Account]:
    return load_accounts(settings_for(folder, yaml, **environ))


def faults(folder: Path, yaml: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(folder, yaml, **environ)
    return caught.value.faults


def test_each_account_has_its_secrets_the_present_one_first(tmp_path: Path) -> None:
    accounts = loaded(tmp_path, **SECRETS, **TOKENS)
    assert {name: account.callback_secrets for name, account in accounts.items()} == {
        "main": ("main-only",), "shop2": ("shop2-new", "shop2-old"), "shop3": ("shop3-only", "a-literal-one"),
    }  # fmt: skip
    assert "shop2-new" not in repr(accounts)


def test_a_cap_a_day_is_the_accounts_own_or_that_of_the_environment(tmp_path: Path) -> None:
    accounts = loaded(tmp_path, **SECRETS, **TOKENS, PICKY_DAILY_CAP="90")
    assert [accounts[name].daily_cap for name in ("main", "shop2", "shop3")] == [90, 500, 90]
    assert "daily_cap" in faults(tmp_path, "a: {token: x, daily_cap: -1}")[0]
    assert "daily_cap" in faults(tmp_path, "a: {token: x, daily_cap: 1.5}")[0]


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("a: {token: x, callback_secret: '${GONE}'}", "the environment variable GONE is not set"),
        (
            "a: {token: x, callback_secret: ['${CALLBACK_SECRET}']}",
            "CALLBACK_SECRET is a setting of the adapter itself",
        ),
        ("a: {token: x, callback_secret: 'not/for/an/address'}", "callback_secret must be made of at most 200 letters"),
        ("a: {token: x, callback_secret: {b: c}}", "callback_secret must be a text"),
        ("a: {token: x, callback_secret: [1]}", "callback_secret must be a text"),
        (
            "a: {token: x, callback_secret: same}\nb: {token: y, callback_secret: [other, same]}",
            "a and b share a callback",
        ),
        ("a: {token: x, callback_secret: main-only}", "main and a share a callback secret"),
    ],
)
def test_a_secret_that_cannot_be_is_a_fault(tmp_path: Path, yaml: str, words: str) -> None:
    (told,) = faults(tmp_path, yaml, PICKY_TOKEN="t", CALLBACK_SECRET="main-only")
    assert words in told
    assert str(tmp_path / "accounts.yaml") in told


def test_two_accounts_may_use_one_token(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, "a: {token: t}\nb: {token: t}", PICKY_TOKEN="t")) == 3


def test_in_practice_a_missing_secret_is_none_and_a_missing_token_one_of_its_own(tmp_path: Path) -> None:
    accounts = loaded(tmp_path, ADAPTER_SANDBOX="1", CALLBACK_SECRET="main-only")
    assert {name: account.token for name, account in accounts.items()} == {
        "main": "sandbox", "shop2": "sandbox-shop2", "shop3": "sandbox-shop3",
    }  # fmt: skip
    assert accounts["shop2"].callback_secrets == ()
    assert accounts["shop3"].callback_secrets == ("a-literal-one",)


def test_a_token_that_stands_in_for_none_opens_nothing(tmp_path: Path) -> None:
    app = create_app(open_services(settings_for(tmp_path, ADAPTER_SANDBOX="1")))
    push = {"application": "8", "data": [{"number": "919876543210", "message": "Hi"}]}
    for token in ("sandbox", "sandbox-main", "sandbox-shop2", "sandbox-shop3"):
        answer = app.test_client().post("/api/v2/push", json=push | {"token": token})
        assert (answer.status_code, answer.get_json()["status"]) == (401, 401)


def test_the_address_to_paste_ends_in_the_present_secret(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, **SECRETS, **TOKENS, PUBLIC_URL="https://hooks.example.com/a/")
    accounts = load_accounts(settings)
    assert callback_url(settings, accounts["shop2"]) == "https://hooks.example.com/a/callbacks/picky/shop2-new"
    assert callback_url(settings, Account("mute", "https://x", "t")) is None


def test_the_sandbox_is_told_the_address_on_this_machine_for_each_token(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path, ADAPTER_SANDBOX="1", CALLBACK_SECRET="main-only", SHOP2_CALLBACKS="shop2-new", PORT="8123",
        HOST="0.0.0.0", PUBLIC_URL="https://hooks.example.com",
    )  # fmt: skip
    told = webhooks_for_sandbox(settings, load_accounts(settings).values())
    assert webhooks_in(told) == {
        "sandbox": "http://127.0.0.1:8123/callbacks/picky/main-only",
        "sandbox-shop2": "http://127.0.0.1:8123/callbacks/picky/shop2-new",
        "sandbox-shop3": "http://127.0.0.1:8123/callbacks/picky/a-literal-one",
    }
    assert all(isinstance(json.loads(text), dict) for text in told.values())
    assert webhooks_in({}) == {}


def test_run_says_where_reports_go_without_the_secret(tmp_path: Path) -> None:
    for secret, lines in (("main-only", 1), ("", 0)):
        services = open_services(settings_for(tmp_path, "{}", ADAPTER_SANDBOX="1", CALLBACK_SECRET=secret))
        found = [line for line in banner(services).splitlines() if line.startswith("Reports")]
        assert len(found) == lines
        assert all("/callbacks/picky/…" in line and "CALLBACK_SECRET in .env" in line for line in found)
        assert "main-only" not in banner(services)
        services.store.close()
