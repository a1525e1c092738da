"""The owner's browser without a browser: signed in to the console of an adapter in this process."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from adapter import create_app
from adapter.config import load_settings
from adapter.services import Services, open_services
from adapter.store.engine import Store

_SETTINGS = {"ADAPTER_SANDBOX": "1", "ADMIN_PASSWORD": "pw", "SECRET_KEY": "a-long-random-text"}


class Owner:
    """Gets pages and sends their forms."""

    def __init__(self, store: Store, **settings: str) -> None:
        self.services: Services = open_services(load_settings({**_SETTINGS, **settings}), store=store)
        self.client: FlaskClient = create_app(self.services).test_client()
        page = self.client.get("/sign-in").text
        self.client.post("/sign-in", data={"password": "pw", "csrf_token": _token(page)})

    def get(self, path: str, status: int = 200) -> str:
        """The page, which must come with this status."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, status: int = 200, **form: str) -> str:
        """The page that a form leads to, which must come with this status."""
        token = _token(self.client.get("/").text)
        answer = self.client.post(path, data={**form, "csrf_token": token})
        if answer.status_code == 303:
            answer = self.client.get(answer.headers["Location"])
        assert answer.status_code == status, answer.text
        return answer.text

    def forged(self, path: str, **form: Any) -> int:
        """The status of a form that some other page made."""
        return self.client.post(path, data=form).status_code


def _token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
