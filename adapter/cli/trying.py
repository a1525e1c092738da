"""Trying a shop's own hooks: `test` runs the samples beside them, `draft` proposes a new one from a request."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from adapter.catalogue import Catalogue, Entry, is_hook_name
from adapter.cli.files import look_around, request_from
from adapter.config import NAMES, Settings
from adapter.draft import Draft, Unclean, draft, name_for
from adapter.errors import ConfigurationError, Refusal
from adapter.intake.request import RawRequest
from adapter.line import too_large
from adapter.mapping.faults import HookFaults
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import MAIN, Account
from adapter.samples import (
    Came,
    Sample,
    Unreadable,
    came_of,
    differences,
    read_expectation,
    samples_of,
    write_expectation,
)

_STAND_IN = "whsec_c3RhbmQtaW4="  # Standard Webhooks wants base64, the others take anything
_OK, _FAILED, _UNCHECKED, _WRITTEN = "ok", "FAILED", "not checked", "written"


@dataclasses.dataclass(frozen=True, slots=True)
class _Result:
    """What became of one sample, or that a hook does not load; `lines` explain it."""

    state: str
    name: str
    lines: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class _Bench:
    """What every sample is run with."""

    settings: Settings
    accounts: Mapping[str, Account]
    write: bool
    force: bool

    @property
    def templates(self) -> Path:
        return Path(self.settings.templates_dir)


@click.command()
@click.argument("hook", required=False)
@click.option("--templates", type=click.Path(file_okay=False, path_type=Path), help="The folder of the hook files.")
@click.option("--write", is_flag=True, help="Write down what comes of each sample that is not checked yet.")
@click.option("--force", is_flag=True, help="With --write: also of each that fails, over what stands there.")
def test_command(hook: str | None, templates: Path | None, write: bool, force: bool) -> None:
    """Run the samples of HOOK, or of every hook, and compare what comes with the file beside each. Sends nothing.

    Exit status 1 when a sample fails or a hook does not load.
    """
    bench = _Bench(*look_around(templates), write, force)
    states: Counter[str] = Counter()
    entries = _entries(bench, hook)
    for result in (result for entry in entries for result in _tried(entry, bench)):
        states[result.state] += 1
        click.echo(f"{result.state:<12} {result.name}")
        for line in result.lines:
            click.echo(f"    {line}")
    click.echo(_summary(len(entries), states))
    for line in _advice(states):
        click.echo(line)
    sys.exit(1 if states[_FAILED] else 0)


def _entries(bench: _Bench, hook: str | None) -> list[Entry]:
    catalogue = Catalogue(bench.templates, bench.settings, accounts=bench.accounts, check_secrets=False)
    if hook is None:
        return list(catalogue.entries().values())
    entry = catalogue.one(hook)
    if entry is None:
        raise ConfigurationError([f'{bench.templates}: no hook is named "{hook}" (no {hook}.yaml there).'])
    return [entry]


def _tried(entry: Entry, bench: _Bench) -> Iterator[_Result]:
    if entry.hook is None:
        faults = tuple(f"{entry.path}:{fault.line}: {fault.sentence}" for fault in entry.faults)
        yield _Result(_FAILED, str(entry.path), ("the hook does not load:", *faults))
        return
    samples = samples_of(bench.templates, entry.name)
    if not samples:
        folder = bench.templates / entry.name / "samples"
        yield _Result(
            _UNCHECKED,
            str(entry.path),
            (f"no request files (*.http) are in {folder}; save one there: why EVENT --http prints one that came",),
        )
    for sample in samples:
        yield _sampled(entry.hook, sample, bench)


def _sampled(hook: Hook, sample: Sample, bench: _Bench) -> _Result:
    if not sample.request.is_file():
        return _Result(_FAILED, str(sample.expectation), (f"{sample.request.name} is not there; remove this file",))
    try:
        request = request_from(sample.request, bench.settings.environ, hook.secret_names)
    except ConfigurationError as fault:
        return _Result(_FAILED, str(sample.request), fault.faults)
    came = came_of(hook, request, bench.accounts, most_bytes=bench.settings.max_body_bytes)
    if not sample.expectation.exists():
        return _written(sample, came, bench) if bench.write else _Result(_UNCHECKED, str(sample.request))
    try:
        lines = differences(read_expectation(sample.expectation), came)
    except Unreadable as fault:
        lines = list(fault.faults)
    if lines and bench.write and bench.force:
        return _written(sample, came, bench)
    return _Result(_FAILED if lines else _OK, str(sample.request), tuple(lines))


def _written(sample: Sample, came: Came, bench: _Bench) -> _Result:
    text = write_expectation(came, main_application=bench.accounts[MAIN].application)
    sample.expectation.write_text(text, encoding="utf-8", newline="\n")
    return _Result(_WRITTEN, str(sample.expectation))


def _summary(hooks: int, states: Counter[str]) -> str:
    samples = ", ".join(f"{states[state]} {state}" for state in (_OK, _FAILED, _UNCHECKED, _WRITTEN) if states[state])
    return f"{hooks} hook{'' if hooks == 1 else 's'}: {samples or 'nothing to check'}."


def _advice(states: Counter[str]) -> Iterator[str]:
    if states[_UNCHECKED]:
        yield "What is not checked has no file of expected messages yet; --write writes down what comes now."
    if states[_WRITTEN]:
        yield "Read what was written: it says what comes now, and only a person can say whether that is right."


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="The hook's name; default: that of the file, or of the sender.")
@click.option("--templates", type=click.Path(file_okay=False, path_type=Path), help="The folder of the hook files.")
@click.option("--write", is_flag=True, help="Write the hook file and its sample instead of printing the former.")
def draft_command(file: Path, name: str | None, templates: Path | None, write: bool) -> None:
    """Propose a hook file from the raw HTTP request in FILE, captured from a sender. Sends nothing.

    With --write also the request, without its secrets, becomes a sample of the hook, with the message that comes of it.
    """
    settings, accounts = look_around(templates)
    request = request_from(file, {}, ())
    try:
        if len(request.body) > settings.max_body_bytes:
            raise too_large(settings.max_body_bytes)
        proposed = draft(
            request,
            name=_drafted_name(name, file, request),
            file=file.name,
            address=settings.public_url or "https://<your host>",
            reserved=NAMES,
            region=settings.default_region or None,
        )
    except Refusal as refusal:
        raise ConfigurationError([f"{file}: {refusal.sentence}"]) from refusal
    except Unclean as fault:
        raise ConfigurationError([f"{file}: {fault}"]) from fault
    hook = _loaded(proposed, settings, accounts)
    if write:
        _write_draft(proposed, hook, file, settings, accounts)
    else:
        click.echo(proposed.hook, nl=False)
    for sentence in proposed.missing:
        click.echo(sentence, err=True)


def _drafted_name(name: str | None, file: Path, request: RawRequest) -> str:
    name = name_for(file.stem, request) if name is None else name
    if not is_hook_name(name):
        raise ConfigurationError([f'"{name}" cannot be a hook\'s name: use a-z, 0-9, _ and -, at most 63 of them.'])
    return name


def _loaded(proposed: Draft, settings: Settings, accounts: Mapping[str, Account]) -> Hook:
    """The drafted hook, compiled: what is proposed must be something that `check` accepts."""
    surroundings = Surroundings(
        environ={proposed.variable: _STAND_IN}, reserved=NAMES, accounts=tuple(accounts),
        region=settings.default_region or None, timezone=settings.timezone, locale=settings.locale,
    )  # fmt: skip
    try:
        return load_hook(proposed.name, proposed.hook, surroundings)
    except HookFaults as fault:
        raise ConfigurationError([f"The draft does not load, which is a fault of this adapter: {fault}."]) from fault


def _write_draft(proposed: Draft, hook: Hook, file: Path, settings: Settings, accounts: Mapping[str, Account]) -> None:
    folder = Path(settings.templates_dir)
    sample = Sample.named(folder, proposed.name, file.stem)
    path = folder / f"{proposed.name}.yaml"
    if taken := [one for one in (path, sample.request, sample.expectation) if one.exists()]:
        raise ConfigurationError([f"{taken[0]} is there already, and nothing was written; choose another --name."])
    came = came_of(hook, proposed.request, accounts)
    texts = {sample.request: proposed.sample, path: proposed.hook.encode()}
    if came.outcome != "rejected":  # else it is not finished: what is missing is said, and nothing is expected yet
        texts[sample.expectation] = write_expectation(came, main_application=accounts[MAIN].application).encode()
    sample.request.parent.mkdir(parents=True, exist_ok=True)
    for one, content in texts.items():
        with one.open("xb") as opened:
            opened.write(content)
        click.echo(f"{_WRITTEN:<12} {one}")
    if came.outcome == "rejected":
        click.echo(f"No message comes of it yet: {came.reason}", err=True)
        click.echo(f"When that is mended: python -m adapter test {proposed.name} --write", err=True)
    click.echo(f"Set {proposed.variable} in .env, and read {path}: what is marked as a guess may be wrong.", err=True)
