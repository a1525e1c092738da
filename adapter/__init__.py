"""A webhook adapter: takes what no-code tools post, and relays it to Picky Assist as WhatsApp or SMS messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from adapter.services import Services


def create_app(services: Services | None = None) -> Flask:
    """The Flask application, over `services` or over what the environment says."""
    from adapter.web.app import build_app

    return build_app(services)
