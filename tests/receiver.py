"""Somebody who is told: a real HTTP server on loopback that keeps what was posted and answers as a test wants."""

from __future__ import annotations

import dataclasses
import json
import ssl
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclasses.dataclass(frozen=True)
class Reply:
    """One answer; `hang` seconds before it, `drip` seconds between the bytes of its body."""

    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b"ok"
    hang: float = 0.0
    drip: float = 0.0


@dataclasses.dataclass(frozen=True)
class Post:
    """One request; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """A context manager. Answers `replies` one after the other, then 200; `always` stands for every one of them."""

    def __init__(self, *replies: Reply, always: Reply | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.posts: list[Post] = []
        self.connections = 0
        self.broken_off = 0
        self.under_way = 0
        self.most_under_way = 0
        self.lock = threading.Lock()
        self._replies = deque(replies)
        self._always = always
        self._over = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # those who tell post at the same time

            def process_request(self, request: Any, client_address: Any) -> None:
                receiver.connections += 1
                super().process_request(request, client_address)

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._server.server_address[1])
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/told/secret-path"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.lock:
            self.posts.append(Post(handler.path, headers, body, time.time()))
            reply = self._always or (self._replies.popleft() if self._replies else Reply())
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            self._over.wait(reply.hang)
            handler.send_response(reply.status)
            for name, value in reply.headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            for at in range(len(reply.body)):
                handler.wfile.write(reply.body[at : at + 1] if reply.drip else reply.body)
                if not reply.drip:
                    break
                self._over.wait(reply.drip)
        except OSError:  # the other side had enough
            with self.lock:
                self.broken_off += 1
        finally:
            with self.lock:
                self.under_way -= 1
