"""Posts over real sockets: where they go, what they carry, what ends them, and what an answer means."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests.adapters

from adapter.notices.address import Resolve, Rules
from adapter.notices.client import Answer, Poster
from tests.receiver import Receiver, Reply
from tests.running import free_port, wait_for

CERTIFICATE = Path(__file__).with_name("hooks.example.com.pem")  # of no use but here; it signs itself
PRACTICE = Rules(practice=True)
HEADERS = {"Content-Type": "application/json", "webhook-id": "m-1.read.3"}


def poster(*, timeout: float = 3.0, rules: Rules = PRACTICE, resolve: Resolve | None = None) -> Poster:
    return Poster(rules, timeout=timeout, resolve=resolve) if resolve else Poster(rules, timeout=timeout)


def resolving(*addresses: str) -> Resolve:
    def resolve(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        return addresses

    return resolve


def test_a_notice_arrives_as_it_was_given() -> None:
    with Receiver() as receiver:
        assert poster().post(receiver.url, b'{"a": 1}', HEADERS) == Answer(200)
    (post,) = receiver.posts
    assert (post.path, post.body) == ("/told/secret-path", b'{"a": 1}')
    assert post.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert post.headers["webhook-id"] == "m-1.read.3"
    assert post.headers["content-type"] == "application/json"
    assert post.headers["user-agent"].startswith("picky-assist-adapter/")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_answer_of_200_to_299_takes_it(status: int) -> None:
    with Receiver(Reply(status, body=b"")) as receiver:
        assert poster().post(receiver.url, b"", {}) == Answer(status)


@pytest.mark.parametrize(
    ("status", "final", "words"),
    [
        (400, False, "127.0.0.1 answered HTTP 400."),
        (404, False, "127.0.0.1 answered HTTP 404."),
        (500, False, "127.0.0.1 answered HTTP 500."),
        (410, True, "127.0.0.1 answered that nothing is there any more (HTTP 410)."),
        (302, False, "127.0.0.1 answered with a redirect (HTTP 302), which is not followed."),
    ],
)
def test_any_other_answer_is_a_fault_in_a_sentence(status: int, final: bool, words: str) -> None:
    with Receiver() as elsewhere, Receiver(Reply(status, {"Location": elsewhere.url})) as receiver:
        answer = poster().post(receiver.url, b"", {})
    assert (answer.http_status, answer.fault, answer.final) == (status, words, final)
    assert elsewhere.connections == 0


def test_the_pause_that_the_other_side_asks_for_is_told() -> None:
    with Receiver(Reply(429, {"Retry-After": "17"})) as receiver:
        assert poster().post(receiver.url, b"", {}).retry_after == "17"


def test_a_fault_never_holds_the_path_of_the_address() -> None:
    with Receiver(Reply(500), Reply(302, {"Location": "/x"}), Reply(hang=5)) as receiver:
        faults = [poster(timeout=0.5).post(receiver.url, b"", {}).fault for _ in range(3)]
    faults.append(poster().post(f"http://127.0.0.1:{free_port()}/secret-path", b"", {}).fault)
    assert all(fault and "secret-path" not in fault for fault in faults)


@pytest.mark.parametrize("reply", [Reply(hang=30), Reply(500, body=b"x" * 10_000, drip=0.05)])
def test_a_post_ends_at_its_deadline(reply: Reply) -> None:
    with Receiver(reply) as receiver:
        started = time.monotonic()
        answer = poster(timeout=0.7).post(receiver.url, b"", {})
        assert 0.7 <= time.monotonic() - started < 5.0  # the answers take half a minute and more
    assert answer.fault == (
        "127.0.0.1 answered HTTP 500." if reply.drip else "127.0.0.1 gave no answer within 0.7 seconds."
    )


def test_what_was_taken_is_taken_however_its_answer_ends() -> None:
    with Receiver(Reply(body=b"x" * 10_000, drip=0.05)) as receiver:
        assert poster(timeout=0.5).post(receiver.url, b"", {}) == Answer(200)


def test_an_endless_answer_is_cut() -> None:
    with Receiver(Reply(body=b"x" * 50_000_000)) as receiver:
        started = time.monotonic()
        assert poster(timeout=5).post(receiver.url, b"", {}) == Answer(200)
        assert time.monotonic() - started < 2.0
        wait_for(lambda: receiver.broken_off == 1)  # it could not write all of it


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/x", "http://[::", "\xff\xfe"])
def test_a_redirect_is_not_even_read_to_its_end(location: str) -> None:
    """However much comes with it: `requests` would read all of it, to be ready to follow."""
    with Receiver(Reply(302, headers={"Location": location}, body=b"x" * 10_000, drip=0.05)) as receiver:
        answer = poster(timeout=0.5).post(receiver.url, b"", {})
    assert (answer.http_status, answer.fault) == (
        302,
        "127.0.0.1 answered with a redirect (HTTP 302), which is not followed.",
    )


def test_a_look_up_that_takes_its_time_is_part_of_the_deadline() -> None:
    def slow(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        time.sleep(0.6)
        return ("127.0.0.1",)

    with Receiver(Reply(hang=30)) as receiver:
        started = time.monotonic()
        assert poster(timeout=1.0, resolve=slow).post(receiver.url, b"", {}).fault
        assert time.monotonic() - started < 1.6


def test_nobody_there_is_a_fault_that_may_pass() -> None:
    answer = poster().post(f"http://127.0.0.1:{free_port()}/x", b"", {})
    assert answer == Answer(fault="127.0.0.1 could not be connected to.")


@pytest.mark.parametrize("rules", [Rules(), Rules(("127.0.0.1",))])
def test_live_nothing_is_connected_to_on_this_machine(rules: Rules) -> None:
    with Receiver() as receiver:
        for url in (receiver.url, receiver.url.replace("http:", "https:"), f"https://localhost:{receiver.port}/"):
            answer = poster(rules=rules).post(url, b"", {})
            assert answer.final
            assert answer.http_status is None
        hidden = poster(rules=Rules(), resolve=resolving("127.0.0.1"))
        assert hidden.post(f"https://hooks.example.com:{receiver.port}/", b"", {}).final
    assert receiver.connections == 0


def test_a_host_is_looked_up_once_and_connected_to_there() -> None:
    """What the name leads to a moment later does not matter: the first answer was looked at, and is used."""
    asked: list[str] = []

    def rebinding(host: str, _port: int, _seconds: float) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("10.0.0.1",)

    with Receiver() as receiver:
        url = f"http://localhost:{receiver.port}/x"
        assert poster(resolve=rebinding).post(url, b"", {}) == Answer(200)
        assert poster(resolve=rebinding).post(url, b"", {}).final
    assert asked == ["localhost", "localhost"]
    assert [post.headers["host"] for post in receiver.posts] == [f"localhost:{receiver.port}"]


def test_the_next_address_of_a_host_is_tried_where_one_is_not_there() -> None:
    with Receiver() as receiver:
        url = f"http://localhost:{receiver.port}/x"
        assert poster(resolve=resolving("127.0.0.9", "127.0.0.1")).post(url, b"", {}) == Answer(200)


@pytest.fixture
def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(CERTIFICATE))


@pytest.mark.usefixtures("trusted")
def test_a_pinned_address_must_hold_the_certificate_of_the_name(tls: ssl.SSLContext) -> None:
    names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    with Receiver(tls=tls) as receiver:
        for host in ("hooks.example.com", "other.example.com"):
            answer = poster(resolve=resolving("127.0.0.1")).post(f"https://{host}:{receiver.port}/x", b"", {})
            assert answer.fault == (
                None if host == "hooks.example.com" else f"{host} has no certificate that can be trusted."
            )
    assert names == ["hooks.example.com", "other.example.com"]
    assert [post.headers["host"] for post in receiver.posts] == [f"hooks.example.com:{receiver.port}"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: ssl.SSLContext) -> None:
    with Receiver(tls=tls) as receiver:
        answer = poster(resolve=resolving("127.0.0.1")).post(f"https://hooks.example.com:{receiver.port}/x", b"", {})
        assert answer.fault == "hooks.example.com has no certificate that can be trusted."
        assert receiver.posts == []


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a server that drips the beginning of a TLS handshake, for ever."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"\x16\x03\x03\x40\x00")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"\x02")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield int(server.getsockname()[1])
    over.set()
    thread.join()
    server.close()


def test_a_handshake_that_drips_ends_at_the_deadline(dripping: int) -> None:
    started = time.monotonic()
    answer = poster(timeout=0.8).post(f"https://127.0.0.1:{dripping}/x", b"", {})
    assert answer.fault == "127.0.0.1 gave no answer within 0.8 seconds."
    assert time.monotonic() - started < 2.0
