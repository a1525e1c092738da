"""Which addresses may be posted to: https on public hosts, and on this machine itself in practice.

A host is looked up once, and the connection goes to what that gave: a name that points inside the network a moment
later leads nobody there.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int, float], Sequence[str]]
"""(host, port, seconds) to addresses; raises OSError where there are none, or none in time."""

MOST_ADDRESSES: Final = 3  # of a host, tried one after the other
MOST_OF_A_HOST: Final = 2
_MOST_LOOKUPS: Final = 16  # under way; one that hangs cannot be broken off, only left alone
# RFC 4291 2.5.5, RFC 3056, RFC 6052: an IPv4 address inside an IPv6 one; what counts is where it leads.
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4_RELAYS: Final = ipaddress.IPv4Network("192.88.99.0/24")


class AddressFault(Exception):
    """An address that cannot be posted to, in a sentence; `final` where trying again cannot help."""

    def __init__(self, sentence: str, *, final: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.final = final


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """`hosts` may be posted to, exact or as `*.example.com` (all public ones where it is empty); with `practice`
    this machine itself as well."""

    hosts: tuple[str, ...] = ()
    practice: bool = False

    def fault(self, url: str) -> str | None:
        """What stands against posting there, as far as the URL itself tells; None where nothing does."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return "is no address that can be posted to"
        if not host or parts.username is not None or parts.password is not None:
            return "must be an address with a host and without a password"
        if self.practice and is_this_machine(host) and parts.scheme in {"http", "https"}:
            return None
        return self._public_fault(parts, host)

    def _public_fault(self, parts: SplitResult, host: str) -> str | None:
        if parts.scheme != "https":
            return "must begin with https://"
        literal = _literal(host)
        if is_this_machine(host) or (literal is not None and not is_public(literal)):
            return f"{host} is inside a network; notices go to public hosts only"
        if self.hosts and not any(_matches(host, pattern.lower()) for pattern in self.hosts):
            return f"{host} is not among NOTIFY_HOSTS"
        return None

    def addresses(self, url: str, resolve: Resolve, seconds: float) -> tuple[str, ...]:
        """What the URL's host resolves to, all of which may be connected to. Raises AddressFault."""
        if sentence := self.fault(url):
            raise AddressFault(f"The address {sentence}.", final=True)
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            found = tuple(resolve(host, parts.port or _PORTS[parts.scheme], seconds))
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise AddressFault(f"{host} could not be looked up.", final=False)
        if not all(self._may_connect(host, one) for one in found):
            raise AddressFault(f"{host} leads inside a network; notices go to public hosts only.", final=True)
        return found[:MOST_ADDRESSES]

    def _may_connect(self, host: str, text: str) -> bool:
        address = _literal(text)
        if address is None:
            return False
        if self.practice and address.is_loopback:
            return True
        return is_public(address) and not is_this_machine(host)


_PORTS: Final = {"https": 443, "http": 80}


def is_this_machine(host: str) -> bool:
    """Whether a host means loopback by its name alone."""
    literal = _literal(host)
    name = host.rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or (literal is not None and literal.is_loopback)


def is_public(address: Address) -> bool:
    """Whether an address leads to one host of the open internet, also where it holds another address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and address not in _6TO4_RELAYS
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(address.packed[-4:])
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and address.is_global and not address.is_multicast


def look_up(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """The addresses of a host, as the system finds them within `seconds`; one that is an address is its own.

    Raises OSError. The system cannot be told to give up, so a look-up that is abandoned goes on: of one host at most
    MOST_OF_A_HOST are under way, so that a name whose server hangs does not use up those of all others.
    """
    if _literal(host) is not None:
        return (host,)
    _begin(host)
    found: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(sorted({str(row[4][0]) for row in rows}, key=_later))
        except (OSError, UnicodeError):
            pass
        finally:
            _end(host)

    asking = threading.Thread(target=ask, name="look-up", daemon=True)
    try:
        asking.start()
    except RuntimeError:  # no more threads
        _end(host)
        raise OSError("no look-up can be begun") from None
    asking.join(seconds)
    if asking.is_alive():
        raise TimeoutError("the look-up took too long")
    return tuple(found)


def _begin(host: str) -> None:
    with _lock:
        if _lookups[host] >= MOST_OF_A_HOST or _lookups.total() >= _MOST_LOOKUPS:
            raise TimeoutError("too many look-ups are under way")
        _lookups[host] += 1


def _end(host: str) -> None:
    with _lock:
        _lookups[host] -= 1
        if not _lookups[host]:
            del _lookups[host]


_lock: Final = threading.Lock()
_lookups: Final[Counter[str]] = Counter()


def _later(address: str) -> bool:
    """IPv6 last: many a host has such an address and no way there."""
    return ":" in address


def _literal(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
