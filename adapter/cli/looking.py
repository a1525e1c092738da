"""Looking at hooks without sending anything: `check`, `hooks`, `preview`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from adapter.accounts import load_accounts
from adapter.catalogue import Catalogue, Entry
from adapter.cli.callback_notes import blind_deadlines, callback_notes
from adapter.cli.files import look_around, request_from
from adapter.config import Settings, load_settings, read_settings, service_faults
from adapter.errors import ConfigurationError
from adapter.intake.auth import TokenProof
from adapter.mapping.hook import Hook
from adapter.picky.account import MAIN, Account
from adapter.signing_in.password import weak_secrets
from adapter.trying_out import previewed


@click.command()
def check_command() -> None:
    """Every fault of every hook and setting at once; exit status 1 when there is one."""
    settings, faults = read_settings()
    accounts: dict[str, Account] = {}
    try:
        accounts = load_accounts(settings)
    except ConfigurationError as fault:
        faults += fault.faults
    entries = Catalogue(Path(settings.templates_dir), settings, accounts={MAIN: None, **accounts}).entries()
    for entry in entries.values():
        faults += _fault_lines(entry)
    if not entries:
        faults.append(f"{settings.templates_dir}: no hook files (*.yaml) are there; set TEMPLATES_DIR to their folder.")
    for line in faults:
        click.echo(line)
    doubts = [line for entry in entries.values() for line in _doubt_lines(entry)]
    hooks = [entry.hook for entry in entries.values() if entry.hook is not None]
    notes = [*callback_notes(settings, accounts), *blind_deadlines(hooks, accounts)]
    for line in [*service_faults(settings), *weak_secrets(settings), *doubts, *notes]:
        click.echo(f"note: {line}")
    click.echo(_count(len(entries), "hook") + ", " + (_count(len(faults), "fault") if faults else "no faults") + ".")
    sys.exit(1 if faults else 0)


def _fault_lines(entry: Entry) -> list[str]:
    return [f"{entry.path}:{fault.line}: {fault.sentence}" for fault in entry.faults]


def _doubt_lines(entry: Entry) -> list[str]:
    doubts = entry.hook.doubts if entry.hook is not None and not entry.faults else ()
    return [f"{entry.path}:{doubt.line}: {doubt.sentence}" for doubt in doubts]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@click.option("--secrets", is_flag=True, help="Show the whole address to paste, with its token.")
def hooks_command(as_json: bool, secrets: bool) -> None:
    """The hooks, their addresses, and whether they load."""
    settings = load_settings()
    accounts = {MAIN: None, **load_accounts(settings, check_secrets=False)}
    catalogue = Catalogue(Path(settings.templates_dir), settings, accounts=accounts)
    for entry in catalogue.entries().values():
        row = _hook_row(entry, settings, secrets=secrets)
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else _hook_line(row))


def _hook_row(entry: Entry, settings: Settings, *, secrets: bool) -> dict[str, object]:
    hook = entry.hook
    address = f"{settings.base_url}/hooks/{entry.name}"
    if hook is not None and secrets and (token := _path_token(hook)):
        address += f"/{token}"
    return {
        "hook": entry.name,
        "source": hook.source.name if hook else None,
        "enabled": hook.enabled if hook else None,
        "url": address,
        "description": hook.description if hook else "",
        "faults": _fault_lines(entry),
    }


def _path_token(hook: Hook) -> str | None:
    """A token that may stand at the end of the address."""
    tokens = [proof for proof in hook.proofs if isinstance(proof, TokenProof)]
    return next((one.secret for one in tokens if not (one.header or one.query or one.field)), None)


def _hook_line(row: dict[str, object]) -> str:
    state = "faulty: run check" if row["faults"] else {True: "on", False: "off"}.get(row["enabled"], "captures")  # type: ignore[call-overload]
    return f"{row['hook']:<24} {row['source'] or '?':<12} {state:<10} {row['url']}  {row['description']}"


@click.command()
@click.argument("hook")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--templates", type=click.Path(file_okay=False, path_type=Path), help="The folder of the hook files.")
@click.option("--now", type=float, help="The clock for signatures, in Unix seconds.")
@click.option("--no-auth", is_flag=True, help="Do not ask for a proof; secrets need not be set.")
def preview_command(hook: str, file: Path, templates: Path | None, now: float | None, no_auth: bool) -> None:
    """What HOOK would make of the raw HTTP request in FILE, as one JSON object. Sends nothing."""
    settings, accounts = look_around(templates)
    catalogue = Catalogue(Path(settings.templates_dir), settings, accounts=accounts, check_secrets=not no_auth)
    loaded = _load(catalogue, hook)
    request = request_from(file, settings.environ, loaded.secret_names)
    clock = time.time() if now is None else now
    body = previewed(loaded, request, settings, accounts, now=clock, check_auth=not no_auth)
    click.echo(json.dumps(body, ensure_ascii=False, indent=2, default=str))


def _load(catalogue: Catalogue, name: str) -> Hook:
    entry = catalogue.one(name)
    if entry is None:
        raise ConfigurationError([f'{catalogue.directory}: no hook is named "{name}" (no {name}.yaml there).'])
    if entry.hook is None:
        raise ConfigurationError(_fault_lines(entry))
    return entry.hook
