"""The hands of the owner: `pause`, `resume`, `cancel`, `release`, `replay`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from adapter.acting import REPLAYED, why_nothing
from adapter.cli.database import opened
from adapter.delivery import control
from adapter.delivery.control import Action, Selection
from adapter.delivery.states import WAITING
from adapter.errors import ConfigurationError
from adapter.services import Services

_SURELY_NOT_SENT: Final = tuple(status for status in REPLAYED if status != "unknown")


_dry_run = click.option("--dry-run", is_flag=True, help="Only say how many it would be.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


def _choosing(statuses: tuple[str, ...]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options that say which messages are meant."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            _yes,
            _dry_run,
            click.option("--all", "everything", is_flag=True, help="All that can be."),
            click.option("--account", default="", help="Only messages of this account."),
            click.option("--hook", default="", help="Only messages of this hook."),
            click.option(
                "--status", "statuses", multiple=True, type=click.Choice(statuses), help="Only in this state."
            ),
            click.argument("identity", metavar="[ID]", default=""),
        ):
            command = option(command)
        return command

    return decorate


def _selection(services: Services, everything: bool, identity: str, **filters: Any) -> Selection:
    if not (everything or identity or any(filters.values())):
        raise click.UsageError("Say which: the ID of an event or a message, --hook, --account, --status, or --all.")
    return Selection(services.destination, identity.removeprefix("a-"), **filters)


@click.command()
@_choosing(WAITING)
def cancel_command(**options: Any) -> None:
    """Stop messages that wait: they are never sent."""
    with opened() as services:
        _act(services, control.CANCEL, "cancel", "cancelled", **options)


@click.command()
@_choosing(("held",))
def release_command(**options: Any) -> None:
    """Send what is held."""
    with opened() as services:
        _act(services, control.RELEASE, "release", "queued", **options)


@click.command()
@_choosing(REPLAYED)
def replay_command(
    *, identity: str, statuses: tuple[str, ...], hook: str, account: str, everything: bool, dry_run: bool, yes: bool
) -> None:
    """Send again what was not delivered: dead, failed, refunded and unknown messages; make those of rejected events.

    A message that is unknown may have arrived, so it is sent again only where its ID or --status unknown names it. What
    Picky Assist is known to have taken is never sent again.
    """
    if not identity and not statuses and (everything or hook or account):
        statuses = _SURELY_NOT_SENT
    with opened() as services:
        selection = _selection(services, everything, identity, statuses=statuses, hook=hook, account=account)
        events: list[str] = []
        if (not statuses or "rejected" in statuses) and not account:
            events = control.rejected_events(services.store, selection)
        messages = control.count(services.store, control.SEND_AGAIN, selection)
        what = _counted(messages, events=len(events))
        if not events and not messages:
            click.echo("There is nothing to replay." + why_nothing(services, selection))
            return
        if dry_run:
            click.echo(f"Would replay {what}.")
            _replay_events(services, events, dry_run=True)
            return
        _ask(f"Replay {what}?", yes=yes or bool(identity))
        done = _carry_out(services, control.SEND_AGAIN, selection, sum(messages.values()), "queued")
        made = _replay_events(services, events, dry_run=False)
        click.echo(f"{_number(done + made, 'message')} queued.")


def _act(
    services: Services, action: Action, verb: str, past: str, *,
    identity: str, statuses: tuple[str, ...], hook: str, account: str, everything: bool, dry_run: bool, yes: bool,
) -> None:  # fmt: skip
    selection = _selection(services, everything, identity, statuses=statuses, hook=hook, account=account)
    counts = control.count(services.store, action, selection)
    if not counts:
        click.echo(f"There is nothing to {verb}." + why_nothing(services, selection))
        return
    what = _counted(counts)
    if dry_run:
        click.echo(f"Would {verb} {what}.")
        return
    _ask(f"{verb.capitalize()} {what}?", yes=yes or bool(identity))
    done = _carry_out(services, action, selection, sum(counts.values()), past)
    click.echo(f"{_number(done, 'message')} {past}.")


def _carry_out(services: Services, action: Action, selection: Selection, total: int, past: str) -> int:
    done = 0
    for done in control.act(services.store, action, selection, now=time.time()):
        if total > control.CHUNK:
            click.echo(f"{done:,} of {total:,} {past}", err=True)
    return done


def _replay_events(services: Services, events: list[str], *, dry_run: bool) -> int:
    from adapter.replaying import replay_event

    made = 0
    for at, identity in enumerate(events, 1):
        replayed = replay_event(services, identity, dry_run=dry_run)
        made += replayed.messages
        if replayed.sentence:
            click.echo(f"{identity}: {replayed.sentence}")
        elif dry_run:
            click.echo(f"{identity}: would make {_number(replayed.messages, 'message')}.")
        if at % 100 == 0:
            click.echo(f"{at:,} of {len(events):,} events replayed", err=True)
    return made


def _counted(counts: Mapping[str, int], *, events: int = 0) -> str:
    parts = [f"{number:,} {status}" for status, number in sorted(counts.items())]
    texts = [f"{_number(sum(counts.values()), 'message')} ({', '.join(parts)})"] if parts else []
    if events:
        texts.append(f"{_number(events, 'event')} with faults")
    return " and ".join(texts)


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _ask(question: str, *, yes: bool) -> None:
    """Ask a person; what is not a terminal has said what it wants."""
    if yes or not sys.stdin.isatty():
        return
    click.confirm(question, abort=True)


def _name(command: Callable[..., None]) -> Callable[..., None]:
    kind = click.option("--kind", type=click.Choice(["hook", "account"]), help="Where a hook and an account share it.")
    return click.argument("name")(kind(command))


@click.command()
@_name
def pause_command(name: str, kind: str | None) -> None:
    """Push nothing of the hook or account NAME until it is resumed. Intake goes on."""
    with opened() as services:
        kind = _kind(services, name, kind)
        was_running = control.pause(services.store, kind, name, now=time.time())
        waiting = control.waiting(services.store, kind, services.destination)[name]
        state = "is paused" if was_running else "was paused already"
        click.echo(f"The {kind} {name} {state}; {_number(waiting, 'message')} of it wait. Intake goes on.")


@click.command()
@_name
def resume_command(name: str, kind: str | None) -> None:
    """Push again what the hook or account NAME has; a parked account is tried again at once."""
    with opened() as services:
        kind = _kind(services, name, kind)
        was_parked = kind == "account" and control.is_parked(services.store, name, services.destination)
        was_paused, queued = control.resume(services.store, kind, name, services.destination, now=time.time())
        if not was_paused and not was_parked:
            click.echo(f"The {kind} {name} was neither paused nor parked.")
            return
        also = f" {_number(queued, 'parked message')} queued." if was_parked else ""
        click.echo(f"The {kind} {name} sends again.{also}")


def _kind(services: Services, name: str, kind: str | None) -> str:
    """Whether NAME is a hook or an account. Raises ConfigurationError."""
    hooks, accounts = services.catalogue.entries(), services.accounts
    is_hook = name in hooks or control.waiting(services.store, "hook", services.destination)[name] > 0
    known = [one for one, fits in (("hook", is_hook), ("account", name in accounts)) if fits]
    known += [one for one, other, _ in control.paused(services.store) if other == name and one not in known]
    if kind is not None:
        known = [one for one in known if one == kind]
    if len(known) == 1:
        return known[0]
    if known:
        raise ConfigurationError([f'Both a hook and an account are named "{name}": add --kind hook or --kind account.'])
    names = ", ".join([*sorted(hooks), *sorted(accounts)])
    raise ConfigurationError([f'No hook or account is named "{name}". There are: {names}.'])
