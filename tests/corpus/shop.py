"""A shop that receives the whole corpus: every request sent once or twice over HTTP into a running adapter, and what its
answers, its store and the sandbox say of it afterwards."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from adapter.picky.sandbox import Sandbox, serve
from tests.corpus.case import LIVE_TOKEN, SHOP_TOKEN, Case
from tests.corpus.wire import PUBLIC_URL, SIGNERS, readdressed
from tests.running import Running, post_raw, wait_for

HOOKS: Final = Path(__file__).parent / "hooks"
# Secrets of forms/manifest.json, by the number of the file they belong to.
_OF_MANIFEST: Final = {
    "TYPEFORM_SECRET": "06", "TALLY_SECRET": "07", "GOOGLE_TOKEN": "09", "WPFORMS_SECRET": "13", "CF7_TOKEN": "14",
    "WEBFLOW_SECRET": "17", "NETLIFY_SECRET": "19", "FORMSTACK_OLD_SECRET": "20", "FORMSTACK_SECRET": "21",
    "WUFOO_HANDSHAKE": "22", "META_VERIFY_TOKEN": "25", "META_APP_SECRET": "26", "HUBSPOT_SECRET": "27",
    "SALESFORCE_ORGANIZATION": "31", "FRESHSALES_TOKEN": "32", "WOOCOMMERCE_SECRET": "37", "CALENDLY_SECRET": "38",
    "STRIPE_SECRET": "40", "GITHUB_SECRET": "41", "STANDARD_SECRET": "43", "SHOPIFY_SECRET": "45",
}  # fmt: skip
# Secrets of the other requests, from their heads, bodies and notes.
_OF_NOTES: Final = {
    "SHOP_TOKEN": SHOP_TOKEN, "LIVE_TOKEN": LIVE_TOKEN, "API_KEY": "k_123", "USER_TOKEN": "user_token",
    "ZAPIER_PASSWORD": "pä55", "PIPEDRIVE_PASSWORD": "test-pass", "HOOKPRESS_KEY": "key",
    "ZOHO_API_KEY": "my-static-api-key", "ZOHO_BODY_TOKEN": "s3cr3t-in-body", "ZOHO_SHARED_SECRET": "YOUR_SHARED_SECRET",
    "ZOHO_URL_SECRET": "s3cr3t-in-url", "ZOHO_BEARER": "YOUR_ZOHO_WEBHOOK_SECRET", "DELUGE_SECRET": "fixture-secret",
    "ZOHO_CHANNEL_TOKEN": "TOKEN_FOR_VERIFICATION_OF_1000000068001", "BILLING_SECRET": "fixturesecret1234",
    "INVENTORY_TOKEN": "abc", "ZOHO_FORMS_KEY": "YOUR_KEY", "BIGIN_TOKEN": "bigin.contacts", "RECRUIT_KEY": "k-123",
}  # fmt: skip
_EVENT: Final = (
    "id", "hook", "status", "decoded_as", "fields", "errors", "repairs", "reason", "method", "path", "query", "headers",
    "body",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request: the status, headers in lower case, the body; the row of the event it made."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    event: Mapping[str, Any] | None

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON, {} where it is none."""
        is_json = self.headers.get("content-type", "").startswith("application/json")
        return dict(json.loads(self.body)) if is_json else {}

    @property
    def text(self) -> str:
        """The body as a person may read it."""
        return self.json.get("message") or self.body.decode()


@dataclasses.dataclass(frozen=True, slots=True)
class Received:
    """All of it: the first and the second answer of each case, the messages of the sandbox, the log of the adapter,
    and what `check` says of the hook files."""

    first: Mapping[str, Answer]
    second: Mapping[str, Answer]
    messages: Sequence[Mapping[str, Any]]
    log: str
    check: subprocess.CompletedProcess[str]


def secrets(corpus: Path) -> dict[str, str]:
    """The environment that the hook files lean on."""
    rows = json.loads((corpus / "forms" / "manifest.json").read_text())
    by_number = {row["file"][:2]: row["secret"] for row in rows}
    return {name: by_number[number] for name, number in _OF_MANIFEST.items()} | _OF_NOTES


def receive(corpus: Path, directory: Path, cases: Sequence[Case]) -> Received:
    """Send every case, the ones that say `again` a second time, and wait until nothing moves any more."""
    box, environ = Sandbox(rate=0), secrets(corpus)
    server = serve(box)
    try:
        with Running(
            directory, picky_url=server.push_url, templates=HOOKS, PUBLIC_URL=PUBLIC_URL, **environ
        ) as adapter:
            check = adapter.command("check", check=False)
            post = _Postman(adapter.url, directory / "adapter.db")
            requests = {case.name: request(corpus, case, environ) for case in cases}
            first = {name: post(raw) for name, raw in requests.items()}
            second = {case.name: post(requests[case.name]) for case in cases if case.again}
            wait_for(post.is_quiet)
    finally:
        server.close()
    return Received(first, second, box.messages(), adapter.log.read_text(), check)


def request(corpus: Path, case: Case, environ: Mapping[str, str]) -> bytes:
    """The captured bytes, addressed to the hook of the case."""
    path = f"/hooks/{case.hook}" + (f"/{case.token}" if case.token else "")
    raw = readdressed((corpus / f"{case.file}.http").read_bytes(), path)
    if case.signed is None:
        return raw
    secret, sign = SIGNERS[case.signed]
    return sign(raw, environ[secret])


class _Postman:
    """Sends requests one by one, so that the event each of them made is the newest one of the store."""

    def __init__(self, url: str, database: Path) -> None:
        self._url = url
        self._store = sqlite3.connect(f"file:{database}?mode=ro", uri=True)

    def __call__(self, raw: bytes) -> Answer:
        before = self._newest(0)
        status, headers, body = post_raw(self._url, raw)
        after = self._newest(before[0] if before else 0)
        return Answer(status, headers, body, _event(after[1:]) if after else None)

    def _newest(self, seq: int) -> tuple[Any, ...] | None:
        query = f"SELECT seq, {', '.join(_EVENT)} FROM events WHERE seq > ? ORDER BY seq DESC LIMIT 1"
        row: tuple[Any, ...] | None = self._store.execute(query, [seq]).fetchone()
        return row

    def is_quiet(self) -> bool:
        """Whether no message is under way."""
        moving = "SELECT count(*) FROM messages WHERE status IN ('queued', 'sending', 'retrying')"
        return bool(self._store.execute(moving).fetchone()[0] == 0)


def _event(row: Sequence[Any]) -> dict[str, Any]:
    event = dict(zip(_EVENT, row, strict=True))
    return event | {key: json.loads(event[key] or "null") for key in ("fields", "errors", "repairs", "headers")}
