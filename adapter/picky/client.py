"""Calling Picky Assist: one session a thread, a deadline for the whole call, no redirects, a bounded answer."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from adapter.picky import outcome
from adapter.picky.account import Account
from adapter.picky.envelope import encode
from adapter.picky.outcome import Outcome, classify, kept

USER_AGENT: Final = "picky-assist-adapter/1.0"
CONNECT_SECONDS: Final = 5.0
IDLE_SECONDS: Final = 5.0
MOST_ANSWER: Final = 1024 * 1024


class _Slot:
    """One call under way: whether its connection stood, and the socket a watchdog may close."""

    def __init__(self) -> None:
        self.connected = False
        self.expired = False
        self.sock: socket.socket | None = None

    def standing(self, sock: socket.socket | None) -> None:
        """Raises ConnectTimeout where the deadline passed before anything could be sent (a slow name look-up)."""
        if self.expired:
            self.connected = False
            raise requests.ConnectTimeout("the deadline passed before the connection stood")
        self.connected, self.sock = sock is not None, sock

    def close(self) -> None:
        self.expired = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _Local(threading.local):
    slot = _Slot()


_local: Final = _Local()


class _Noticed:
    """A connection that tells its thread's call when it stands: what fails before that was never sent."""

    sock: socket.socket | None
    used = 0.0

    def connect(self) -> None:
        _local.slot.standing(None)
        super().connect()  # type: ignore[misc]  # the other base has it
        self.used = time.monotonic()
        _local.slot.standing(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if time.monotonic() - self.used > IDLE_SECONDS:
            self.close()  # type: ignore[attr-defined]  # a connection idle for long may be dead without saying so
        self.used = time.monotonic()
        _local.slot.standing(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]  # the other base has it


class _Plain(_Noticed, HTTPConnection):
    pass


class _Secure(_Noticed, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


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
        slot = _local.slot = _Slot()
        headers = {"Content-Type": content_type} if content_type else {}
        body = bytearray()
        try:
            with (
                self._deadline(slot),
                self._session().post(
                    url, data=data, headers=headers, stream=True, allow_redirects=False,
                    timeout=(min(CONNECT_SECONDS, self.timeout), self.timeout),
                ) as response,
            ):  # fmt: skip
                _read_into(body, response)
                if keep is not None:
                    keep.append(bytes(body))
                return classify(response.status_code, bytes(body), retry_after=response.headers.get("Retry-After"))
        except (requests.RequestException, HTTPError, OSError, ValueError) as fault:
            meaning = outcome.BROKEN_OFF if slot.connected else outcome.NOT_SENT
            return Outcome(meaning, text=kept(type(fault).__name__.encode() + b" " + body).strip())

    @contextmanager
    def _deadline(self, slot: _Slot) -> Iterator[None]:
        """`requests` counts its timeout anew at each read: a dripped answer would never end."""
        watchdog = threading.Timer(self.timeout, slot.close)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            session.trust_env = False  # no proxy and no .netrc from the environment sees the token
            session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
            session.mount("https://", _Adapter())
            session.mount("http://", _Adapter())
        return session


def _read_into(found: bytearray, response: requests.Response) -> None:
    """The body, at most MOST_ANSWER bytes of it: what is longer is no answer of the push API anyway."""
    for chunk in response.iter_content(16 * 1024):
        found += chunk[: MOST_ANSWER - len(found)]
        if len(found) >= MOST_ANSWER:
            break
