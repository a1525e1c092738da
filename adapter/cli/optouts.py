"""`optouts`: who is not messaged any more, as a list to look at and to change."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from adapter import optout_lists
from adapter.accounts import load_accounts
from adapter.cli.database import answering
from adapter.config import load_settings
from adapter.delivery.optouts import numbers
from adapter.errors import ConfigurationError
from adapter.mapping.phone import region_of
from adapter.optout_lists import NotTaken, Reading, Taken
from adapter.picky.account import MAIN
from adapter.services import open_store
from adapter.store.engine import Store
from adapter.written import inline

_TELL_EVERY: Final = 10_000  # lines


@contextmanager
def _opened(account: str | None) -> Iterator[tuple[Store, set[str]]]:
    """The store and the names of the accounts, of which `account` must be one; what does not work is a sentence."""
    settings = load_settings()
    accounts = {MAIN, *load_accounts(settings, check_secrets=False)}
    store = open_store(settings)
    try:
        with answering():
            if account is not None:
                optout_lists.require_account(account, accounts)
            yield store, accounts
    except NotTaken as fault:
        raise ConfigurationError([str(fault)]) from fault
    finally:
        store.close()


def _letters(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None or (letters := region_of(value)):
        return letters if value else None
    raise click.BadParameter(f'"{value}" is no country this adapter knows; write its two letters such as IN.')


_one_account = click.option("--account", default=MAIN, show_default=True, help="The account whose list it is.")
_every_account = click.option("--account", help="Only this account's list; default: every one's.")
_region = click.option("--region", callback=_letters, help="The country of numbers without a country code: IN, +91.")


@click.group()
def optouts_command() -> None:
    """Numbers that must not be messaged: list, add, remove, import, export."""


@optouts_command.command("list")
@_every_account
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def list_command(account: str | None, as_json: bool) -> None:
    """A line for each number, with the time since when, and by what: a message, the owner, an import."""
    with _opened(account) as (store, _):
        rows = map(optout_lists.as_json, numbers(store, account))
        first = next(rows, None)
        if first is None and not as_json:
            click.echo("Nobody is on the list.")
        for row in itertools.chain([first] if first else [], rows):
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(row))


def _line(row: dict[str, str | None]) -> str:
    line = f"{row['number']:<16} {row['account']:<16} {row['since']} {row['via']:<8} {row['word'] or ''}"
    return line.rstrip()


@optouts_command.command("add")
@click.argument("number")
@_one_account
@_region
def add_command(number: str, account: str, region: str | None) -> None:
    """Send nothing more to NUMBER; what waits for it is cancelled."""
    with _opened(account) as (store, _):
        digits = optout_lists.number_of(number, region=region)
        put = optout_lists.put_one(store, account, digits, now=time.time())
    state = "is on the list" if put.added else "was on the list already"
    click.echo(f"{digits} {state} of {account}. {_count(put.cancelled, 'waiting message')} cancelled.")


@optouts_command.command("remove")
@click.argument("number")
@_one_account
@_region
def remove_command(number: str, account: str, region: str | None) -> None:
    """Take NUMBER off the list. Messages that were cancelled stay cancelled."""
    with _opened(account) as (store, _):
        was = optout_lists.remove_one(store, account, number, region=region)
    click.echo(f"{inline(number, 60)} {'is off' if was else 'was not on'} the list of {account}.")


@optouts_command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_one_account
@_region
def import_command(file: Path, account: str, region: str | None) -> None:
    """Put every number of the CSV FILE on the list. Exit status 1 where lines were left out."""
    taken = Taken()
    with _opened(account) as (store, accounts), _readable(file), file.open("rb") as opened:
        told, shown = 0, 0
        for taken in optout_lists.import_csv(store, opened, Reading(account, accounts, time.time(), region)):
            for fault in taken.faults[shown:]:
                click.echo(f"{file}, line {fault.line}: {fault.sentence}", err=True)
            shown = len(taken.faults)
            if taken.lines >= told + _TELL_EVERY:
                told = taken.lines
                click.echo(f"{told:,} lines taken", err=True)
    if taken.faulty > len(taken.faults):
        click.echo(f"… and {taken.faulty - len(taken.faults):,} more lines", err=True)
    lines = f"{taken.known:,} known already, {_count(taken.faulty, 'line')} left out"
    cancelled = f"{_count(taken.cancelled, 'waiting message')} cancelled"
    click.echo(f"{_count(taken.added, 'number')} added, {lines}. {cancelled}.")
    sys.exit(1 if taken.faulty else 0)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except NotTaken as fault:
        raise ConfigurationError([f"{file}: {fault}"]) from fault
    except OSError as fault:
        raise ConfigurationError([f"{file}: the file cannot be read."]) from fault


@optouts_command.command("export")
@_every_account
def export_command(account: str | None) -> None:
    """The list as CSV; `import` takes it again."""
    with _opened(account) as (store, _):
        for line in optout_lists.export_csv(numbers(store, account)):
            click.echo(line, nl=False)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
