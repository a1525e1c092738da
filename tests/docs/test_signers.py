"""The scripts that the pages give away sign what their hooks accept: each is repeated here by its description."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from adapter.intake.request import RawRequest
from adapter.line import take
from adapter.mapping.hook import Hook
from adapter.picky.account import MAIN, Account
from tests.docs.examples import NOW, SECRET, SOURCES_FOLDER, blocks, load

BODY = b'{"Your phone": "+34 600 000 001", "Mobile": "+34 600 000 001", "Deal_Id": "1", "response_id": "r1"}'
ACCOUNTS = {MAIN: Account(MAIN, "https://app.pickyassist.example/api/v2/push", SECRET)}


def _mac(text: bytes) -> bytes:
    return hmac.new(SECRET.encode(), text, hashlib.sha256).digest()


def _outcome(hook: Hook, headers: dict[str, str], body: bytes = BODY) -> str:
    request = RawRequest("POST", "/hooks/example", "", tuple(headers.items()), body)
    return take(hook, request, ACCOUNTS, now=NOW).outcome


def _hook(page: str) -> Hook:
    """The first hook file of the page, with the `auth:` block that stands alone in it where there is one."""
    texts = [block.text for block in blocks(SOURCES_FOLDER / page) if block.kind == "yaml"]
    whole = next(text for text in texts if text.lstrip().startswith("source:"))
    alone = next((text for text in texts if text.startswith("auth:")), None)
    if alone is not None:
        head, _, tail = whole.partition("auth:\n")
        whole = head + alone + tail[tail.index("fields:") :]
    return load("example", whole)


def test_the_google_script_signs_as_its_hook_expects() -> None:
    signature = base64.b64encode(_mac(BODY)).decode()
    headers = {"Content-Type": "application/json", "X-Signature": signature}
    assert _outcome(_hook("google_forms.md"), headers) == "queued"
    assert _outcome(_hook("google_forms.md"), headers, BODY + b" ") == "unauthenticated"


@pytest.mark.parametrize(("age", "outcome"), [(0, "queued"), (299, "queued"), (301, "unauthenticated")])
def test_the_zoho_function_signs_as_its_hook_expects(age: int, outcome: str) -> None:
    sent_at = str(int((NOW - age) * 1000))
    headers = {
        "Content-Type": "application/json",
        "X-Zoho-Timestamp": sent_at,
        "X-Zoho-Nonce": "57257",
        "X-Zoho-Signature": _mac(sent_at.encode() + b".57257." + BODY).hex(),
    }
    assert _outcome(_hook("zoho_crm.md"), headers) == outcome
