"""Structured logs: a line an event, with ids; never a phone number, a token, a path with a secret, or a body."""

from __future__ import annotations

import logging
import sys
from typing import Any, Final

import structlog

_QUIET: Final = ("alembic", "sqlalchemy", "urllib3", "werkzeug")


def set_up_logs(level: str, style: str) -> None:
    """Send structlog and the standard library's log to standard error, as JSON or for people."""
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer() if as_json else _for_people()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(  # straight to the stream: the standard library's way costs three times as much
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _for_people() -> Any:
    """Tracebacks are plain: the prettier kind prints every variable, and with them secrets and numbers."""
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
