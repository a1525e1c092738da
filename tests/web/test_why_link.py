"""The link to a story: it opens what was signed, shows neither numbers nor texts nor values, and ends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from adapter import links
from adapter.config import load_settings
from adapter.delivery import outbox, settling
from adapter.delivery.acceptance import accept
from adapter.picky.outcome import Outcome, Row, classify
from adapter.picky.sandbox import Sandbox
from adapter.services import Services, open_services
from adapter.store.engine import Store
from adapter.store.tables import EVENTS, NOTICES, OPTOUTS, REPORTS
from adapter.web.app import build_app
from tests.delivery.messages import account, event, outgoing
from tests.running import SECRETS, Running

KEY = "a-long-random-text-for-signing"
DAY = 86_400.0
JSON = {"Accept": "application/json"}
HIDDEN = {
    "number": "919876500000", "its middle": "98765000", "text": "Dear Asha", "value": "value-4999", "repaired": "098765 43210",
    "header": "header-secret", "header name": "X-Odd", "body": "body-secret", "query": "query-secret", "path": "/hooks/h",
    "reason": "reason-secret", "fault": "fault-secret", "warning": "warning-secret", "because": "because-secret",
    "reference": "deal-77", "report": "report-secret", "answer": "answer-secret", "notice": "notice-secret",
    "word": "STOP-word", "template": "template-secret", "request id": "request-secret",
}  # fmt: skip


@pytest.fixture
def services(tmp_path: Path, database_url: str, store: Store) -> Iterator[Services]:
    (tmp_path / "hooks").mkdir()
    opened = open_services(load_settings({
        "ADAPTER_SANDBOX": "1", "SECRET_KEY": KEY, "DATABASE_URL": database_url, "TIMEZONE": "Asia/Kolkata",
        "TEMPLATES_DIR": str(tmp_path / "hooks"),
    }))  # fmt: skip
    yield opened
    opened.store.close()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return build_app(services).test_client()


@pytest.fixture
def told(store: Store) -> str:
    """An event full of what must not be shown; its id."""
    row = event(
        path="/hooks/h/x", query="q=query-secret", headers=[["X-Odd", "header-secret"]], body=b"body-secret",
        reason="reason-secret", because="because-secret", request_id="request-secret", fields={"amount": "value-4999"},
        warnings=["warning-secret"], errors={"phone": ['fault-secret "098765 43210"'], "919876500000": ["x"]},
        repairs=[{"field": "phone", "code": "national_number", "was": "098765 43210", "now": "919876500000"}],
        received_at=time.time() - 60,
    )  # fmt: skip
    item = {"message": "Dear Asha", "reference_number": "deal-77"}
    made = [outgoing(0, item=item, head={"application": "8", "template_id": "template-secret"}), outgoing(1, item=item)]
    identity = accept(store, row, made).id
    claimed = outbox.claim(store, account(), "sandbox", now=time.time() - 50, lease=60, token="t")
    assert isinstance(claimed, outbox.Claimed)
    rows = outbox.begin(store, claimed, push="p1", now=time.time() - 50, lease=60)
    answer = classify(200, b'{"status":100,"push_id":"7","message":"answer-secret"}')
    outcome = Outcome(
        answer.meaning, 200, 100, push_id="7", rows=(Row("919876500000", "m-7", "0.005"),), text=answer.text
    )
    settling.settle(store, claimed, rows, outcome, push="p1", now=time.time() - 49)
    about = {"message_id": f"{identity}-1"}
    with store.write() as connection:
        connection.execute(sa.insert(REPORTS).values(
            **about, push="p1", status="failed", at=time.time() - 40, via="event", error="report-secret 919876500000"
        ))  # fmt: skip
        connection.execute(sa.insert(NOTICES).values(
            **about, event_id=identity, hook="h", destination="sandbox", state="failed", created_at=time.time() - 40,
            status="dead", due_at=0, finished_at=time.time() - 39, fault="notice-secret",
        ))  # fmt: skip
        connection.execute(sa.insert(OPTOUTS).values(
            account="main", number="919876500001", since=time.time() - 30, via="message", word="STOP-word"
        ))  # fmt: skip
        connection.execute(
            sa.text("UPDATE messages SET status='failed', error='delivery_failed', report='report-secret' WHERE seq=1")
        )
        connection.execute(sa.text("UPDATE messages SET status='cancelled', error='opted_out' WHERE seq=2"))
    return identity


def link(identity: str, *, until: float | None = None, key: str = KEY) -> str:
    return "/why/" + links.token(key, identity, until=time.time() + DAY if until is None else until)


class Page(HTMLParser):
    """A page's tags, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_tells_the_story(client: FlaskClient, told: str) -> None:
    answer = client.get(link(told))
    page = Page(answer.get_data(as_text=True))
    text = " ".join(page.text.split())
    assert (answer.status_code, answer.mimetype, page.open) == (200, "text/html", [])
    for part in (
        told, "Practice", "Times are in Asia/Kolkata", "To 91••••••••00: failed", "Picky Assist took it.", "m-7",
        "its delivery report says that it failed", "phone was corrected (national number)", "2 messages: 1 cancelled, 1 failed.",
        "The recipient wrote so.", "What to do:",
    ):  # fmt: skip
        assert part in text
    assert {tag for tag, _ in page.tags} <= {
        "html", "head", "meta", "title", "link", "body", "main", "p", "h1", "h2", "ol", "li", "time", "strong", "bdi",
    }  # fmt: skip
    assert [attrs["href"] for tag, attrs in page.tags if "href" in attrs] == ["/static/plain.css"]
    assert not any(name.startswith("on") or name in {"style", "src"} for _, attrs in page.tags for name in attrs)


@pytest.mark.parametrize("headers", [{}, JSON])
@pytest.mark.parametrize("named", ["event", "first", "second"])
def test_nothing_of_the_request_and_the_recipient_is_shown(
    client: FlaskClient, told: str, headers: dict[str, str], named: str
) -> None:
    identity = {"event": told, "first": f"{told}-1", "second": f"{told}-2"}[named]
    answer = client.get(link(identity), headers=headers)
    assert answer.status_code == 200
    shown = answer.get_data(as_text=True)
    plain = json.dumps(answer.get_json(), ensure_ascii=False) if headers else shown
    assert {name for name, secret in HIDDEN.items() if secret in shown or secret in plain} == set()


def test_the_json_is_the_same_story(client: FlaskClient, told: str) -> None:
    answer = client.get(link(told), headers=JSON)
    body = answer.get_json()
    first = body["messages"][0]
    assert (answer.mimetype, body["id"], first["number"], first["msg_id"]) == (
        "application/json",
        told,
        "91••••••••00",
        "m-7",
    )
    assert body["errors"] == {"phone": ["It is missing or wrong."], "•": ["It is missing or wrong."]}
    assert body["repairs"] == [{"field": "phone", "code": "national_number"}]
    assert {"steps", "because", "attempts", "reports", "notices"} <= first.keys()
    assert not {"text", "reference", "report", "credit"} & first.keys()
    assert (
        not {"fields", "reason", "warnings", "because", "path", "query", "request_id", "headers", "body"} & body.keys()
    )


@pytest.mark.parametrize("identity", ["good", "wrong"])
@pytest.mark.parametrize("headers", [{}, JSON])
def test_it_is_kept_by_nobody(client: FlaskClient, told: str, identity: str, headers: dict[str, str]) -> None:
    answer = client.get(link(told if identity == "good" else "nothing"), headers=headers)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Vary"] == "Accept"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


def tokens(identity: str) -> dict[str, str]:
    good = link(identity).removeprefix("/why/")
    now = time.time()

    def signed(payload: Any, **options: Any) -> str:
        import hashlib

        made = {"salt": "adapter.why", "signer_kwargs": {"digest_method": hashlib.sha256}} | options
        return str(URLSafeTimedSerializer(KEY, **made).dumps(payload))

    assert (
        links.opened(KEY, signed([identity, int(now + 60)]), now=now) == identity
    )  # so the others fail for their own fault
    return {
        "expired": links.token(KEY, identity, until=now - 1),
        "beyond the longest": links.token(KEY, identity, until=now + 91 * DAY),
        "another key": links.token("another", identity, until=now + DAY),
        "another salt": signed([identity, int(now + 60)], salt="cookie-session"),
        "another digest": signed([identity, int(now + 60)], signer_kwargs={}),
        "another shape": signed({"id": identity}),
        "truncated": good[:-1],
        "longer": good + "A",
        "another event": "X" + good[1:],
        "without signature": good.rpartition(".")[0],
        "no token": "x",
        "not ascii": "ü…",
        "very long": "A" * 5000,
    }


@pytest.mark.parametrize("name", list(tokens("x")))
def test_a_link_that_does_not_hold_shows_nothing(client: FlaskClient, told: str, name: str) -> None:
    answer = client.get(f"/why/{tokens(told)[name]}")
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 404
    assert "This link does not hold, or not any more; ask who sent it for a new one." in page.text
    assert told not in page.text


def test_a_changed_letter_anywhere_ends_it() -> None:
    good = links.token(KEY, "01K", until=time.time() + DAY)
    for at, letter in enumerate(good[:-1]):  # the last one carries two bits that nobody reads
        changed = good[:at] + ("B" if letter == "A" else "A") + good[at + 1 :]
        assert links.opened(KEY, changed, now=time.time()) is None


def test_a_link_ends_with_its_time(told: str) -> None:
    token = links.token(KEY, told, until=time.time() + DAY)
    assert links.opened(KEY, token, now=time.time() + DAY - 5) == told
    assert links.opened(KEY, token, now=time.time() + DAY + 5) is None
    assert links.opened("", token, now=time.time()) is None


def test_a_deleted_event_looks_like_a_wrong_link(client: FlaskClient, told: str, store: Store) -> None:
    assert client.get(link(f"{told}-9")).status_code == 404
    with store.write() as connection:
        connection.execute(sa.delete(EVENTS))
    gone, wrong = client.get(link(told), headers=JSON), client.get("/why/x", headers=JSON)
    assert gone.status_code == wrong.status_code == 404
    assert gone.get_json()["error"] == wrong.get_json()["error"]


def test_a_database_that_is_gone_is_said_on_the_page(client: FlaskClient, told: str, store: Store) -> None:
    with store.write() as connection:
        connection.execute(sa.text("ALTER TABLE events RENAME TO gone"))
    answer = client.get(link(told))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "The database does not answer just now" in answer.get_data(as_text=True)


def test_markup_in_a_name_stays_text(client: FlaskClient, store: Store) -> None:
    name = "<script>alert(1)</script>"
    repairs = [{"field": "phone", "code": name, "was": "a", "now": "b"}]
    identity = accept(store, event(received_at=time.time(), repairs=repairs), [outgoing(0)]).id
    page = Page(client.get(link(identity)).get_data(as_text=True))
    assert "script" not in {tag for tag, _ in page.tags}
    assert f"phone was corrected ({name})" in page.text


def test_a_key_of_the_sender_may_be_anything_and_is_not_shown(client: FlaskClient, store: Store) -> None:
    keys = ("priya.sharma@example.com", "HIV test positive, 987-654-3210", "[0].Her name")
    repairs = [{"field": key, "code": "key_blanks", "was": "a", "now": "b"} for key in (*keys, "[3].phone", "to")]
    errors = {"2": {"Her address": ["x"], "phone": ["y"]}, "98765": ["z"]}
    row = event(received_at=time.time(), repairs=repairs, errors=errors)
    address = link(accept(store, row, [outgoing(0)]).id)
    told = client.get(address, headers={"Accept": "application/json"}).get_json()
    assert [one["field"] for one in told["repairs"]] == ["•", "•", "[0].•", "[3].phone", "to"]
    assert told["errors"].keys() == {"2", "•"}
    assert told["errors"]["2"].keys() == {"•", "phone"}
    page = client.get(address).get_data(as_text=True)
    assert [key for key in ("priya", "HIV", "Her name", "Her address") if key in page] == []


def test_a_thousand_messages_are_a_short_page(client: FlaskClient, store: Store) -> None:
    identity = accept(store, event(received_at=time.time()), [outgoing(at) for at in range(1000)]).id
    answer = client.get(link(identity))
    assert len(answer.data) < 100_000
    assert "1,000 messages: 1,000 queued. The first 20 of them follow" in answer.get_data(as_text=True)


def test_only_looking_is_possible(client: FlaskClient, told: str) -> None:
    assert client.post(link(told)).status_code == 405
    assert client.head(link(told)).status_code == 200


def test_the_command_prints_a_link_that_opens_over_http(tmp_path: Path, sandbox: Sandbox, sandbox_url: str) -> None:
    with Running(tmp_path, picky_url=sandbox_url, SECRET_KEY=KEY) as running:
        data = {"name": "Asha", "phone": "+34 600 000 001", "message": "Hola"}
        event = requests.post(f"{running.url}/hooks/contact_form/{SECRETS['FORM_TOKEN']}", data=data, timeout=5).json()[
            "id"
        ]
        running.settled()
        made = running.command("why", event, "--link", "--days", "2")
        url = made.stdout.strip()
        assert url.startswith(f"{running.url}/why/")
        assert "Whoever has it can look until" in made.stderr
        page = requests.get(url, timeout=5)
        assert (page.status_code, "accepted" in page.text, "34600000001" in page.text) == (200, True, False)
        assert "Asha" not in page.text
        assert running.command("why", event, "--link", "--days", "91", check=False).returncode == 2
        unsigned = running.command("why", event, "--link", check=False, SECRET_KEY="")
        assert (unsigned.returncode, "SECRET_KEY is not set" in unsigned.stderr) == (1, True)
        assert "Times are in Asia/Kolkata." in running.command("why", event, TIMEZONE="Asia/Kolkata").stdout
        told = json.loads(running.command("why", event, "--json").stdout)
        assert [one["step"] for one in told["messages"][0]["steps"]] == ["rendered", "queued", "attempt 1", "accepted"]
        assert url.rpartition("/")[2] not in running.log.read_text()
