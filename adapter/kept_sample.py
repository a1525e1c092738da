"""An event's request as a sample of its hook: cleaned of secrets, and never over one that is there."""

from __future__ import annotations

import re
from typing import Final

from adapter import whole_file
from adapter.draft import Unclean
from adapter.draft.cleaned import as_http_file, cleaned, leaked
from adapter.errors import Refusal
from adapter.hook_files import NotWritable, path_of
from adapter.intake.decode import decode
from adapter.intake.request import RawRequest
from adapter.mapping.hook import Hook
from adapter.samples import Sample
from adapter.services import Services

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_VARIABLE: Final = "HOOK_TOKEN"


class NotKept(Refusal):
    """No sample was made; the sentence says why."""

    status = 409
    code = "not_kept"


def sample_of(hook: Hook, request: RawRequest) -> bytes:
    """The file of the sample. Raises NotKept, and Undecodable where the request cannot be read."""
    raw = decode(request)
    variable = hook.secret_names[0] if hook.secret_names else _VARIABLE
    try:
        clean = cleaned(request, raw, name=hook.name, variable=variable)
    except Unclean as fault:
        raise NotKept(str(fault)) from fault
    if leaked(decode(clean), raw):
        raise NotKept("A secret of the request stands where it cannot be taken out; save it by hand.")
    return as_http_file(clean)


def keep(services: Services, hook: Hook, name: str, content: bytes) -> None:
    """Write it to the samples of its hook. Raises NotKept, and NotWritable."""
    if not _NAME.fullmatch(name):
        raise NotKept("A sample's name is made of a-z, 0-9, _ and -, at most 63 of them.")
    if not services.settings.templates_writable:
        raise NotWritable("This server cannot write to templates/. Download the sample and commit it.")
    path_of(services, hook.name)
    path = Sample.named(services.catalogue.directory.resolve(), hook.name, name).request
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.resolve().is_relative_to(services.catalogue.directory.resolve()):
            raise NotWritable("The folder of the samples leads out of templates/, so it is left alone.")
        with whole_file.alone_in(path.parent):
            if path.exists() or path.is_symlink():
                raise NotKept(f'The hook has a sample "{name}" already; choose another name.')
            whole_file.replace(path, content)
    except OSError as fault:
        raise NotWritable(f"The sample could not be written: {fault.strerror}. Nothing was changed.") from fault
