"""The entry for gunicorn: `adapter.wsgi:app`."""

from __future__ import annotations

import sys

from adapter import create_app
from adapter.config import load_settings, require_service
from adapter.errors import ConfigurationError
from adapter.logs import set_up_logs
from adapter.services import open_services

try:
    _settings = require_service(load_settings())
    set_up_logs(_settings.log_level, _settings.log_format)
    app = create_app(open_services(_settings, pool_size=_settings.web_threads))
except ConfigurationError as _fault:
    print("\n".join(_fault.faults), file=sys.stderr)
    raise SystemExit(1) from None
