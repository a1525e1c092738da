"""Calling Picky Assist: one session a thread, a deadline for the whole call, no redirects, a bounded answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Final

import requests
from urllib3.exceptions import HTTPError

from adapter.calling import Call, new_session
from adapter.picky import outcome
from adapter.picky.account import Account
from adapter.picky.envelope import encode
from adapter.picky.outcome import Outcome, classify, kept

CONNECT_SECONDS: Final = 5.0
MOST_ANSWER: Final = 1024 * 1024


class Client:
    """Pushes to any account. One instance serves many threads; it is made after a fork, never before."""

    def __init__(self, *, timeout: float = 30.0) -> None:
        """`timeout`: seconds a whole call may take, headers and body included."""
        self.timeout = timeout
        self._threads = threading.local()

    def push(self, account: Account, body: Mapping[str, Any]) -> Outcome:
        """One call of the push API. Never raises for anything the other side or the network does."""
        url, data, content_type = encode(account.url, body, account.encoding)
        return self._post(url, data, content_type)

    def check_balance(self, account: Account) -> Outcome:
        """Ask for the balance, which costs no message and proves the token."""
        url = account.url.rsplit("/", 1)[0] + "/check-balance"
        return self._post(*encode(url, {"token": account.token}, "json"))

    def delivery_report(self, account: Account, push_id: str) -> Any:
        """What Picky Assist reports of a push when it is asked: its JSON; None where no answer can be read."""
        url = account.url.rsplit("/", 1)[0] + "/delivery-report"
        content: list[bytes] = []
        self._post(*encode(url, {"token": account.token, "push_id": push_id}, "json"), keep=content)
        try:
            return json.loads(content[0].decode("utf-8-sig", "replace")) if content else None
        except (ValueError, RecursionError):
            return None

    def _post(self, url: str, data: bytes, content_type: str, *, keep: list[bytes] | None = None) -> Outcome:
        """The outcome of one call; a body that came whole is added to `keep`."""
        call = Call()
        headers = {"Content-Type": content_type} if content_type else {}
        body = bytearray()
        try:
            with (
                call.within(self.timeout),
                self._session().post(
                    url, data=data, headers=headers, stream=True, allow_redirects=False,
                    timeout=(min(CONNECT_SECONDS, self.timeout), self.timeout),
                ) as response,
            ):  # fmt: skip
                if 300 <= response.status_code < 400:  # not of the push API; whatever comes with it is not read
                    return classify(response.status_code, b"")
                _read_into(body, response)
                if keep is not None:
                    keep.append(bytes(body))
                return classify(response.status_code, bytes(body), retry_after=response.headers.get("Retry-After"))
        except (requests.RequestException, HTTPError, OSError, ValueError) as fault:
            meaning = outcome.BROKEN_OFF if call.connected else outcome.NOT_SENT
            return Outcome(meaning, text=kept(type(fault).__name__.encode() + b" " + body).strip())

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = new_session()
        return session


def _read_into(found: bytearray, response: requests.Response) -> None:
    """The body, at most MOST_ANSWER bytes of it: what is longer is no answer of the push API anyway."""
    for chunk in response.iter_content(16 * 1024):
        found += chunk[: MOST_ANSWER - len(found)]
        if len(found) >= MOST_ANSWER:
            break
