"""Reading and saving hook files from a browser: what does not load is not saved, nobody's edit is lost, and what stood
there before is kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import zoneinfo
from pathlib import Path
from typing import Any, Final

from adapter import hook_history, whole_file
from adapter.catalogue import is_hook_name
from adapter.errors import Refusal
from adapter.faultpoints import reach
from adapter.located import YamlFault, read_yaml
from adapter.mapping.faults import Fault, HookFaults
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import load_hook
from adapter.services import Services

MOST_BYTES: Final = 256 * 1024
NO_CLASS: Final = "schema: cannot be set from the browser; edit the file on the server"
_FOUND: Final = "Found on the server"


class NotWritable(Refusal):
    """The folder of the hook files cannot be written from here; nothing was changed."""

    status = 403
    code = "not_writable"


class NoSuchFile(Refusal):
    """There is no such hook file, or its name cannot be a hook's."""

    status = 404
    code = "not_found"


class NotSaved(Refusal):
    """The text does not load, so it was not saved. `faults` in the order of their lines."""

    status = 422
    code = "faulty_hook"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        super().__init__(f"Not saved: line {first.line} must be mended first: {first.sentence}.")
        self.faults = faults


class Changed(Refusal):
    """Somebody else changed the file meanwhile; nothing was saved. `present` is what stands there now, or None."""

    status = 409
    code = "conflict"

    def __init__(self, sentence: str, present: HookFile | None) -> None:
        super().__init__(sentence)
        self.present = present


@dataclasses.dataclass(frozen=True, slots=True)
class HookFile:
    """A hook file as it is on disk: its text with LF, when it was changed, and what `based_on` means it by."""

    name: str
    text: str
    digest: str
    changed_at: float


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """What was saved. `waiting` are faults that keep it from serving yet: secrets that are not set."""

    file: HookFile
    hook: Hook
    waiting: tuple[Fault, ...]


def path_of(services: Services, name: str) -> Path:
    """Where the file of that hook is, or would be; never outside the folder. Raises NoSuchFile."""
    folder = services.catalogue.directory.resolve()
    if not is_hook_name(name):
        raise NoSuchFile(f'"{name[:63]}" cannot be a hook\'s name: use a-z, 0-9, _ and -, at most 63 of them.')
    path = (folder / f"{name}.yaml").resolve()
    if not path.is_relative_to(folder):
        raise NoSuchFile(f"{name}.yaml leads out of the folder of the hook files, so it is left alone.")
    return path


def read(services: Services, name: str) -> HookFile:
    """The hook file as it is on disk, whether it loads or not. Raises NoSuchFile."""
    found = _present(path_of(services, name), name)
    if found is None:
        raise NoSuchFile(f'No hook is named "{name}".')
    return found[0]


def faults_of(
    services: Services, name: str, text: str, *, own_class: str | None = None, check_secrets: bool = False
) -> Hook | tuple[Fault, ...]:
    """The hook that the text makes, its missing secrets stood in for unless `check_secrets`; or all that is wrong.

    `own_class` is the one class that `schema:` may name: code of the server is not loaded because a browser says so.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        return (Fault(1, f"the file is larger than {MOST_BYTES // 1024} KiB"),)
    try:
        located = read_yaml(text)
        named = class_in(located.data)
        if named is not None and named != own_class:
            return (Fault(located.line(("schema",)), NO_CLASS),)
        return load_hook(name, text, services.catalogue.surroundings(check_secrets=check_secrets))
    except YamlFault as fault:
        return (Fault(fault.line, fault.sentence),)
    except HookFaults as fault:
        return fault.faults


def class_in(data: Any) -> Any:
    """What `schema:` names, None where it is not given."""
    return data.get("schema") if isinstance(data, dict) else None


def class_on_disk(services: Services, name: str) -> str | None:
    """The class that the hook's present file names."""
    try:
        named = class_in(read_yaml(read(services, name).text).data)
    except (NoSuchFile, YamlFault):
        return None
    return named if isinstance(named, str) else None


def save(services: Services, name: str, text: str, *, based_on: str | None, note: str, now: float) -> Saved:
    """Save the hook's text, which was edited from the version `based_on` (its digest; None: there must be none yet).

    What stood there is kept as a version. Killed anywhere, the old or the new file is whole. Raises NotWritable,
    NoSuchFile, Changed, and NotSaved with every fault of a text that does not load.
    """
    path = path_of(services, name)
    _require_writable(services, name)
    text = _lines(text)
    found = faults_of(services, name, text, own_class=class_on_disk(services, name))
    if isinstance(found, tuple):
        raise NotSaved(found)
    try:
        with whole_file.alone_in(path.parent):
            _save(services, path, name, text, based_on=based_on, note=note, now=now)
    except OSError as fault:
        raise NotWritable(f"{name}.yaml could not be written: {fault.strerror}. Nothing was changed.") from fault
    services.catalogue.look_again()
    entry = services.catalogue.entries().get(name)
    return Saved(read(services, name), found, entry.faults if entry else ())


def undo(services: Services, name: str, *, based_on: str, now: float, version: int | None = None) -> Saved:
    """Save the text that stood there before the present one, or that of `version`, as a new version.

    Raises what `save` raises, and NoSuchFile where there is no such version.
    """
    chosen = hook_history.before(services.store, name, read(services, name).text, version=version)
    if chosen is None:
        raise NoSuchFile("There is no earlier version of this hook.")
    when = dt.datetime.fromtimestamp(chosen.at, zoneinfo.ZoneInfo(services.settings.timezone))
    note = f"Back to the version of {when:%Y-%m-%d %H:%M:%S}"
    return save(services, name, chosen.text, based_on=based_on, note=note, now=now)


def _require_writable(services: Services, name: str) -> None:
    if not services.settings.templates_writable:
        raise NotWritable(f"This server cannot write to templates/. Download {name[:63]}.yaml and commit it.")


def _save(services: Services, path: Path, name: str, text: str, *, based_on: str | None, note: str, now: float) -> None:
    """The part that one does at a time."""
    present, raw = _present(path, name) or (None, b"")
    if (present.digest if present else None) != based_on:
        raise Changed(_changed(services, present), present)
    if present is not None:
        hook_history.keep(services.store, name, present.text, at=present.changed_at, note=_FOUND)
    reach("save.kept")
    ending = "\r\n" if b"\r\n" in raw else "\n"
    whole_file.replace(path, text.replace("\n", ending).encode())
    hook_history.keep(services.store, name, text, at=now, note=note)


def _changed(services: Services, present: HookFile | None) -> str:
    if present is None:
        return "This hook was removed while you were editing. Yours is still here."
    at = dt.datetime.fromtimestamp(present.changed_at, zoneinfo.ZoneInfo(services.settings.timezone))
    return f"This hook was changed at {at:%H:%M} while you were editing. Yours is still here; compare before saving."


def _present(path: Path, name: str) -> tuple[HookFile, bytes] | None:
    try:
        raw, changed_at = path.read_bytes(), path.stat().st_mtime
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise NoSuchFile(f"{name}.yaml cannot be read: {fault.strerror}.") from fault
    text = _lines(raw[: MOST_BYTES + 1].decode("utf-8-sig", "replace"))
    return HookFile(name, text, hashlib.sha256(raw).hexdigest(), changed_at), raw


def _lines(text: str) -> str:
    """The text with LF; a browser sends CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
