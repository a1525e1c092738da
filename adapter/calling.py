"""Calls to others over HTTP: a deadline for the whole of each, known addresses where asked for, no proxy, our name.

A call is one thread's: it says which addresses may be connected to, and knows whether its connection ever stood.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

USER_AGENT: Final = "picky-assist-adapter/1.0"
IDLE_SECONDS: Final = 5.0


class Call:
    """One call under way: whether its connection stood, and the sockets a watchdog may close.

    `addresses` are connected to, one after the other until one answers, instead of what the URL's host resolves to;
    the host still is what the certificate must name.
    """

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        self.addresses = tuple(addresses)
        self.connected = False
        self.expired = False
        self._sock: socket.socket | None = None
        self._opened: socket.socket | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Make this the thread's call; what is not over in time is broken off.

        `requests` counts its timeout anew at each read: a dripped answer would never end.
        """
        _local.call = self
        watchdog = threading.Timer(seconds, self._close)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()
            if self._opened is not None:
                self._opened.close()

    def opened(self, sock: socket.socket) -> None:
        """A socket is open, and nothing was sent. TLS will take it over, so a duplicate is kept for the watchdog."""
        self._opened = sock.dup()
        self.standing(None)

    def standing(self, sock: socket.socket | None) -> None:
        """Raises ConnectTimeout where the deadline passed before anything could be sent (a slow name look-up)."""
        if self.expired:
            self.connected = False
            raise requests.ConnectTimeout("the deadline passed before the connection stood")
        self.connected, self._sock = sock is not None, sock

    def _close(self) -> None:
        self.expired = True
        for sock in (self._sock, self._opened):
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


class _Local(threading.local):
    call = Call()


_local: Final = _Local()


class _Noticed:
    """A connection that tells its thread's call when it stands: what fails before that was never sent."""

    sock: socket.socket | None
    host: str
    used = 0.0

    def connect(self) -> None:
        _local.call.standing(None)
        super().connect()  # type: ignore[misc]  # the other base has it
        self.used = time.monotonic()
        _local.call.standing(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if time.monotonic() - self.used > IDLE_SECONDS:
            self.close()  # type: ignore[attr-defined]  # a connection idle for long may be dead without saying so
        self.used = time.monotonic()
        _local.call.standing(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]  # the other base has it

    def _new_conn(self) -> socket.socket:
        name, addresses = self.host, _local.call.addresses or (self.host,)
        try:
            sock = self._first_of(addresses)
        finally:
            self.host = name
        try:
            _local.call.opened(sock)
        except BaseException:
            sock.close()
            raise
        return sock

    def _first_of(self, addresses: Sequence[str]) -> socket.socket:
        for address in addresses[:-1]:
            with suppress(NewConnectionError, ConnectTimeoutError):
                return self._connected_to(address)
        return self._connected_to(addresses[-1])

    def _connected_to(self, address: str) -> socket.socket:
        _local.call.standing(None)
        self.host = address
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # the other base has it
        return sock


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


class _Session(requests.Session):
    """Follows no redirect, and does not prepare to: for that requests reads the whole body of one, unpacked."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def new_session() -> requests.Session:
    """A session for one thread, whose connections tell the thread's call of themselves."""
    session = _Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = False  # no proxy and no .netrc from the environment sees a secret
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter())
    return session
