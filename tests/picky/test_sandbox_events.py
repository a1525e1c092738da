"""What the sandbox posts later: to whom, how often where nobody answers, and what its books say was told."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from adapter.picky.sandbox import Events, Sandbox, serve
from adapter.picky.sandbox.inbox import Message
from adapter.picky.sandbox.reading import Call
from tests.running import ROOT, wait_for

NUMBER = "934343442290"
APART = 0.15  # seconds between two statuses of a message, so that they do not share a post


class Webhook:
    """A real HTTP server that keeps what is posted by path, and answers each path with its next status, else 200."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
        self.answers: dict[str, list[int]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.got.put((self.path, body))
                rest = outer.answers.get(self.path, [])
                self.send_response(rest.pop(0) if rest else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def statuses(self, posts: int) -> list[tuple[str, list[str]]]:
        """(path, statuses) of so many posts."""
        found = [self.got.get(timeout=5) for _ in range(posts)]
        return [(path, [row["status"] for row in body["data"]]) for path, body in found]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    made = Webhook()
    yield made
    made.close()


@pytest.fixture
def boxes() -> Iterator[list[Sandbox]]:
    made: list[Sandbox] = []
    yield made
    for box in made:
        box.close()


def opened(boxes: list[Sandbox], **events: Any) -> Sandbox:
    boxes.append(Sandbox(rate=0, events=Events(**events)))
    return boxes[-1]


def push(box: Sandbox, token: str = "T", count: int = 1) -> list[Message]:
    data = [{"number": str(int(NUMBER) + at), "message": "Hi"} for at in range(count)]
    reply = box.push(Call("/api/v2/push", body=json.dumps({"token": token, "application": 8, "data": data}).encode()))
    assert reply.answer["status"] == 100
    return box.inbox()[-count:]


def told(message: Message, *statuses: int) -> None:
    wait_for(lambda: tuple(message.posted) == statuses, seconds=5)


def test_each_project_has_a_webhook_of_its_own(webhook: Webhook, boxes: list[Sandbox]) -> None:
    urls = {"one": f"{webhook.url}/one", "two": f"{webhook.url}/two"}
    box = opened(boxes, url=f"{webhook.url}/others", urls=urls, delay=APART)
    for token in ("one", "two", "three"):
        (message,) = push(box, token)
        told(message, 4, 1)
    paths = [path for path, _ in webhook.statuses(6)]
    assert paths == ["/one", "/one", "/two", "/two", "/others", "/others"]


def test_a_project_without_a_webhook_has_no_events(webhook: Webhook, boxes: list[Sandbox]) -> None:
    box = opened(boxes, urls={"one": webhook.url}, delay=0.01)
    (message,) = push(box, "two")
    assert (message.status, message.posted) == (1, [])
    assert webhook.got.empty()


def test_the_books_know_what_was_told_and_what_is_true(webhook: Webhook, boxes: list[Sandbox]) -> None:
    box = opened(boxes, url=webhook.url, delay=0.01, read=1.0)
    (message,) = push(box)
    told(message, 4, 1, 3)
    (shown,) = box.messages()
    assert (shown["status"], shown["posted"]) == (3, [4, 1, 3])
    lost = opened(boxes, url=webhook.url, delay=0.01, lost=1.0)
    (silent,) = push(lost)
    wait_for(lambda: silent.status == 1, seconds=5)
    assert silent.posted == []


def test_what_is_not_taken_is_posted_again_and_counts_once(webhook: Webhook, boxes: list[Sandbox]) -> None:
    webhook.answers["/"] = [503, 500]
    box = opened(boxes, url=f"{webhook.url}/", delay=APART, failed=1.0, retry=(0.4, 0.4), error="No such user")
    (message,) = push(box)
    assert webhook.statuses(4) == [("/", ["4"]), ("/", ["2"]), ("/", ["4"]), ("/", ["2"])]
    wait_for(lambda: sorted(message.posted) == [2, 4], seconds=5)
    assert message.status == 2


def test_a_failed_message_says_why(webhook: Webhook, boxes: list[Sandbox]) -> None:
    push(opened(boxes, url=webhook.url, delay=APART, refunded=1.0, error="No such user"))
    rows = [webhook.got.get(timeout=5)[1]["data"][0] for _ in range(2)]
    assert [(row["status"], row.get("error_message")) for row in rows] == [("4", None), ("5", "No such user")]


def test_it_gives_up_and_goes_on_with_others_meanwhile(webhook: Webhook, boxes: list[Sandbox]) -> None:
    webhook.answers["/bad"] = [500] * 100
    urls = {"bad": f"{webhook.url}/bad", "good": f"{webhook.url}/good", "gone": "http://127.0.0.1:1/"}
    box = opened(boxes, urls=urls, delay=APART, retry=(0.1, 0.1))
    (bad,), (gone,), (good,) = push(box, "bad"), push(box, "gone"), push(box, "good")
    told(good, 4, 1)
    wait_for(lambda: len(webhook.answers["/bad"]) <= 94, seconds=5)  # two events, three times each
    time.sleep(0.3)
    assert len(webhook.answers["/bad"]) == 94
    assert (bad.posted, gone.posted) == ([], [])


@pytest.mark.parametrize("answer", [400, 401, 413, 302])
def test_a_refusal_is_not_posted_again(webhook: Webhook, boxes: list[Sandbox], answer: int) -> None:
    webhook.answers["/"] = [answer] * 100
    (message,) = push(opened(boxes, url=f"{webhook.url}/", delay=APART, retry=(0.01,)))
    webhook.statuses(2)
    time.sleep(0.2)
    assert (len(webhook.answers["/"]), message.posted) == (98, [])


def test_it_keeps_to_its_rate(webhook: Webhook, boxes: list[Sandbox]) -> None:
    box = opened(boxes, url=webhook.url, delay=0.001, shuffled=True, rate=20)
    messages = push(box, count=250)
    start = time.monotonic()
    wait_for(lambda: all(len(message.posted) == 2 for message in messages), seconds=5)
    posts = webhook.got.qsize()
    assert posts >= 5  # 500 rows, at most 100 a post
    assert time.monotonic() - start > (posts - 2) / 20


def test_a_person_answers_whoever_wrote_last(webhook: Webhook, boxes: list[Sandbox]) -> None:
    urls = {"one": f"{webhook.url}/one", "two": f"{webhook.url}/two"}
    box = opened(boxes, urls=urls, delay=60)
    push(box, "one")
    push(box, "two")
    with serve(box) as running:
        for written in ({}, {"token": "one"}, {"number": "61400000000"}):
            body = {"number": NUMBER, "text": "STOP"} | written
            answer = requests.post(f"{running.url}/sandbox/inbound", json=body, timeout=5).json()
            assert answer == {"ok": True, "http": 200}
        for wrong in (7, {"number": NUMBER, "text": "x", "token": 1}):
            assert requests.post(f"{running.url}/sandbox/inbound", json=wrong, timeout=5).status_code == 400
    assert [webhook.got.get(timeout=5)[0] for _ in range(3)] == ["/two", "/one", "/one"]


def test_the_page_says_what_became_of_a_message(webhook: Webhook, boxes: list[Sandbox]) -> None:
    box = opened(boxes, url=webhook.url, delay=0.01, read=1.0)
    (message,) = push(box)
    with serve(box) as running:
        told(message, 4, 1, 3)
        assert "UTC · read</strong>" in requests.get(running.url, timeout=5).text


def test_the_command_can_be_told_all_of_it(webhook: Webhook) -> None:
    shares = ["--event-read", "0", "--event-failed", "1", "--event-refunded", "0", "--event-lost", "0"]
    words = ["--port", "0", "--event-url", webhook.url, "--event-delay", "0.1", "--event-duplicated", "1", *shares]
    command = [sys.executable, "-m", "adapter", "sandbox", *words, "--event-shuffled"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        push = {"token": "T", "application": 8, "data": [{"number": NUMBER, "message": "Hi"}]}
        assert requests.post(f"{found[0]}/api/v2/push", json=push, timeout=5).json()["status"] == 100

        def posted() -> bool:
            (message,) = requests.get(f"{found[0]}/sandbox/messages", timeout=5).json()
            return sorted(message["posted"]) == [2, 2, 4, 4]

        wait_for(posted)
        process.terminate()


@pytest.mark.parametrize("words", [("--event-read", "1.1"), ("--event-lost", "-1"), ("--event-delay", "-1")])
def test_a_share_is_from_0_to_1(words: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adapter", "sandbox", *words], check=False, cwd=ROOT, capture_output=True, timeout=30
    )
    assert done.returncode == 2
