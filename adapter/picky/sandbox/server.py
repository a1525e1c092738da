"""The HTTP service around the books: a thread for each connection, loopback unless told otherwise."""

from __future__ import annotations

import signal
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from adapter.picky.sandbox.books import Sandbox
from adapter.picky.sandbox.events import Events
from adapter.picky.sandbox.reading import Call
from adapter.picky.sandbox.reply import Reply
from adapter.picky.sandbox.routes import ROUTES, wrong_method
from adapter.picky.sandbox.wire import send

_POLL: Final = 0.05


class _Server(ThreadingHTTPServer):
    """Knows its connections, so that closing ends also those that hang."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], box: Sandbox) -> None:
        self.box = box
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's own asks the name service for the host first
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def keep(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        if self.stopping.is_set():
            _shut(connection)

    def drop(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, or a connection that closing took away, is no fault worth a traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def end_connections(self) -> None:
        self.stopping.set()
        with self._lock:
            for connection in self._connections:
                _shut(connection)


class _Handler(BaseHTTPRequestHandler):
    """Reads one request, asks its route, puts the reply on the wire."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.keep(self.connection)

    def finish(self) -> None:
        self.server.drop(self.connection)
        super().finish()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name; it says nothing
        return

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            # Without a length that can be read the next request on this connection cannot be found.
            self.close_connection = True
            reply = Reply.of({"error": "Send a body with its Content-Length."}, http=411)
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                raise ConnectionAbortedError("the client went away in the middle of its body")
            reply = self._route(self._call(body))
        more = send(reply, self.connection, stopping=self.server.stopping, last=self.close_connection)
        self.close_connection = not more

    def _call(self, body: bytes) -> Call:
        path, _, query = self.path.partition("?")
        agent = self.headers.get("User-Agent", "")
        return Call(path, query, body, self.headers.get("Content-Type", ""), agent)

    def _route(self, call: Call) -> Reply:
        methods = ROUTES.get(call.path)
        if methods is None:
            return Reply.of({"error": f"There is nothing at {call.path}."}, http=404)
        answer: Callable[[Sandbox, Call], Reply] = methods.get(self.command, wrong_method)
        return answer(self.server.box, call)


class Running:
    """A sandbox that listens in the background; a context manager that closes it."""

    def __init__(self, server: _Server) -> None:
        host, port = server.server_name, server.server_port
        self.url = f"http://{host}:{port}"
        self.push_url = f"{self.url}/api/v2/push"
        self.box = server.box
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, args=(_POLL,), name="sandbox-listener", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening, end every open connection and post no more events."""
        self._server.shutdown()
        self._server.server_close()
        self._server.end_connections()
        self.box.close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(box: Sandbox, host: str = "127.0.0.1", port: int = 0) -> Running:
    """Listen on host and port (0: any free one) from a background thread. OSError when the port is taken."""
    return Running(_Server((host, port), box))


def run_forever(
    port: int = 8001,
    host: str = "127.0.0.1",
    rate: int = 90,
    token: Collection[str] = (),
    event_url: str | None = None,
    *,
    excess: str = "429",
    seed: int = 0,
    events: Events | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then return at once; says its URL in one line as soon as it listens.

    `events` gives every detail of the event webhook where `event_url` alone is not enough.
    """
    signals = (signal.SIGTERM, signal.SIGINT)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        webhook = events or (Events(url=event_url) if event_url else None)
        box = Sandbox(rate, token, excess, webhook, seed, ids_from=int(time.time() * 1000))
        with serve(box, host, port) as running:
            print(f"Sandbox at {running.url} (nothing sent to it reaches a phone)", flush=True)
            signal.sigwait(signals)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
