"""The load: one thread that keeps every connection busy with one request at a time, and times each answer."""

from __future__ import annotations

import gc
import json
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.table import percentile

_PATIENCE: Final = 20.0  # seconds without any answer
_APART: Final = 0.01  # seconds between two connections
_LENGTH: Final = b"content-length:"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: `began` in Unix seconds; `latencies` in seconds, one for each answer; `seconds` from the first
    request to the last answer; `cpu` the processor seconds that sending and timing took."""

    began: float
    latencies: Sequence[float]
    seconds: float
    cpu: float

    @property
    def answered(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.answered / self.seconds

    def milliseconds(self, percent: float) -> float:
        """That percentile of the latencies, in milliseconds."""
        return percentile(self.latencies, percent) * 1e3


class Connection:
    """One that is kept alive; `take` blocks only where `waits` is asked for."""

    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, port: int, *, waits: bool = False) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(_PATIENCE if waits else 0.0)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        if self.socket.send(request) != len(request):
            raise OSError("a whole request did not fit into the socket's buffer")

    def take(self) -> bytes | None:
        """The whole answer once it is there."""
        chunk = self.socket.recv(65_536)
        if not chunk:
            raise ConnectionError("the server closed a connection that was kept alive")
        self.received += chunk
        if not _is_whole(self.received):
            return None
        answer, self.received = self.received, b""
        return answer


def post_for(seconds: float, port: int, requests: Sequence[bytes], *, connections: int) -> Load:
    """Post for so long, or until the requests are used up, and wait for every answer.

    Raises ValueError when any answer is another one than 200 with an event that was queued.
    """
    opened = [_opened(port) for _ in range(connections)]
    gc.collect()
    gc.disable()
    try:
        began, cpu, started = time.time(), time.process_time(), time.perf_counter()
        latencies, answers = _drive(opened, iter(requests), until=started + seconds)
        load = Load(began, latencies, time.perf_counter() - started, time.process_time() - cpu)
    finally:
        gc.enable()
        for connection in opened:
            connection.socket.close()
    for answer in answers:
        require_queued(answer)
    return load


def _opened(port: int) -> Connection:
    """A connection; of many at once the first web process to wake would take all, and leave the other one idle."""
    time.sleep(_APART)
    return Connection(port)


def _drive(opened: list[Connection], requests: Iterator[bytes], *, until: float) -> tuple[list[float], list[bytes]]:
    poll = select.epoll(len(opened))
    by_number = {connection.socket.fileno(): connection for connection in opened}
    latencies: list[float] = []
    answers: list[bytes] = []
    busy = 0
    for number, connection in by_number.items():
        poll.register(number, select.EPOLLIN)
        if (request := next(requests, None)) is not None:
            connection.send(request)
            busy += 1
    while busy:
        ready = poll.poll(_PATIENCE)
        if not ready:
            raise TimeoutError(f"no answer in {_PATIENCE:.0f} s")
        for number, _ in ready:
            connection = by_number[number]
            if (answer := connection.take()) is None:
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            answers.append(answer)
            if now < until and (request := next(requests, None)) is not None:
                connection.send(request)
            else:
                busy -= 1
    poll.close()
    return latencies, answers


def _is_whole(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = answer[:end].lower().find(_LENGTH)
    if at < 0:
        raise ValueError("an answer without Content-Length")
    return len(answer) - end - 4 >= int(answer[at + len(_LENGTH) :].split(b"\r", 1)[0])


def require_queued(answer: bytes) -> dict[str, Any]:
    """The JSON of an answer; ValueError unless it says that a new event was queued."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 200 "):
        told: dict[str, Any] = json.loads(body)
        if told["ok"] is True and told["status"] == "queued" and told["duplicate"] is False:
            return told
    raise ValueError(f"not what was asked for: {answer[:600]!r}")
