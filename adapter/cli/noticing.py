"""`notices`: what was told to whom of messages' states, and posting again what could not be told."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from adapter.cli.database import opened
from adapter.delivery import noticing
from adapter.errors import Refusal
from adapter.services import Services


@click.command()
@click.argument("identity", metavar="[ID]", type=int, required=False)
@click.option("--hook", default="", help="Only those of this hook.")
@click.option("--status", type=click.Choice(noticing.STATES), help="Only this status.")
@click.option("--limit", type=click.IntRange(min=1), help="The newest so many; default: all.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@click.option("--replay", is_flag=True, help="Post them again: those that are dead or cancelled.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def notices_command(
    *, identity: int | None, hook: str, status: str | None, limit: int | None, as_json: bool, replay: bool, yes: bool
) -> None:
    """A line for each change of state that a hook's notify is told of, oldest first; or post them again.

    The addresses they go to are secrets: only their hosts are shown.
    """
    with opened() as services:
        if replay:
            _replay(services, identity, hook, status, yes=yes)
            return
        for row in noticing.rows_of(services.store, identity=identity, hook=hook, status=status or "", limit=limit):
            shown = {**row, "host": _host(services, row)}
            click.echo(json.dumps(shown, ensure_ascii=False) if as_json else _line(shown))


def _replay(services: Services, identity: int | None, hook: str, status: str | None, *, yes: bool) -> None:
    if identity is None and not hook and status is None:
        raise click.UsageError("Say which: the ID of a notice, --hook, or --status dead.")
    if status not in {None, *noticing.AGAIN}:
        raise click.UsageError(f"Only notices that are {' or '.join(noticing.AGAIN)} are posted again.")
    statuses = (status,) if status else noticing.AGAIN if identity else ("dead",)
    meant: dict[str, Any] = {"identity": identity, "hook": hook, "statuses": statuses}
    count = noticing.count_again(services.store, services.destination, **meant)
    if not count:
        click.echo("There is nothing to replay.")
        return
    if not yes and identity is None and sys.stdin.isatty():
        click.confirm(f"Post {_number(count)} again?", abort=True)
    click.echo(f"{_number(noticing.post_again(services.store, services.destination, **meant))} queued.")


def _number(count: int) -> str:
    return f"{count:,} notice" if count == 1 else f"{count:,} notices"


def _host(services: Services, row: dict[str, Any]) -> str | None:
    """Where it goes by today's hook."""
    try:
        entries = services.catalogue.hook(row["hook"]).notify
    except Refusal:
        return None
    return entries[row["entry"]].host if row["entry"] is not None and row["entry"] < len(entries) else None


def _line(row: dict[str, Any]) -> str:
    tries = f"{row['attempts']} tries" if row["attempts"] != 1 else "1 try"
    told = f"{row['id']:<8} {row['message']:<30} {row['hook']:<20} {row['state']:<10} {row['status']:<10} {tries:<9}"
    return f"{told} {row['http_status'] or '-':<4} {row['host'] or '-'}  {row['fault'] or ''}".rstrip()
