"""Asking a running sandbox what it took, and telling it how to behave: over HTTP, because it may be another process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import HTTPError

from adapter.calling import Call, new_session

_SECONDS: Final = 3.0
_MOST: Final = 8 * 1024 * 1024


class SandboxFault(Exception):
    """The sandbox did not do what it was asked for; `sentence` says why, for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SandboxClient:
    """One sandbox, by the address that pushes to it go to. Everything raises SandboxFault where it does not answer."""

    def __init__(self, push_url: str) -> None:
        parts = urlsplit(push_url)
        self.url = f"{parts.scheme}://{parts.netloc}"

    def threads(self) -> list[dict[str, Any]]:
        """The numbers that got something, newest first (`adapter.picky.sandbox.threads`)."""
        return list(self._call("GET", "/sandbox/threads"))

    def thread(self, number: str) -> dict[str, Any]:
        """What one number got and wrote."""
        return dict(self._call("GET", f"/sandbox/thread?number={quote(number, safe='')}"))

    def behave(self, rule: Mapping[str, Any] | None, *, always: bool) -> None:
        """Mistreat the next push, or each one from now on, by this rule; None: none of them."""
        if rule is None:
            self._call("POST", "/sandbox/behave", {"next": None, "always": None})
        else:
            self._call("POST", "/sandbox/behave", {"always": rule} if always else {"next": [rule]})

    def inbound(self, number: str, text: str) -> int:
        """Write as this person: the HTTP status that the adapter answered, 0 where it was not reached."""
        return int(self._call("POST", "/sandbox/inbound", {"number": number, "text": text})["http"])

    def reset(self) -> None:
        """Empty the inbox; balance and behaviour are the first ones again."""
        self._call("POST", "/sandbox/reset", {})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        try:
            with (
                Call().within(_SECONDS),
                new_session() as session,
                session.request(method, self.url + path, data=data, stream=True, timeout=_SECONDS) as response,
            ):
                return _answer(response)
        except (requests.RequestException, HTTPError, OSError) as fault:
            raise SandboxFault(f"The sandbox at {self.url} does not answer.") from fault
        except (ValueError, RecursionError, TypeError, KeyError) as fault:
            raise SandboxFault(f"What answers at {self.url} is not the sandbox, or an older one.") from fault


def _answer(response: requests.Response) -> Any:
    body = bytearray()
    for chunk in response.iter_content(64 * 1024):
        body += chunk
        if len(body) > _MOST:
            raise SandboxFault("The sandbox holds more than fits on a page. Empty the inbox.")
    answer = json.loads(body)
    if response.status_code == 400:
        raise SandboxFault(f"The sandbox says: {answer['error']}")
    if response.status_code != 200:
        raise ValueError(response.status_code)
    return answer
