"""The Picky Assist projects this adapter may send through: the environment's own, and those of `accounts.yaml`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.config import NAMES, Settings, callback_secrets, push_url
from adapter.errors import ConfigurationError, messages_in
from adapter.located import YamlFault, read_yaml
from adapter.picky.account import MAIN, Account, stand_in

FILE: Final = "accounts.yaml"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}\Z")


def _is_region(value: str) -> None:
    from phonenumbers import SUPPORTED_REGIONS  # slow to import, and seldom needed here

    if value not in SUPPORTED_REGIONS:
        raise ma.ValidationError("must be a country's two capital letters such as IN")


class _TextOrTexts(fields.Field[list[str]]):
    """One text, or a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in texts):
            raise ma.ValidationError("must be a text such as ${NAME}, or a list of them")
        return texts


class _AccountSchema(ma.Schema):
    error_messages = {"unknown": "unknown key", "type": "must be a mapping of keys to values"}  # noqa: RUF012 - marshmallow's name

    token = fields.String(required=True)
    url = fields.String()
    application = fields.Raw()
    rate = fields.Integer(strict=True, validate=validate.Range(0, 100_000))
    batch = fields.Integer(strict=True, validate=validate.Range(1, 1_000))
    encoding = fields.String(validate=validate.OneOf(["json", "form", "query"]))
    region = fields.String(validate=_is_region)
    daily_cap = fields.Integer(strict=True, validate=validate.Range(0, 10_000_000))
    callback_secret = _TextOrTexts()


def load_accounts(settings: Settings, *, check_secrets: bool = True) -> dict[str, Account]:
    """Every account by name; in the sandbox all of them end there. Raises ConfigurationError with every fault.

    `check_secrets` false takes an account whose token is not set, for looking at what would be sent.
    """
    accounts: dict[str, Account] = {}
    main = settings.main_account()
    if main is not None:
        accounts[MAIN] = main
    path = Path(settings.templates_dir) / FILE
    if path.is_file():
        accounts |= _from_file(path, settings, check_secrets=check_secrets)
        _require_own_secrets(path, accounts)
    return accounts


def _require_own_secrets(path: Path, accounts: Mapping[str, Account]) -> None:
    """A callback secret is all that tells whose report comes."""
    counts = Counter(secret for account in accounts.values() for secret in set(account.callback_secrets))
    sharing = [name for name, one in accounts.items() if any(counts[secret] > 1 for secret in one.callback_secrets)]
    if sharing:
        raise ConfigurationError([
            f"{path}: {' and '.join(sharing)} share a callback secret: give each account its own, "
            "because it alone tells whose report comes."
        ])  # fmt: skip


def _from_file(path: Path, settings: Settings, *, check_secrets: bool) -> dict[str, Account]:
    try:
        located = read_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError([f"{path}: the file cannot be read."]) from None
    except YamlFault as fault:
        raise ConfigurationError([f"{path}, line {fault.line}: {fault.sentence}."]) from None
    if not isinstance(located.data, dict):
        raise ConfigurationError([f"{path}, line 1: must be a mapping of account names to their settings."])
    accounts, faults = {}, []
    for name, declared in located.data.items():
        try:
            accounts[name] = _account(name, declared, settings, check_secrets=check_secrets)
        except (ma.ValidationError, ValueError) as fault:
            reason = _reason(fault) if isinstance(fault, ma.ValidationError) else str(fault)
            faults.append(f"{path}, line {located.line((name,))}: {name}: {reason}.")
    if faults:
        raise ConfigurationError(faults)
    return accounts


def _account(name: str, declared: Any, settings: Settings, *, check_secrets: bool) -> Account:
    if not _NAME.match(name):
        raise ValueError("an account's name is made of a-z, 0-9, _ and -")
    data: Mapping[str, Any] = _AccountSchema().load(declared)
    application = str(data.get("application", settings.picky_application))
    if not application.isascii() or not application.isdecimal():
        raise ValueError("application must be the number of a channel such as 8")
    url = data.get("url", settings.picky_url)
    push_url(url)
    return Account(
        name=name,
        url=settings.sandbox_url if settings.adapter_sandbox else url,
        token=_expanded(data["token"], settings, check_secrets=check_secrets) or stand_in(name),
        application=application,
        rate=data.get("rate", settings.picky_rate),
        batch=data.get("batch", settings.picky_batch),
        encoding=data.get("encoding", settings.picky_encoding),
        region=data.get("region"),
        daily_cap=data.get("daily_cap", settings.picky_daily_cap),
        callback_secrets=_secrets(data.get("callback_secret", []), settings, check_secrets=check_secrets),
    )


def _secrets(texts: list[str], settings: Settings, *, check_secrets: bool) -> tuple[str, ...]:
    expanded = [_expanded(text, settings, check_secrets=check_secrets) for text in texts]
    try:
        return tuple(secret for text in expanded if text for secret in callback_secrets(text))
    except ValueError as fault:
        raise ValueError(f"callback_secret {fault}") from None


def _expanded(text: str, settings: Settings, *, check_secrets: bool) -> str | None:
    """What the text stands for; None where its variable is not set and need not be."""
    match = _VARIABLE.match(text)
    if match is None:
        return text
    if match[1] in NAMES:
        raise ValueError(f"{match[1]} is a setting of the adapter itself; name a variable of your own")
    if value := settings.environ.get(match[1]):
        return value
    if settings.adapter_sandbox or not check_secrets:
        return None
    raise ValueError(f"the environment variable {match[1]} is not set")


def _reason(fault: ma.ValidationError) -> str:
    return "; ".join(f"{key} {' '.join(map(str, texts))}" for key, texts in messages_in(fault).items())
