"""Raw HTTP request files on disk, with the `${NAME}` of a hook's secrets in their heads filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

from adapter.errors import ConfigurationError
from adapter.intake.request import RawRequest, read_http_file


def request_from(file: Path, environ: Mapping[str, str], names: Iterable[str]) -> RawRequest:
    """The request in `file`; raises ConfigurationError where it cannot be read."""
    try:
        request = read_http_file(file.read_bytes())
    except (OSError, ValueError) as fault:
        raise ConfigurationError([f"{file}: {fault}."]) from fault
    secrets = {f"${{{name}}}": environ[name] for name in names if environ.get(name)}
    return dataclasses.replace(
        request,
        path=_filled(request.path, secrets),
        query=_filled(request.query, secrets),
        headers=tuple((name, _filled(value, secrets)) for name, value in request.headers),
    )


def _filled(text: str, secrets: Mapping[str, str]) -> str:
    for mark, value in secrets.items():
        text = text.replace(mark, value)
    return text
