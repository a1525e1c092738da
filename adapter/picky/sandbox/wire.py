"""How a reply leaves: in one piece, or byte by byte, without end, not at all, or with the connection torn down."""

from __future__ import annotations

import os
import socket
import struct
import threading
from typing import Final

from adapter.picky.sandbox.reply import Reply, reason

_BODILESS: Final = (204, 304)
_ENDLESS_PIECE: Final = b" " * 16_384
_ENDLESS_PAUSE: Final = 0.01
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST instead of FIN


def send(reply: Reply, connection: socket.socket, *, stopping: threading.Event, last: bool) -> bool:
    """Put the reply on the connection; returns whether the connection can take another request.

    `last` says that the client wants the connection closed. Every wait ends when `stopping` is set.
    """
    rule = reply.rule
    stopping.wait(rule.latency)
    if rule.reset:
        _tear(connection)
    elif rule.hang:
        _wait_for_the_end(connection)
    elif rule.endless:
        _pour(connection, _head(reply, length=None), drip=rule.drip, stopping=stopping)
    elif reply.content is not None:
        content = b"" if reply.http in _BODILESS else reply.content
        _write(connection, _head(reply, length=len(content), last=last) + content, drip=rule.drip, stopping=stopping)
        return not last
    return False


def _head(reply: Reply, *, length: int | None, last: bool = False) -> bytes:
    headers = {"Server": "sandbox", "Content-Type": reply.content_type}
    if length is not None:
        headers["Content-Length"] = str(length)
    if last or length is None:
        headers["Connection"] = "close"
    headers |= {name.title(): value for name, value in reply.rule.headers.items()}
    lines = [f"HTTP/1.1 {reply.http} {reason(reply.http)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _write(connection: socket.socket, content: bytes, *, drip: float, stopping: threading.Event) -> None:
    """Head and body in one send, so that no delayed acknowledgement holds the second one back; or byte by byte."""
    if not drip:
        connection.sendall(content)
        return
    for position in range(len(content)):
        connection.sendall(content[position : position + 1])
        if stopping.wait(drip):
            return


def _pour(connection: socket.socket, head: bytes, *, drip: float, stopping: threading.Event) -> None:
    _write(connection, head, drip=drip, stopping=stopping)
    piece, pause = (b" ", drip) if drip else (_ENDLESS_PIECE, _ENDLESS_PAUSE)
    while not stopping.wait(pause):
        connection.sendall(piece)


def _wait_for_the_end(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def _tear(connection: socket.socket) -> None:
    """Send RST. The descriptor is closed past the socket object, which would say goodbye with FIN first."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    os.close(connection.detach())
