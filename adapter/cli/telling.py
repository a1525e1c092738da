"""What became of messages: `events` in rows, `why` as a story."""

from __future__ import annotations

import json
import sys
import time

import click

from adapter import links
from adapter.cli.database import answering
from adapter.config import Settings, load_settings
from adapter.delivery.states import EVENT_STATES, MEANINGS
from adapter.delivery.story import MOST_TOLD, FoundNothing, request_of, rows_of, story
from adapter.delivery.story_lines import moment, story_lines
from adapter.errors import ConfigurationError
from adapter.intake.request import RawRequest, http_file
from adapter.services import open_store


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@click.option("--status", type=click.Choice(sorted({*MEANINGS, *EVENT_STATES})), help="Only this status.")
@click.option("--limit", type=click.IntRange(min=1), help="The newest so many; default: all.")
def events_command(as_json: bool, status: str | None, limit: int | None) -> None:
    """A line for each message, oldest first; an event without messages is one line."""
    store = open_store(load_settings())
    with answering():
        for row in rows_of(store, status=status, limit=limit):
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))


def _line(row: dict[str, str | None]) -> str:
    name = row["id"] or row["event"]
    return f"{name:<30} {row['status']:<10} {row['hook']:<20} {row['number'] or '-':<16} {row['error'] or ''}".rstrip()


@click.command()
@click.argument("event")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, with every message.")
@click.option("--http", "as_http", is_flag=True, help="Only the request as it came, to be saved as a sample.")
@click.option("--link", "as_link", is_flag=True, help="Only an address that shows it, without numbers and texts.")
@click.option("--days", type=click.IntRange(1, links.MOST_DAYS), default=7, show_default=True, help="Days of the link.")
def why_command(event: str, as_json: bool, as_http: bool, as_link: bool, days: int) -> None:
    """The whole story of EVENT (its id, or a message's): what came, what was made of it, what became of it."""
    settings = load_settings()
    if as_link and not settings.secret_key:
        raise ConfigurationError(
            ["SECRET_KEY is not set, so no link can be signed: set it to any long random text, and restart."]
        )
    store, now = open_store(settings), time.time()
    try:
        with answering():
            if as_http:
                click.echo(http_file(RawRequest(**request_of(store, event))), nl=False)
                return
            most = None if as_json else MOST_TOLD
            told = story(store, event, now=now, resend_after=settings.resend_after, most=most)
    except FoundNothing:
        click.echo(f'No event or message has the id "{event}". List them with: python -m adapter events', err=True)
        sys.exit(1)
    if as_link:
        _link(settings, event.removeprefix("a-"), until=now + days * 86_400.0)
    elif as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(story_lines(told, zone=settings.timezone)))


def _link(settings: Settings, identity: str, *, until: float) -> None:
    click.echo(f"{settings.base_url}/why/{links.token(settings.secret_key, identity, until=until)}")
    click.echo(f"Whoever has it can look until {moment(until, settings.timezone)} ({settings.timezone}).", err=True)
