"""`sign-in`: a one-time link to the console, for whoever has a shell of the server."""

from __future__ import annotations

import time

import click

from adapter.config import load_settings
from adapter.errors import ConfigurationError
from adapter.signing_in import one_time


@click.command()
def sign_in_command() -> None:
    """Print a link that signs one browser in to the console: valid for 10 minutes, and once.

    It works where the password is lost, or strangers have used up every try.
    """
    settings = load_settings()
    if missing := [name for name in ("ADMIN_PASSWORD", "SECRET_KEY") if not getattr(settings, name.lower())]:
        raise ConfigurationError(
            [f"The console is closed: set {' and '.join(missing)} in .env or on your platform, and restart."]
        )
    token = one_time.token(settings.secret_key, now=time.time())
    click.echo(f"{settings.base_url}/sign-in/{token}")
    click.echo("Open it within 10 min; it works once. Whoever has it is let in: do not pass it on.", err=True)
