"""What is set, and from where: the table of settings with today's values, as the owner may see them."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from adapter.config import SETTINGS, Setting, Settings

_USER: Final = re.compile(r"//[^/@\s]*@")


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """One row: `value` is `set` or `not set` for a secret; `origin` is where the value comes from."""

    name: str
    value: str
    origin: str
    help: str


def shown(settings: Settings, environ: Mapping[str, str] = os.environ) -> list[Shown]:
    """Every setting; `environ` is that of the process, which tells it from `.env`."""
    return [
        Shown(one.name, _value(one, settings.values[one.name]), _origin(one, settings.environ, environ), one.help)
        for one in SETTINGS
    ]


def _value(setting: Setting, value: Any) -> str:
    if setting.name == "DATABASE_URL":
        return _address(value)
    if setting.secret:
        return "set" if value else "not set"
    if isinstance(value, bool):
        return str(int(value))
    return _USER.sub("//***@", ", ".join(value) if isinstance(value, tuple) else str(value))


def _address(text: str) -> str:
    """The database's address without its password, and without options, among which one may stand."""
    return sa.make_url(text).set(query={}).render_as_string(hide_password=True)


def _origin(setting: Setting, merged: Mapping[str, str], environ: Mapping[str, str]) -> str:
    named = f"{setting.name}_FILE"
    if merged.get(setting.name, "").strip():
        return "environment" if setting.name in environ else ".env"
    if setting.secret and merged.get(named, "").strip():
        return f"the file that {named} names"
    return "default"
