"""Gunicorn's settings (`--config python:adapter.web.gunicorn`): threads, bounds on slow senders, a graceful end."""

from __future__ import annotations

import gc
import json
import socket
import threading
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger

from adapter.config import load_settings, require_service
from adapter.errors import ConfigurationError

try:
    _settings = require_service(load_settings())
except ConfigurationError as _fault:
    raise SystemExit("\n".join(_fault.faults)) from None

bind = [f"{_settings.bind_host}:{_settings.port}"]
workers = _settings.web_concurrency
threads = _settings.web_threads
worker_class = "gthread"
timeout = 60
graceful_timeout = 15
keepalive = 5
backlog = 1024
limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190
accesslog = None  # an access log would hold tokens that stand in paths and queries
errorlog = "-"
loglevel = "warning"
control_socket_disable = True


class _Log(Logger):  # type: ignore[misc]
    """Gunicorn's log without what came: it quotes request lines and headers, which hold tokens and numbers."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request"):
            msg, args = msg.partition(":")[0] + ": it is no HTTP that can be read; what came is not logged.", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Error handling request"):
            msg, args = "Error handling a request.", ()
        super().exception(msg, *args, **kwargs)


logger_class = _Log


def when_ready(_server: Any) -> None:
    """Import what every worker needs once, before they are forked: they start sooner, and share its memory.

    Nothing is opened here: files, connections and threads are each worker's own (`adapter.wsgi`).
    """
    import adapter.web.app  # noqa: F401

    gc.freeze()  # a collection that looked at these objects would write to their pages, and copy them


def post_worker_init(worker: Any) -> None:
    """Requests that gunicorn itself refuses (too long a line, a broken header) are answered in JSON like all others.

    A process that was killed may have left bulk jobs; they go on once its leases are over.
    """
    from adapter.bulk_running import take_over_left  # not in the master, which sends and stores nothing
    from adapter.delivery.jobs import LEASE_SECONDS

    util.write_error = _json_error
    services = worker.app.wsgi().extensions["adapter"]
    left = threading.Timer(LEASE_SECONDS + 1.0, take_over_left, [services])
    left.daemon = True
    left.start()


def _json_error(connection: socket.socket, status: int, reason: str, _message: str) -> None:
    sentence = f"The request could not be read: {reason}."
    body = json.dumps({
        "ok": False, "error": sentence, "message": sentence, "code": "bad_request", "fields": {}, "received_keys": [],
    })  # fmt: skip
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(connection, (head + body).encode("latin-1", "replace"))
