"""One post of a notice: looked up once, connected to just that, ended by a deadline, its answer read and forgotten."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from adapter.calling import Call, new_session
from adapter.notices.address import AddressFault, Resolve, Rules, look_up

DEADLINE_SECONDS: Final = 10.0
_LOOKUP_SECONDS: Final = 4.0
_CONNECT_SECONDS: Final = 3.0
_MOST_ANSWER: Final = 64 * 1024
_GONE: Final = 410


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What came of a post. `fault` is None where it was taken, else a sentence; `final`: trying again cannot help;
    `retry_after`: the header as it came."""

    http_status: int | None = None
    fault: str | None = None
    final: bool = False
    retry_after: str | None = None


class Poster:
    """Posts notices. One instance serves many threads."""

    def __init__(self, rules: Rules, *, resolve: Resolve = look_up, timeout: float = DEADLINE_SECONDS) -> None:
        """`timeout`: seconds a post may take, from the look-up of its host to the end of the answer."""
        self.rules = rules
        self.timeout = timeout
        self._resolve = resolve

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One try. Never raises for anything the other side or the network does."""
        started = time.monotonic()
        try:
            addresses = self.rules.addresses(url, self._resolve, min(_LOOKUP_SECONDS, self.timeout))
        except AddressFault as fault:
            return Answer(fault=fault.sentence, final=fault.final)
        rest = max(0.1, self.timeout - (time.monotonic() - started))
        return self._post(url, body, headers, Call(addresses), rest)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str], call: Call, seconds: float) -> Answer:
        host = urlsplit(url).hostname
        try:
            with (
                new_session() as session,
                call.within(seconds),
                session.post(
                    url, data=body, headers={**headers, "Connection": "close"}, stream=True, allow_redirects=False,
                    timeout=(min(_CONNECT_SECONDS, seconds), seconds),
                ) as response,
            ):  # fmt: skip
                with suppress(HTTPError, OSError):  # the first line says it all; the rest is read for courtesy
                    response.raw.read(_MOST_ANSWER, decode_content=False)
                return _answer(host, response)
        except (requests.RequestException, HTTPError, OSError, ValueError) as fault:
            return Answer(fault=self._sentence(host, call, fault))

    def _sentence(self, host: str | None, call: Call, fault: Exception) -> str:
        if call.expired:
            return f"{host} gave no answer within {self.timeout:g} seconds."
        if isinstance(fault, requests.exceptions.SSLError):
            return f"{host} has no certificate that can be trusted."
        return f"{host} broke the connection off." if call.connected else f"{host} could not be connected to."


def _answer(host: str | None, response: requests.Response) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(status)
    if status == _GONE:
        return Answer(status, f"{host} answered that nothing is there any more (HTTP {status}).", final=True)
    if 300 <= status < 400:
        return Answer(status, f"{host} answered with a redirect (HTTP {status}), which is not followed.")
    return Answer(status, f"{host} answered HTTP {status}.", retry_after=response.headers.get("Retry-After"))
