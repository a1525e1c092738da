"""Delivery reports: what Picky Assist says became of messages, put down on attempts and messages, in whatever order.

A report is about an attempt: a call that was made. What the reports and answers of all its attempts say together is the
state of a message. Which attempt a row is about is found by `adapter.delivery.report_matching`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import ways
from adapter.delivery.report_matching import NO_ANSWER, Finder, Match, Row
from adapter.delivery.states import ARRIVED, RANKS, REPORTED, UNDELIVERED
from adapter.store.tables import ATTEMPTS, MESSAGES, PUSHES, REPORTS

MOST_ROWS: Final = 100
"""Rows that are applied together: whoever wants to write meanwhile waits for that long."""
MOST_WAYS: Final = 5  # of one message, its first one included
_STOPPED: Final = ("queued", "retrying", "parked", "held", "dead", "cancelled")
ERRORS: Final[Mapping[str, str]] = {"failed": "delivery_failed", "refunded": "refunded"}
"""What stands as a message's error where a report says that it did not arrive."""


@dataclasses.dataclass(slots=True)
class Applied:
    """What came of some rows: those about messages that are being sent right now or are not known (yet), those that
    changed nothing, and how many messages got each state."""

    left: list[Row] = dataclasses.field(default_factory=list)
    known: int = 0
    states: dict[str, int] = dataclasses.field(default_factory=dict)


def apply_rows(
    connection: sa.Connection, account: str, destination: str, rows: Sequence[Row],
    *, received_at: float, now: float, via: str = "event", ask_after: float = 0.0,
) -> Applied:  # fmt: skip
    """Put down what `rows` say of this account's messages, in their order; `via` is `event` or `asked`.

    A row about a message that is being sent waits for the answer: it is `left`, like one that fits no message. Where a
    row names a push that got no answer, its report is asked for `ask_after` seconds later: others were in it. All of it
    is one transaction, which locks every message there is to change: give it some MOST_ROWS at a time.
    """
    applied = Applied()
    found = Finder(connection, account, destination, received_at).find(rows)
    messages = _locked(connection, found.values())
    attempts = _attempts_of(connection, list(messages))
    news = _News(received_at, now, via, ask_after)
    for at, row in enumerate(rows):
        match = found.get(at)
        message = messages.get(match.message_id) if match else None
        if match is None or message is None or message.status == "sending":
            applied.left.append(row)
            continue
        attempt = _meant(attempts[message.id], match, row)
        if attempt is None:
            applied.left.append(row)
            continue
        applied.known += 1
        if attempt.takes(row):
            news.add(message, attempt, row)
    news.write(connection)
    _move(connection, applied, [(one, attempts[one.id]) for one in news.messages.values()], now)
    return applied


@dataclasses.dataclass(slots=True)
class _Attempt:
    """An attempt, and what was told of it up to now."""

    seq: int
    push: str
    message_id: str
    outcome: str | None
    push_id: str | None
    msg_id: str | None
    credit: str | None
    delivery: str | None
    text: str | None = None

    def takes(self, row: Row) -> bool:
        """Take what a row says where it is news: reports come late, twice and in any order."""
        told = REPORTED[row["status"]]
        self.push_id, self.msg_id = self.push_id or row["push_id"], self.msg_id or row["msg_id"]
        if self.delivery is not None and RANKS[told] <= RANKS[self.delivery]:
            return False
        self.delivery, self.text = told, row["error"]
        return True

    @property
    def is_open(self) -> bool:
        """Whether nobody knows if this call was taken."""
        return self.delivery is None and (self.outcome is None or self.outcome in NO_ANSWER)

    @property
    def says(self) -> str | None:
        """The most that is known of it; None where it was surely not taken, or nobody knows."""
        return self.delivery or ("accepted" if self.outcome == "accepted" else None)


def _meant(attempts: Sequence[_Attempt], match: Match, row: Row) -> _Attempt | None:
    """Of a message's attempts the one that the row is about. Another row of the same post may have named the one that
    was found; then it is the next one that nobody knows the fate of."""
    if row["msg_id"] is not None:
        named = next((one for one in attempts if one.msg_id == row["msg_id"]), None)
        if named is not None:
            return named
    found = next(one for one in attempts if one.seq == match.seq)
    if found.msg_id is None or row["msg_id"] is None:
        return found
    return next((one for one in attempts if one.msg_id is None and one.is_open), None)


def _locked(connection: sa.Connection, matches: Iterable[Match]) -> dict[str, sa.Row[Any]]:
    """The messages, kept until the transaction ends, with the later ways of each: what arrived stops them."""
    ids = {one.message_id for one in matches}
    families = {one.chain or one.message_id for one in matches if one.chain or one.next_way}
    ids |= {f"{first}-{way}" for first in families for way in range(2, MOST_WAYS + 1)} | families
    query = sa.select(MESSAGES).where(MESSAGES.c.id.in_(sorted(ids))).order_by(MESSAGES.c.seq)
    return {row.id: row for row in connection.execute(query.with_for_update())}


_OF_AN_ATTEMPT: Final = tuple(
    ATTEMPTS.c[name]
    for name in ("seq", "push", "message_id", "outcome", "push_id", "msg_id", "credit", "delivery")
)  # fmt: skip


def _attempts_of(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[_Attempt]]:
    query = sa.select(*_OF_AN_ATTEMPT).where(ATTEMPTS.c.message_id.in_(ids)).order_by(ATTEMPTS.c.seq)
    found: dict[str, list[_Attempt]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.message_id].append(_Attempt(*row))
    return found


@dataclasses.dataclass(slots=True)
class _News:
    """Rows that said something new, to be written down together."""

    received_at: float
    now: float
    via: str
    ask_after: float
    messages: dict[str, sa.Row[Any]] = dataclasses.field(default_factory=dict)
    attempts: dict[int, _Attempt] = dataclasses.field(default_factory=dict)
    reports: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    def add(self, message: sa.Row[Any], attempt: _Attempt, row: Row) -> None:
        self.messages[message.id] = message
        self.attempts[attempt.seq] = attempt
        self.reports.append({
            "message_id": message.id, "push": attempt.push, "status": attempt.delivery, "at": self.received_at,
            "via": self.via, "error": row["error"],
        })  # fmt: skip

    def write(self, connection: sa.Connection) -> None:
        if not self.reports:
            return
        connection.execute(_UPDATE_ATTEMPT, [
            {"b_seq": one.seq, "b_delivery": one.delivery, "b_push_id": one.push_id, "b_msg_id": one.msg_id}
            for one in self.attempts.values()
        ])  # fmt: skip
        connection.execute(sa.insert(REPORTS), self.reports)
        named = {one.push: one.push_id for one in self.attempts.values() if one.push_id is not None}
        ask_at = self.received_at + self.ask_after if self.ask_after else None
        if named:
            unnamed = [{"b_push": push, "b_push_id": named[push], "b_ask_at": ask_at} for push in sorted(named)]
            connection.execute(_NAME_PUSH, unnamed)


_UPDATE_ATTEMPT: Final = (
    sa.update(ATTEMPTS)
    .where(ATTEMPTS.c.seq == sa.bindparam("b_seq"))
    .values(
        delivery=sa.bindparam("b_delivery"), push_id=sa.bindparam("b_push_id"), msg_id=sa.bindparam("b_msg_id"),
    )
)  # fmt: skip
_NAME_PUSH: Final = (
    sa.update(PUSHES)
    .where(PUSHES.c.id == sa.bindparam("b_push"), PUSHES.c.push_id.is_(None))
    .values(push_id=sa.bindparam("b_push_id"), ask_at=sa.bindparam("b_ask_at"))
)


def _move(
    connection: sa.Connection, applied: Applied, changed: Sequence[tuple[sa.Row[Any], list[_Attempt]]], now: float
) -> None:
    """Give each message the state that all of its attempts together mean."""
    moved: list[dict[str, Any]] = []
    noted: list[dict[str, Any]] = []
    failed: list[int] = []
    arrived: list[sa.Row[Any]] = []
    for message, attempts in changed:
        told = max((one for one in attempts if one.says), key=_weight)
        state = str(told.says)
        values: dict[str, Any] = {
            "b_seq": message.seq, "reported_at": now, "report": told.text if state in UNDELIVERED else None,
        }  # fmt: skip
        if not _leads(message.status, state, attempts):
            noted.append(values)
            continue
        moved.append(values | {
            "status": state, "changed_at": now, "due_at": 0.0, "error": ERRORS.get(state), "lease_token": None,
            "push_id": told.push_id, "msg_id": told.msg_id, "failures": 0, "failing_since": None, "credit": told.credit,
            "deadline_at": None if state in ARRIVED else message.deadline_at,
        })  # fmt: skip
        applied.states[state] = applied.states.get(state, 0) + 1
        if state in ARRIVED and message.next_way:
            arrived.append(message)
        if state in UNDELIVERED and message.ways:
            failed.append(message.seq)
    if moved:
        connection.execute(_MOVE, moved)
    if noted:
        connection.execute(_NOTE, noted)
    ways.stop_later(connection, arrived, now=now)
    ways.after_failure(connection, failed, now=now)


def _with(*names: str) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    return sa.update(MESSAGES).where(MESSAGES.c.seq == sa.bindparam("b_seq")).values(values)


_NOTE: Final = _with("reported_at", "report")
_MOVE: Final = _with(
    "reported_at", "report", "status", "changed_at", "due_at", "error", "lease_token", "push_id", "msg_id", "failures",
    "failing_since", "credit", "deadline_at",
)  # fmt: skip


def _weight(attempt: _Attempt) -> tuple[bool, int, int]:
    """One copy that arrived outdoes another one that did not; of equals the later one counts."""
    state = str(attempt.says)
    return state not in UNDELIVERED, RANKS[state], attempt.seq


def _leads(status: str, state: str, attempts: Sequence[_Attempt]) -> bool:
    """Whether a message of this status goes to what its attempts say."""
    if state not in UNDELIVERED:
        return status in {"unknown", *_STOPPED, *UNDELIVERED} or RANKS[state] > RANKS[status]
    if status == "unknown":
        return not any(one.is_open for one in attempts)  # one of them may still have arrived
    return RANKS.get(status, RANKS["failed"]) < RANKS["failed"]
