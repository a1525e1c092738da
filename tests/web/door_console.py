"""A console over a real database and flask's client, and a clock that can be moved."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.config import load_settings
from adapter.services import Services, open_services
from adapter.web.app import build_app

PASSWORD = "the-owners-password"
KEY = "a-long-random-text-for-signing"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class Clock:
    """Stands still for everybody in this process who asks `time.time`, until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.time()
        monkeypatch.setattr(time, "time", lambda: self.now)

    def forward(self, seconds: float) -> None:
        self.now += seconds


def console_services(folder: Path, database_url: str, **settings: str) -> Services:
    """What a web process works with; the hook files of `folder`."""
    folder.mkdir(exist_ok=True)
    environ = {
        "ADAPTER_SANDBOX": "1", "SECRET_KEY": KEY, "ADMIN_PASSWORD": PASSWORD, "DATABASE_URL": database_url,
        "TEMPLATES_DIR": str(folder), **settings,
    }  # fmt: skip
    return open_services(load_settings(environ))


def browser(services: Services) -> FlaskClient:
    """A fresh browser."""
    return build_app(services).test_client()


def enter(client: FlaskClient, given: str = PASSWORD, **more: str) -> TestResponse:
    """Post the sign-in form."""
    return client.post("/sign-in", data={"password": given, **more})


def token(client: FlaskClient, path: str = "/settings") -> str:
    """The CSRF token of a page."""
    found = CSRF.search(client.get(path).text)
    assert found is not None, f"{path} has no form"
    return found[1]


def is_in(client: FlaskClient) -> bool:
    """Whether the browser is signed in; the look is itself a request."""
    return client.get("/settings").status_code == 200
