"""Settings: read once, told all at once, and never printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapter.accounts import load_accounts
from adapter.config import SETTINGS, load_settings, read_environment, require_service
from adapter.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[1]


def faults(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        require_service(load_settings(environ))
    return caught.value.faults


def test_every_fault_is_told_at_once() -> None:
    wrong = {
        "PICKY_URL": "https://e.com:99999/x", "PICKY_RATE": "-1", "ADAPTER_SANDBOX": "yes", "DATABASE_URL": "mysql://x/y",
        "PORT": "http", "PUBLIC_URL": "nonsense", "DEFAULT_REGION": "XX", "LOCALE": "zz_nope", "TIMEZONE": "Nowhere",
    }  # fmt: skip
    assert [line.split()[0] for line in faults(wrong)] == list(wrong)


def test_without_token_and_flag_nothing_starts() -> None:
    (told,) = faults({})
    assert "PICKY_TOKEN" in told
    assert "ADAPTER_SANDBOX=1" in told


def test_plain_http_is_refused_but_to_this_machine() -> None:
    assert "https://" in faults({"PICKY_TOKEN": "t", "PICKY_URL": "http://app.pickyassist.com/api/v2/push"})[0]
    assert load_settings({"PICKY_URL": "http://127.0.0.1:9/push"}).picky_url == "http://127.0.0.1:9/push"


@pytest.mark.parametrize("mark", ["DYNO", "RENDER", "RAILWAY_SERVICE_ID", "FLY_APP_NAME"])
def test_sqlite_is_refused_where_the_disk_is_thrown_away(mark: str) -> None:
    environ = {"PICKY_TOKEN": "t", mark: "x"}
    assert "PostgreSQL add-on" in faults(environ)[0]
    assert require_service(load_settings(environ | {"SQLITE_IS_PERSISTENT": "1"}))
    assert require_service(load_settings(environ | {"DATABASE_URL": "postgres://h/db"}))


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    assert load_settings({"PICKY_TOKEN_FILE": str(tmp_path / "token")}).picky_token == "from-file"
    assert "PICKY_TOKEN_FILE too" in faults({"PICKY_TOKEN": "x", "PICKY_TOKEN_FILE": str(tmp_path / "token")})[0]
    assert "cannot be read" in faults({"PICKY_TOKEN_FILE": str(tmp_path / "gone")})[0]


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PORT=8111\nLOCALE=de\nODD=${PORT}\n")
    monkeypatch.setenv("PORT", "8222")
    environ = read_environment(tmp_path)
    assert (environ["PORT"], environ["LOCALE"], environ["ODD"]) == ("8222", "de", "${PORT}")


def test_the_flag_alone_chooses_the_sandbox() -> None:
    live = load_settings({"PICKY_TOKEN": "t"})
    both = load_settings({"PICKY_TOKEN": "t", "ADAPTER_SANDBOX": "1", "PORT": "8500"})
    assert (live.destination, live.main_account().url) == ("live", "https://app.pickyassist.com/api/v2/push")
    assert (both.destination, both.main_account().url) == ("sandbox", "http://127.0.0.1:8501/api/v2/push")


def test_secrets_are_in_no_repr() -> None:
    settings = load_settings({"PICKY_TOKEN": "s3cret-token"})
    assert "s3cret-token" not in repr(settings) + repr(settings.main_account())


def test_more_accounts_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_text("shop2:\n  token: ${SHOP2}\n  application: 121\n  rate: 10\n")
    environ = {"PICKY_TOKEN": "t", "TEMPLATES_DIR": str(tmp_path), "SHOP2": "t2"}
    accounts = load_accounts(load_settings(environ))
    assert sorted(accounts) == ["main", "shop2"]
    assert (accounts["shop2"].token, accounts["shop2"].application, accounts["shop2"].rate) == ("t2", "121", 10)


def test_faulty_accounts_are_told_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_text(
        "a:\n  token: ${GONE}\nb:\n  token: x\n  rat: 3\nc:\n  token: x\n  url: http://example.com/\nd:\n  token: ${SECRET_KEY}\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        load_accounts(load_settings({"PICKY_TOKEN": "t", "TEMPLATES_DIR": str(tmp_path)}))
    assert [fault.split(": ")[0].rsplit(" ")[-1] for fault in caught.value.faults] == ["1", "3", "6", "9"]
    assert "GONE is not set" in caught.value.faults[0]
    assert "unknown key" in caught.value.faults[1]


def test_the_example_and_the_page_name_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    page = (ROOT / "docs" / "settings.md").read_text()
    made_by_setup = {"SECRET_KEY", "ADMIN_PASSWORD", "API_TOKEN", "CALLBACK_SECRET", "PUSH_TOKENS"}
    for setting in SETTINGS:
        line = f"{setting.name}=" if setting.name in made_by_setup else f"# {setting.name}={setting.default}"
        assert line in example.splitlines() or setting.name == "ADAPTER_SANDBOX", setting.name
        secret = " (secret)" if setting.secret else ""
        default = f"`{setting.default}`" if setting.default else "–"
        assert f"| `{setting.name}`{secret} | {default} | {setting.help} |" in page.splitlines(), setting.name
    assert "ADAPTER_SANDBOX=1" in example.splitlines()
