"""What an answer, or its absence, means for the messages of a push: one table, from Picky Assist's status list.

Body statuses look like HTTP codes and are not (408 is "project is not active"); the HTTP status is not the truth either,
because errors come under HTTP 200 (`docs/push-api.md`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

State = Literal["accepted", "retrying", "parked", "failed", "unknown"]
MOST_KEPT: Final = 2_000
_LONGEST_WAIT: Final = 86_400.0


@dataclasses.dataclass(frozen=True, slots=True)
class Meaning:
    """A row: the state a message goes to, a stable word, and a sentence for people with what to do.

    `floor` is the least seconds before a retry, `retry_for` for how many seconds in a row it is tried again at least,
    `most_failures` after how many in a row the message is dead, `content` says that one message of the push may be at
    fault and the others not.
    """

    state: State
    code: str
    sentence: str
    floor: float = 0.0
    most_failures: int | None = None
    content: bool = False
    retry_for: float = 0.0


_MINUTES: Final = 300.0
_DAYS: Final = 3 * 86_400.0

STATUSES: Final[Mapping[int, Meaning]] = {
    100: Meaning("accepted", "accepted", "Picky Assist took it."),
    101: Meaning("retrying", "service_unavailable", "Picky Assist says its service is unavailable. Kept; tried again by itself.", floor=10.0),
    401: Meaning("parked", "authentication_failed", "Picky Assist refused the token: check it, the IP restriction, and that a V4 project uses the V4 address."),
    402: Meaning("failed", "empty_number_list", "Picky Assist found no number in the push.", content=True),
    403: Meaning("parked", "no_balance", "No balance left. Nothing is lost: top up in Picky Assist and the messages leave."),
    404: Meaning("retrying", "phone_unreachable", "Picky Assist cannot reach the connected phone; it may be off. Kept; tried again by itself.", floor=_MINUTES, retry_for=_DAYS),
    405: Meaning("parked", "api_not_in_plan", "The API is not active for this Picky Assist plan: change the plan, the messages wait."),
    406: Meaning("failed", "invalid_number", "Picky Assist does not take this number. Mend it where it comes from and send again.", content=True),
    407: Meaning("failed", "empty_message", "Picky Assist found the message empty.", content=True),
    408: Meaning("parked", "project_inactive", "The Picky Assist project is not active: activate it, the messages wait."),
    409: Meaning("parked", "invalid_user", "Picky Assist does not know the user of this token: check the account, the messages wait."),
    410: Meaning("failed", "invalid_request", "Picky Assist called the push invalid.", content=True),
    801: Meaning("parked", "wrong_application", "This WhatsApp channel is not active or PICKY_APPLICATION is not this account's: correct it, the messages wait."),
    802: Meaning("failed", "window_closed", "This customer has not written in the last 24 hours, so WhatsApp allows only approved templates.", content=True),
}  # fmt: skip

UNDOCUMENTED: Final = Meaning(
    "retrying",
    "undocumented_status",
    "Picky Assist answered with a status that is not documented.",
    floor=60.0,
    most_failures=3,
)
NOT_SENT: Final = Meaning(
    "retrying", "not_connected", "No connection to Picky Assist; nothing was sent. Tried again by itself."
)
TOO_MANY: Final = Meaning(
    "retrying", "rate_limited", "Picky Assist says too many requests a minute. Kept; tried again by itself.", floor=60.0
)
REDIRECTED: Final = Meaning(
    "parked", "redirected", "The address in PICKY_URL answers with a redirect; correct it, the messages wait."
)
BROKEN_OFF: Final = Meaning(
    "unknown",
    "no_answer",
    "It was sent, but the line broke before an answer came. It may have arrived.",
)
UNREADABLE: Final = Meaning(
    "unknown",
    "unreadable_answer",
    "It was sent, but the answer could not be read. It may have arrived.",
)
INTERRUPTED: Final = Meaning(
    "unknown",
    "interrupted",
    "The relay stopped while it was being sent. It may have arrived.",
)

ALL_MEANINGS: Final = (
    *STATUSES.values(),
    UNDOCUMENTED,
    NOT_SENT,
    TOO_MANY,
    REDIRECTED,
    BROKEN_OFF,
    UNREADABLE,
    INTERRUPTED,
)
SENTENCES: Final[Mapping[str, str]] = {meaning.code: meaning.sentence for meaning in ALL_MEANINGS}


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One entry of an answer's `data`: `credit` is a decimal as text."""

    number: str
    msg_id: str | None
    credit: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one push. `status` is the body's, None where there was none; `text` a cut copy for the operator."""

    meaning: Meaning
    http_status: int | None = None
    status: int | None = None
    push_id: str | None = None
    rows: tuple[Row, ...] = ()
    message: str = ""
    text: str = ""
    retry_after: float = 0.0

    @property
    def took_some(self) -> bool:
        """A refusal that names a push or a message took at least those."""
        return self.push_id is not None or bool(self.rows)


def balance_of(outcome: Outcome) -> Decimal | None:
    """The balance that an answer to `/check-balance` names; None where it names none."""
    try:
        return Decimal(str(json.loads(outcome.text)["balance"]))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return None


def kept(body: bytes) -> str:
    """An answer as it is kept for the operator: cut, and storable."""
    return _storable(body[: 4 * MOST_KEPT].decode("utf-8-sig", "replace")[:MOST_KEPT])


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")  # PostgreSQL's text cannot hold a NUL


def classify(http_status: int, body: bytes, *, retry_after: str | None = None) -> Outcome:
    """The outcome of an answer that arrived whole."""
    text = kept(body)
    try:
        answer = json.loads(_storable(body.decode("utf-8-sig", "replace")))
    except (ValueError, RecursionError):
        answer = None
    status = _status(answer)
    if status is None or (status not in STATUSES and http_status >= 500) or _is_echo(http_status, status, answer):
        return Outcome(_of_transport(http_status), http_status, text=text, retry_after=retry_seconds(retry_after))
    return Outcome(
        STATUSES.get(status, TOO_MANY if http_status == 429 else UNDOCUMENTED),
        http_status,
        status,
        push_id=_text(answer.get("push_id")),
        rows=_rows(answer.get("data")),
        message=(_text(answer.get("message")) or "")[:200],
        text=text,
        retry_after=retry_seconds(retry_after),
    )


def _is_echo(http_status: int, status: int, answer: Mapping[str, Any]) -> bool:
    """A gateway that repeats its own HTTP status (404, 408) in JSON does not speak Picky Assist's language.

    The push API answers errors under HTTP 200.
    """
    return status == http_status and http_status >= 400 and "push_id" not in answer and "data" not in answer


def _status(answer: Any) -> int | None:
    """The body's status as a number; it is documented as a number, and read from text too."""
    status = answer.get("status") if isinstance(answer, dict) else None
    if isinstance(status, str) and status.strip().isascii() and status.strip().isdecimal() and len(status) < 10:
        return int(status)
    if not isinstance(status, int) or isinstance(status, bool):
        return None
    return status if 0 <= status < 10**9 else None


def _of_transport(http_status: int) -> Meaning:
    if http_status == 429:
        return TOO_MANY
    return REDIRECTED if 300 <= http_status < 400 else UNREADABLE


def _rows(data: Any) -> tuple[Row, ...]:
    if not isinstance(data, list):
        return ()
    rows = [entry for entry in data[:10_000] if isinstance(entry, dict) and _text(entry.get("number"))]
    return tuple(
        Row(str(entry["number"]).strip().lstrip("+"), _text(entry.get("msg_id")), _text(entry.get("credit")))
        for entry in rows
    )


def _text(value: Any) -> str | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value in {"", "0", 0}:
        return None
    return str(value)[:200].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def retry_seconds(header: str | None) -> float:
    """Seconds from now that a `Retry-After` names, as a number or as a date; 0 where it names none."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), _LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(text) - dt.datetime.now(dt.UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(0.0, seconds), _LONGEST_WAIT)
