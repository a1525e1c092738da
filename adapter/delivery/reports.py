"""Delivery reports: what Picky Assist says became of messages, put down on attempts and messages, in whatever order.

A report is about an attempt: a call that was made. What the reports and answers of all its attempts say together is the
state of a message. A row is a mapping with `push_id`, `msg_id`, `number`, `reference` (text or None), `status` (0 to 5)
and `error`, as `adapter.picky.reports` reads it.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import ways
from adapter.delivery.spellings import proper
from adapter.delivery.states import ARRIVED, RANKS, REPORTED, UNDELIVERED
from adapter.picky import outcome as outcomes
from adapter.store.tables import ATTEMPTS, MESSAGES, OWN_REFERENCE, PUSHES, REPORTS

Row = Mapping[str, Any]
MOST_ROWS: Final = 100
"""Rows that are applied together: whoever wants to write meanwhile waits for that long."""
MOST_WAYS: Final = 5  # of one message, its first one included
_CLOCK_SLACK: Final = 60.0  # a report may seem to be older than its attempt, where two clocks differ
_NO_ANSWER: Final = frozenset(
    {outcomes.BROKEN_OFF.code, outcomes.UNREADABLE.code, outcomes.INTERRUPTED.code, "unknown"}
)
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
    found = _Finder(connection, account, destination, received_at).find(rows)
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
        return self.delivery is None and (self.outcome is None or self.outcome in _NO_ANSWER)

    @property
    def says(self) -> str | None:
        """The most that is known of it; None where it was surely not taken, or nobody knows."""
        return self.delivery or ("accepted" if self.outcome == "accepted" else None)


def _meant(attempts: Sequence[_Attempt], match: _Match, row: Row) -> _Attempt | None:
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


def _locked(connection: sa.Connection, matches: Iterable[_Match]) -> dict[str, sa.Row[Any]]:
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Match:
    seq: int
    message_id: str
    reference: str
    number: str
    push_id: str | None
    msg_id: str | None
    chain: str | None
    next_way: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Finder:
    """Finds the attempts that rows are about: by `msg_id`, by `push_id` and number, by reference, number and time.

    Only among the messages of the account that was reported to; where two fit, none does.
    """

    connection: sa.Connection
    account: str
    destination: str
    received_at: float

    def find(self, rows: Sequence[Row]) -> dict[int, _Match]:
        """The attempt of each row, by the row's place."""
        found: dict[int, _Match] = {}
        for candidates in (self._by_msg_id, self._by_push_id, self._by_reference):
            rest = {at: row for at, row in enumerate(rows) if at not in found}
            if not rest:
                break
            for at, fitting in candidates(rest).items():
                if (only := _only(fitting, rest[at])) is not None:
                    found[at] = only
        return found

    def _select(self) -> sa.Select[Any]:
        return (
            sa.select(
                ATTEMPTS.c.seq, ATTEMPTS.c.message_id, MESSAGES.c.reference, MESSAGES.c.number,
                ATTEMPTS.c.push_id, ATTEMPTS.c.msg_id, MESSAGES.c.chain, MESSAGES.c.next_way,
            )
            .join(MESSAGES, MESSAGES.c.id == ATTEMPTS.c.message_id)
            .where(MESSAGES.c.account == self.account, MESSAGES.c.destination == self.destination)
            .order_by(ATTEMPTS.c.seq)
        )  # fmt: skip

    def _by_msg_id(self, rows: Mapping[int, Row]) -> dict[int, list[_Match]]:
        wanted = {row["msg_id"] for row in rows.values() if row["msg_id"]}
        query = self._select().where(ATTEMPTS.c.msg_id.in_(sorted(wanted)))
        return self._grouped(query, wanted, rows, lambda row: row["msg_id"], lambda one: one.msg_id)

    def _by_push_id(self, rows: Mapping[int, Row]) -> dict[int, list[_Match]]:
        """Of an answer that named the push and not each message."""
        wanted = {row["push_id"] for row in rows.values() if row["push_id"] and row["number"]}
        query = (
            self._select()
            .add_columns(PUSHES.c.push_id.label("pushed"))
            .join(PUSHES, PUSHES.c.id == ATTEMPTS.c.push)
            .where(PUSHES.c.push_id.in_(sorted(wanted)), ATTEMPTS.c.msg_id.is_(None))
        )
        return self._grouped(
            query,
            wanted,
            rows,
            lambda row: (row["push_id"], proper(row["number"] or "")),
            lambda one: (one.pushed, proper(one.number)),
        )

    def _by_reference(self, rows: Mapping[int, Row]) -> dict[int, list[_Match]]:
        """Of a call that got no answer at all. A reference of the hook's own may stand on several messages."""
        wanted = {row["reference"] for row in rows.values() if row["reference"]}
        references = sorted(wanted)
        is_meant = MESSAGES.c.id.in_(references) & ~OWN_REFERENCE
        in_time = ATTEMPTS.c.started_at <= self.received_at + _CLOCK_SLACK
        is_meant |= OWN_REFERENCE & MESSAGES.c.reference.in_(references) & in_time
        query = self._select().where(is_meant, ATTEMPTS.c.msg_id.is_(None))
        is_latest = (MESSAGES.c.status == "unknown") & (MESSAGES.c.push == ATTEMPTS.c.push)
        may_be = ATTEMPTS.c.outcome.is_(None) | ATTEMPTS.c.outcome.in_([*sorted(_NO_ANSWER), "accepted"])
        query = query.where(may_be | is_latest)
        return self._grouped(query, wanted, rows, lambda row: row["reference"], lambda one: one.reference)

    def _grouped(
        self, query: sa.Select[Any], wanted: set[Any], rows: Mapping[int, Row],
        of_row: Callable[[Row], Any], of_match: Callable[[sa.Row[Any]], Any],
    ) -> dict[int, list[_Match]]:  # fmt: skip
        if not wanted:
            return {}
        by_key: dict[Any, list[_Match]] = defaultdict(list)
        for one in self.connection.execute(query):
            match = _Match(*one[:8])
            by_key[of_match(one)].append(match)
        return {at: by_key[of_row(row)] for at, row in rows.items() if of_row(row) in by_key}


def _only(fitting: Sequence[_Match], row: Row) -> _Match | None:
    """The one that fits in everything the row says; of one message's several attempts the oldest."""
    left = [one for one in fitting if _agrees(one, row)]
    return left[0] if len({one.message_id for one in left}) == 1 else None


def _agrees(match: _Match, row: Row) -> bool:
    """Whether nothing differs that both know; where the `msg_id` is the same the number may."""
    is_by_id = match.msg_id is not None and match.msg_id == row["msg_id"]
    return (
        _same(match.push_id, row["push_id"])
        and (is_by_id or row["number"] is None or proper(match.number) == proper(row["number"]))
        and (_same(match.reference, row["reference"]) or _is_cut(row["reference"], match.reference))
    )


def _same(known: str | None, told: str | None) -> bool:
    return known is None or told is None or known == told


def _is_cut(told: str, reference: str) -> bool:
    """Nobody says how long a reference may be; the beginning of a long one is still the same."""
    return len(told) >= _CUT and reference.startswith(told)


_CUT: Final = 30
