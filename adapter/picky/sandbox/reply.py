"""One HTTP answer before it is put on the wire, with the rule that may spoil it there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from adapter.picky.sandbox.rules import WELL_BEHAVED, Rule

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
EXCESS: Final = ("429", "silent")


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """`content` None answers nothing and closes; `answer` is what was answered, as `/sandbox/requests` shows it."""

    http: int
    content: bytes | None
    content_type: str = JSON
    answer: Any = None
    rule: Rule = WELL_BEHAVED

    @classmethod
    def of(cls, answer: Any, *, http: int = 200, rule: Rule = WELL_BEHAVED) -> Reply:
        """A JSON answer. Picky Assist answers HTTP 200 also with an error in the body."""
        return cls(http, json.dumps(answer).encode(), JSON, answer, rule)


def answered(rule: Rule, body: Mapping[str, Any]) -> Reply:
    """The answer to a push as the rule wants it, from the one that was due."""
    reply = _spoilt(rule, body)
    return reply if rule.answers else dataclasses.replace(reply, answer=None)


def dropped(excess: str) -> Reply:
    """Documented is only that the excess is dropped; HTTP 429 is what one client was written for."""
    if excess == "silent":
        return Reply(0, None)
    return Reply.of({"message": "Too Many Requests"}, http=429)


def reason(http: int) -> str:
    """The standard phrase of an HTTP status, `""` for one that has none."""
    try:
        return HTTPStatus(http).phrase
    except ValueError:
        return ""


def _spoilt(rule: Rule, body: Mapping[str, Any]) -> Reply:
    http = rule.http or 200
    if rule.bytes_hex is not None:
        content = bytes.fromhex(rule.bytes_hex)
        return Reply(http, content, JSON, content.decode("utf-8", "replace"), rule)
    if rule.text is not None:
        return Reply(http, rule.text.encode("utf-8", "replace"), HTML, rule.text, rule)
    if rule.http is not None and not rule.takes and rule.status is None:
        return Reply(http, reason(http).encode(), "text/plain", reason(http), rule)
    return Reply.of(_body(rule, body), http=http, rule=rule)


def _body(rule: Rule, body: Mapping[str, Any]) -> dict[str, Any]:
    spoilt = dict(body)
    if rule.status not in (None, 100):
        spoilt["status"] = rule.status
    if rule.message is not None:
        spoilt["message"] = rule.message
    if rule.drop_rows and "data" in spoilt:
        spoilt["data"] = spoilt["data"][: -rule.drop_rows]
    if rule.no_data:
        spoilt.pop("data", None)
    return spoilt | dict(rule.extra)
