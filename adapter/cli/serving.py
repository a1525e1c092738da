"""What keeps running: `run`, `relay`, `sandbox`; and `migrate`, which prepares the database for them."""

from __future__ import annotations

import os
from typing import Any, Final

import click

from adapter.config import load_settings, require_service
from adapter.errors import ConfigurationError
from adapter.logs import set_up_logs
from adapter.stopping import stop_on_signals
from adapter.store.engine import UNAVAILABLE, Store

_SHARE: Final = click.FloatRange(0, 1)


@click.command()
def migrate_command() -> None:
    """Bring the database to the present tables; may run any number of times."""
    from adapter.services import open_store
    from adapter.store.migrate import migrate

    store = open_store(load_settings())
    try:
        changed = migrate(store)
    except UNAVAILABLE as fault:
        raise ConfigurationError(
            ["The database does not answer: check DATABASE_URL, and that it may be written."]
        ) from fault
    click.echo("The database was brought up to date." if changed else "The database is up to date.")


@click.command()
def relay_command() -> None:
    """Push what is due to Picky Assist, until stopped."""
    stop = stop_on_signals()  # now, so that it also ends well while it is still coming up
    settings = require_service(load_settings())
    set_up_logs(settings.log_level, settings.log_format)
    from adapter.notifying import beside, open_notifier
    from adapter.services import open_relay

    relay = open_relay(settings)
    require_tables(relay.store)
    with beside(open_notifier(settings, relay.store), stop):
        relay.run(stop)


def require_tables(store: Store) -> None:
    """Raises ConfigurationError where the database is not the newest; waits for nothing."""
    from adapter.store.migrate import is_current

    try:
        current = is_current(store)
    except UNAVAILABLE as fault:
        raise ConfigurationError(["The database does not answer: check DATABASE_URL."]) from fault
    if not current:
        raise ConfigurationError(["The database has not the newest tables; run: python -m adapter migrate."])


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8001, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--rate", type=click.IntRange(min=0), default=90, show_default=True, help="Requests a minute; 0: no limit."
)
@click.option("--token", multiple=True, help="A token that is right; default: any.")
@click.option("--event-url", default="", help="Where delivery events and what people write are posted to.")
@click.option(
    "--event-delay", type=click.FloatRange(min=0), default=0.5, show_default=True,
    help="Seconds between two statuses of a message.",
)  # fmt: skip
@click.option("--event-read", type=_SHARE, default=0.0, help="Share of the messages that are read, 0 to 1.")
@click.option("--event-failed", type=_SHARE, default=0.0, help="Share of the messages that fail after all, 0 to 1.")
@click.option("--event-refunded", type=_SHARE, default=0.0, help="Share of the messages that are refunded, 0 to 1.")
@click.option("--event-lost", type=_SHARE, default=0.0, help="Share of the events that are never posted, 0 to 1.")
@click.option("--event-duplicated", type=_SHARE, default=0.0, help="Share of the events that are posted twice, 0 to 1.")
@click.option("--event-shuffled", is_flag=True, help="Post the events of a message in any order.")
def sandbox_command(port: int, host: str, rate: int, token: tuple[str, ...], **events: Any) -> None:
    """A stand-in for Picky Assist: takes pushes, keeps and shows them, sends nothing."""
    from adapter.callback_urls import webhooks_in
    from adapter.picky.sandbox import Events, run_forever

    plan = Events(urls=webhooks_in(os.environ), **{key.removeprefix("event_"): given for key, given in events.items()})
    if plan.url and not plan.url.startswith(("http://", "https://")):
        raise ConfigurationError([f'--event-url must be an address that begins with http://, not "{plan.url}".'])
    try:
        run_forever(port=port, host=host, rate=rate, token=token, events=plan if plan.url or plan.urls else None)
    except OSError:
        raise ConfigurationError(
            [f"Port {port} of {host} is in use by another program: stop it, or name a free one with --port."]
        ) from None


@click.command()
@click.option("--setup", is_flag=True, help="Write .env with fresh secrets where there is none (what make run does).")
def run_command(setup: bool) -> None:
    """Web, relay and, in practice mode, the sandbox together, until stopped."""
    from adapter import supervisor
    from adapter.first_run import write_env

    password = write_env() if setup else None
    settings = require_service(load_settings())
    supervisor.supervise(settings, stop_on_signals(), password=password)
