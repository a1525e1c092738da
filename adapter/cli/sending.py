"""`send`: post a raw HTTP request file to a running adapter."""

from __future__ import annotations

import http.client
import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import click

from adapter.cli.files import request_from
from adapter.config import load_settings
from adapter.intake.request import RawRequest

_SECONDS: Final = 30
_OURS: Final = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_NAMES: Final = re.compile(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", help="The adapter's address, or a whole hook address; default: the adapter on this machine.")
def send_command(file: Path, url: str | None) -> None:
    """Post the raw HTTP request in FILE and print the answer. Exit status 1 unless it is 2xx."""
    settings = load_settings()
    own = set(settings.values)
    head = file.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    names = {name.decode() for name in _NAMES.findall(head)} - own
    request = request_from(file, settings.environ, names)
    address = url or settings.base_url
    target = urlsplit(address if "://" in address else f"http://{address}")
    path = target.path if target.path not in {"", "/"} else quote(request.path)
    query = target.query or request.query
    try:
        status, reason, body = _post(target.scheme, target.netloc, f"{path}?{query}" if query else path, request)
    except OSError as fault:
        click.echo(f"Nothing answers at {target.scheme}://{target.netloc} ({fault}). Start it with: make run", err=True)
        sys.exit(1)
    click.echo(f"{status} {reason}", err=True)
    click.echo(body.decode("utf-8", "replace"))
    sys.exit(0 if 200 <= status < 300 else 1)


def _post(scheme: str, netloc: str, target: str, request: RawRequest) -> tuple[int, str, bytes]:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(netloc, timeout=_SECONDS)
    connection.putrequest(request.method, target, skip_accept_encoding=True)
    for name, value in request.headers:
        if name.lower() not in _OURS:
            connection.putheader(name, value.encode("latin-1", "replace"))
    connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body)
    response = connection.getresponse()
    return response.status, response.reason, response.read()
