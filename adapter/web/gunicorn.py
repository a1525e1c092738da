"""Gunicorn's settings (`--config python:adapter.web.gunicorn`): threads, bounds on slow senders, a graceful end."""

from __future__ import annotations

from adapter.config import load_settings
from adapter.errors import ConfigurationError

try:
    _settings = load_settings()
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
