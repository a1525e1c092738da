"""The hooks on disk, kept in step with their files; a change that does not load leaves the last good version."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from adapter.config import NAMES, Settings
from adapter.errors import FaultyHook, UnknownHook
from adapter.late_secrets import Environment
from adapter.mapping.faults import Fault, HookFaults
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.mapping.schema.hook import NAME, RESERVED_NAMES
from adapter.notices.address import Rules

LOOK_AGAIN_SECONDS: Final = 1.0
_MOST_FILE: Final = 256 * 1024
_SETTINGS: Final = frozenset({".yaml", ".yml"})

Stamp = tuple[tuple[str, int, int, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One hook file: the version that serves (None if none ever loaded) and the faults of the newest one."""

    name: str
    path: Path
    hook: Hook | None
    faults: tuple[Fault, ...]
    stamp: Stamp


class Catalogue:
    """All hook files of one folder. Safe to share between threads."""

    def __init__(
        self,
        directory: Path,
        settings: Settings,
        *,
        accounts: Mapping[str, Any],
        check_secrets: bool = True,
        clock: Callable[[], float] = time.monotonic,
        on_faults: Callable[[str, tuple[Fault, ...]], None] | None = None,
    ) -> None:
        """`on_faults` is told once of each version of a file that does not load."""
        self.directory = directory
        self._settings = settings
        self.environment = Environment(settings.environ, settings.env_file, never=NAMES)
        self._secrets = self.environment.stamp
        self._accounts = tuple(accounts)
        self._regions = {name: one.region for name, one in accounts.items() if one is not None and one.region}
        self._check_secrets = check_secrets
        self._clock = clock
        self._on_faults = on_faults
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        self._look_at = float("-inf")

    def hook(self, name: str) -> Hook:
        """The hook that serves under `name`. Raises UnknownHook (404) and FaultyHook (503)."""
        entry = self.entries().get(name)
        if entry is None:
            raise UnknownHook(f'No hook is named "{name[:63]}". Check the last part of the address, or ask its owner.')
        if entry.hook is None:
            raise FaultyHook(
                f'The hook "{name}" cannot work yet: its file has a fault (its owner runs "check"), '
                "or its secret was not set when the adapter started."
            )
        return entry.hook

    def entries(self) -> Mapping[str, Entry]:
        """Every hook file, by name."""
        with self._lock:
            if self._clock() >= self._look_at:
                self._look_at = self._clock() + LOOK_AGAIN_SECONDS
                secrets, self._secrets = self._secrets, self.environment.stamp
                new = secrets != self._secrets  # what waited for one may load now
                self._entries = {name: self._entry(name, path, anew=new) for name, path in self._files().items()}
            return self._entries

    def look_again(self) -> None:
        """Look at the files when next asked, however short ago that was."""
        with self._lock:
            self._look_at = float("-inf")

    def one(self, name: str) -> Entry | None:
        """One hook file, without looking at the others; None where there is none."""
        path = self._files().get(name)
        return None if path is None else self._entry(name, path)

    def _files(self) -> dict[str, Path]:
        paths = sorted(self.directory.glob("*.yaml")) if self.directory.is_dir() else []
        return {path.stem: path for path in paths if path.stem not in RESERVED_NAMES and not path.name.startswith(".")}

    def _entry(self, name: str, path: Path, *, anew: bool = False) -> Entry:
        known = self._entries.get(name)
        if anew and known is not None and known.faults:
            return self._load(name, path, known.hook)
        beside = known.stamp if known else ()
        if known is not None and _stamp([path, *(Path(row[0]) for row in beside[1:])]) == known.stamp:
            return known
        return self._load(name, path, known.hook if known else None)

    def _load(self, name: str, path: Path, last_good: Hook | None) -> Entry:
        beside: list[Path] = []
        stamp = _stamp([path])
        try:
            text = _read(path)
            hook = load_hook(name, text, self.surroundings(beside))
        except HookFaults as fault:
            return self._faulty(Entry(name, path, last_good, fault.faults, stamp + _stamp(beside)))
        except (OSError, ValueError) as fault:
            sentence = str(fault) if isinstance(fault, ValueError) else "the file cannot be read"
            return self._faulty(Entry(name, path, last_good, (Fault(1, sentence),), stamp))
        return Entry(name, path, hook, (), stamp + _stamp(beside))

    def _faulty(self, entry: Entry) -> Entry:
        if self._on_faults is not None:
            self._on_faults(entry.name, entry.faults)
        return entry

    def surroundings(self, beside: list[Path] | None = None, *, check_secrets: bool | None = None) -> Surroundings:
        """What the hooks of this folder lean on; the paths of the files they read are added to `beside`."""
        beside = [] if beside is None else beside

        def read_text(name: str) -> str:
            folder = self.directory.resolve()
            path = (folder / name).resolve()
            if not path.is_relative_to(folder):
                raise ValueError("must lie inside the folder of the hook files")
            if path.suffix in _SETTINGS or any(part.startswith(".") for part in path.relative_to(folder).parts):
                raise ValueError("must be a text; hidden and YAML files may hold secrets, which a preview would show")
            beside.append(path)
            return _read(path)

        settings = self._settings
        return Surroundings(
            environ=self.environment,
            reserved=NAMES,
            accounts=self._accounts,
            regions=self._regions,
            read_text=read_text,
            region=settings.default_region or None,
            timezone=settings.timezone,
            locale=settings.locale,
            notify_fault=posting_rules(settings).fault,
            check_secrets=self._check_secrets if check_secrets is None else check_secrets,
        )


def posting_rules(settings: Settings) -> Rules:
    """Where notices may be posted to."""
    return Rules(settings.notify_hosts, practice=bool(settings.adapter_sandbox))


def is_hook_name(name: str) -> bool:
    """Whether a hook may be called so."""
    return bool(NAME.match(name)) and name not in RESERVED_NAMES


def _stamp(paths: list[Path]) -> Stamp:
    stamps = []
    for path in paths:
        try:
            found = path.stat()
            stamps.append((str(path), found.st_mtime_ns, found.st_size, found.st_ino))
        except OSError:
            stamps.append((str(path), 0, 0, 0))
    return tuple(stamps)


def _read(path: Path) -> str:
    raw = path.read_bytes()
    if len(raw) > _MOST_FILE:
        raise ValueError(f"the file is larger than {_MOST_FILE // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
