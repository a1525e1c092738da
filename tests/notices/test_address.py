"""Notices go to hosts of the open internet only, whatever name or spelling leads elsewhere."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from adapter.notices.address import MOST_ADDRESSES, AddressFault, Resolve, Rules, is_public, look_up

LIVE, PRACTICE = Rules(), Rules(practice=True)


def resolving(*addresses: str) -> Resolve:
    def resolve(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        return addresses

    return resolve


def fault_of(rules: Rules, url: str, *addresses: str) -> AddressFault:
    with pytest.raises(AddressFault) as caught:
        rules.addresses(url, resolving(*addresses), 1.0)
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.5.4", "192.168.1.1", "127.0.0.1", "127.255.255.254", "0.0.0.0", "169.254.169.254",
        "100.64.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "233.252.0.1", "240.0.0.1",
        "255.255.255.255", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1",
        "ff02::1", "ff0e::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::",
        "2002:a00:1::1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2001:0:7f00:1::", "100::1", "5f00::1",
    ],
)  # fmt: skip
def test_what_is_inside_a_network_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    assert fault_of(LIVE, "https://hooks.example.com/x", address).final
    assert fault_of(LIVE, "https://hooks.example.com/x", "93.184.215.14", address).final  # one of several is enough


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f::1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)  # fmt: skip
def test_what_is_public_may_be_posted_to(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert LIVE.addresses("https://hooks.example.com/x", resolving(address), 1.0) == (address,)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://10.0.0.1/", "10.0.0.1 is inside a network; notices go to public hosts only"),
        ("https://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1 is inside a network"),
        ("https://[::1]:8443/x", "::1 is inside a network"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254 is inside a network"),
        ("https://localhost/", "localhost is inside a network"),
        ("https://shop.localhost./", "is inside a network"),
        ("http://hooks.example.com/x", "must begin with https://"),
        ("http://127.0.0.1/x", "must begin with https://"),
        ("ftp://hooks.example.com/x", "must begin with https://"),
        ("https://user:word@hooks.example.com/x", "without a password"),
        ("https://user@hooks.example.com/x", "without a password"),
        ("https:///x", "with a host"),
        ("https://hooks.example.com:99999/x", "is no address"),
        ("https://[fe80::1/", "is no address"),
    ],
)
def test_a_url_that_cannot_be_posted_to_is_known_before_it_is_looked_up(url: str, words: str) -> None:
    assert words in (LIVE.fault(url) or "")
    fault = fault_of(LIVE, url, "93.184.215.14")
    assert fault.final
    assert fault.sentence.endswith(".")


@pytest.mark.parametrize("spelt", ["2130706433", "0x7f.1", "127.1", "017700000001"])
def test_a_spelling_of_loopback_that_only_the_system_reads_leads_inside(spelt: str) -> None:
    with pytest.raises(AddressFault) as caught:
        LIVE.addresses(f"https://{spelt}/", look_up, 2.0)
    assert "inside a network" in caught.value.sentence


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/x", "https://127.0.0.1/x", "http://localhost:9/x", "http://[::1]:9/", "http://127.8.8.8/"],
)
def test_this_machine_is_told_in_practice_alone(url: str) -> None:
    assert PRACTICE.fault(url) is None
    assert Rules(("hooks.zapier.com",), practice=True).fault(url) is None
    assert LIVE.fault(url) is not None


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://10.0.0.1/", "http://hooks.example.com/", "http://0.0.0.0/"]
)
def test_practice_opens_nothing_but_this_machine(url: str) -> None:
    assert PRACTICE.fault(url) is not None
    assert fault_of(PRACTICE, url, "10.0.0.1").final


def test_a_name_of_this_machine_must_lead_to_it() -> None:
    assert fault_of(PRACTICE, "http://localhost:9/", "93.184.215.14").final


def test_only_listed_hosts_are_posted_to_where_there_is_a_list() -> None:
    rules = Rules(("hooks.zapier.com", "*.zoho.in"))
    assert rules.fault("https://hooks.zapier.com/hooks/catch/1/a") is None
    assert rules.fault("https://HOOKS.zapier.com/hooks/catch/1/a") is None
    assert rules.fault("https://crm.zoho.in/x") is None
    for host in ("zapier.com", "x.hooks.zapier.com", "zoho.in", "evilzoho.in", "hooks.zapier.com.evil.example"):
        assert rules.fault(f"https://{host}/x") == f"{host} is not among NOTIFY_HOSTS"


def test_a_host_that_is_not_found_may_be_found_later() -> None:
    def failing(*_: Any) -> Sequence[str]:
        raise socket.gaierror("no such host")

    for resolve in (failing, resolving()):
        with pytest.raises(AddressFault) as caught:
            LIVE.addresses("https://hooks.example.com/x", resolve, 1.0)
        assert not caught.value.final
        assert caught.value.sentence == "hooks.example.com could not be looked up."


def test_a_host_with_very_many_addresses_is_tried_at_a_few() -> None:
    many = [f"8.8.8.{at}" for at in range(100)]
    assert LIVE.addresses("https://h.example.com/", resolving(*many), 1.0) == tuple(many[:MOST_ADDRESSES])


@pytest.mark.parametrize("address", ["8.8.8.8", "127.0.0.1", "2001:4860:4860::8888"])
def test_an_address_needs_no_look_up(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    assert look_up(address, 443, 5.0) == (address,)


def test_a_look_up_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5) or [])
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        look_up("hooks.example.com", 443, 0.2)
    assert time.monotonic() - started < 1.0


def test_a_name_whose_server_hangs_leaves_look_ups_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hangs(host: str, *_: object, **__: object) -> list[object]:
        if host == "slow.example.com":
            over.wait(10)
        return [(0, 0, 0, "", ("8.8.8.8", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    try:
        for _ in range(40):
            with pytest.raises(TimeoutError):
                look_up("slow.example.com", 443, 0.01)
        assert look_up("quick.example.com", 443, 5.0) == ("8.8.8.8",)
    finally:
        over.set()
