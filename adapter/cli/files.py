"""What the commands that only look begin with: the settings, the accounts, and raw HTTP request files on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

from adapter.accounts import load_accounts
from adapter.config import Settings, read_settings
from adapter.errors import ConfigurationError
from adapter.intake.request import RawRequest, read_http_file
from adapter.picky.account import MAIN, Account


def look_around(templates: Path | None) -> tuple[Settings, dict[str, Account]]:
    """The settings with that folder of hook files, and every account, also where tokens are not set yet.

    A fault in another setting is no reason not to look. Raises ConfigurationError for a faulty accounts file.
    """
    settings, _ = read_settings()
    if templates is not None:
        settings = settings.replace(templates_dir=str(templates))
    main = Account(MAIN, settings.picky_url, "", settings.picky_application, encoding=settings.picky_encoding)
    return settings, {MAIN: main, **load_accounts(settings, check_secrets=False)}


def request_from(file: Path, environ: Mapping[str, str], names: Iterable[str]) -> RawRequest:
    """The request in `file`, with the `${NAME}` of a hook's secrets in its head filled in.

    Raises ConfigurationError where it cannot be read.
    """
    try:
        request = read_http_file(file.read_bytes())
    except (OSError, ValueError) as fault:
        raise ConfigurationError([f"{file}: {fault}."]) from fault
    secrets = {f"${{{name}}}": environ[name] for name in names if environ.get(name)}
    return dataclasses.replace(
        request,
        path=_filled(request.path, secrets),
        query=_filled(request.query, secrets),
        headers=tuple((name, _filled(value, secrets)) for name, value in request.headers),
    )


def _filled(text: str, secrets: Mapping[str, str]) -> str:
    for mark, value in secrets.items():
        text = text.replace(mark, value)
    return text
