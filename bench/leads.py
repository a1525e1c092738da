"""The requests that are posted: six fields, a token in a header, and a phone and an id that no other request has."""

from __future__ import annotations

import itertools
import json
import re
from typing import Final

from bench.processes import ROOT, TOKEN

_FILE: Final = ROOT / "bench/requests/lead.http"
_DIGITS: Final = 8


class Leads:
    """Makes raw requests of equal length, ready to be sent; none of them is a duplicate of another one."""

    def __init__(self) -> None:
        head, _, body = _FILE.read_bytes().replace(b"${ZAPIER_TOKEN}", TOKEN.encode()).partition(b"\n\n")
        body = body.strip().replace(b"${NUMBER}", b"%(number)b")
        length = len(body % {b"number": b"0" * _DIGITS})
        lines = [*head.split(b"\n"), b"Content-Length: %d" % length]
        self._form = b"\r\n".join(line.replace(b"%", b"%%") for line in lines) + b"\r\n\r\n" + body
        self._numbers = itertools.count(1)

    def take(self, count: int) -> list[bytes]:
        """That many requests that were not made before."""
        numbers = itertools.islice(self._numbers, count)
        return [self._form % {b"number": b"%0*d" % (_DIGITS, number)} for number in numbers]


def lists(count: int, *, size: int) -> list[bytes]:
    """That many requests of the hook `list`, each for `size` messages to numbers that no other one names."""
    head = _FILE.read_bytes().replace(b"${ZAPIER_TOKEN}", TOKEN.encode()).partition(b"\n\n")[0]
    lines = head.replace(b"/hooks/lead", b"/hooks/list").split(b"\n")
    requests = []
    for first in range(0, count * size, size):
        rows = [{"phone": f"+91 {9_800_000_000 + number}", "name": "Zoë"} for number in range(first, first + size)]
        body = json.dumps({"rows": rows}).encode()
        requests.append(b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body)
    return requests


def number_in(request: bytes) -> str:
    """The number, as it is pushed, that a request asks a message for."""
    found = re.search(rb'"\+91 (98\d{8})"', request)
    if found is None:
        raise ValueError("this is not one of the requests made here")
    return f"91{found[1].decode()}"
