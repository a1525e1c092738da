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
from adapter.delivery.states import RANKS, REPORTED, UNDELIVERED
from adapter.picky import outcome as outcomes
from adapter.store.tables import ATTEMPTS, MESSAGES, OWN_REFERENCE, PUSHES, REPORTS

Row = Mapping[str, Any]
CHUNK: Final = 200  # rows that are looked up together
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
    row names a push that got no answer, its report is asked for `ask_after` seconds later: others were in it.
    """
    applied = Applied()
    finder = _Finder(connection, account, destination, received_at)
    for start in range(0, len(rows), CHUNK):
        _apply(connection, applied, finder, rows[start : start + CHUNK], _Notes(received_at, now, via, ask_after))
    return applied


@dataclasses.dataclass(frozen=True, slots=True)
class _Notes:
    """What is written down beside a report."""

    received_at: float
    now: float
    via: str
    ask_after: float


def _apply(connection: sa.Connection, applied: Applied, finder: _Finder, rows: Sequence[Row], notes: _Notes) -> None:
    found = finder.find(rows)
    messages = _locked(connection, {attempt.message_id for attempt in found.values()})
    attempts = _attempts_of(connection, list(messages))
    changed: dict[str, None] = {}
    for at, row in enumerate(rows):
        match = found.get(at)
        message = messages.get(match.message_id) if match else None
        if match is None or message is None or message.status == "sending":
            applied.left.append(row)
            continue
        applied.known += 1
        attempt = next(one for one in attempts[message.id] if one.seq == match.seq)
        if attempt.takes(row):
            changed[message.id] = None
            _note(connection, attempt, row, notes)
    _move(connection, applied, [(messages[one], attempts[one]) for one in changed], notes.now)


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


def _locked(connection: sa.Connection, ids: set[str]) -> dict[str, sa.Row[Any]]:
    """The messages, kept until the transaction ends; in the order in which everybody takes them."""
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


def _note(connection: sa.Connection, attempt: _Attempt, row: Row, notes: _Notes) -> None:
    """Write down a report that said something new. Picky Assist reports on nothing that it did not take."""
    connection.execute(
        sa.update(ATTEMPTS).where(ATTEMPTS.c.seq == attempt.seq).values(
            delivery=attempt.delivery, outcome="accepted", push_id=attempt.push_id, msg_id=attempt.msg_id
        )
    )  # fmt: skip
    attempt.outcome = "accepted"
    connection.execute(
        sa.insert(REPORTS),
        {"message_id": attempt.message_id, "push": attempt.push, "status": attempt.delivery, "at": notes.received_at,
         "via": notes.via, "error": row["error"]},
    )  # fmt: skip
    if attempt.push_id is not None:
        unnamed = (PUSHES.c.id == attempt.push) & PUSHES.c.push_id.is_(None)
        ask_at = notes.received_at + notes.ask_after if notes.ask_after else None
        connection.execute(sa.update(PUSHES).where(unnamed).values(push_id=attempt.push_id, ask_at=ask_at))


def _move(
    connection: sa.Connection, applied: Applied, changed: Iterable[tuple[sa.Row[Any], list[_Attempt]]], now: float
) -> None:
    """Give each message the state that all of its attempts together mean."""
    failed: list[sa.Row[Any]] = []
    arrived: list[sa.Row[Any]] = []
    for message, attempts in changed:
        told = max((one for one in attempts if one.says), key=_weight)
        state = str(told.says)
        values: dict[str, Any] = {"reported_at": now, "report": told.text if state in UNDELIVERED else None}
        if _leads(message.status, state, attempts):
            values |= {
                "status": state, "changed_at": now, "due_at": 0.0, "error": ERRORS.get(state), "lease_token": None,
                "push_id": told.push_id, "msg_id": told.msg_id, "failures": 0, "failing_since": None,
                "credit": told.credit,
            }  # fmt: skip
            applied.states[state] = applied.states.get(state, 0) + 1
            (failed if state in UNDELIVERED else arrived).append(message)
        if state in {"delivered", "read"}:
            values["deadline_at"] = None
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.seq == message.seq).values(values))
    ways.stop_later(connection, [one for one in arrived if one.next_way], now=now)
    ways.after_failure(connection, [one.seq for one in failed if one.ways], now=now)


def _weight(attempt: _Attempt) -> tuple[bool, int]:
    """One copy that arrived outdoes another one that did not."""
    state = str(attempt.says)
    return state not in UNDELIVERED, RANKS[state]


def _leads(status: str, state: str, attempts: Sequence[_Attempt]) -> bool:
    """Whether a message of this status goes to what its attempts say."""
    if state not in UNDELIVERED:
        return status in {"unknown", *_STOPPED, *UNDELIVERED} or RANKS[state] > RANKS[status]
    if any(one.is_open for one in attempts):
        return False
    return status == "unknown" or RANKS.get(status, RANKS["failed"]) < RANKS["failed"]


@dataclasses.dataclass(frozen=True, slots=True)
class _Match:
    seq: int
    message_id: str
    reference: str
    number: str
    push_id: str | None
    msg_id: str | None


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
                ATTEMPTS.c.push_id, ATTEMPTS.c.msg_id,
            )
            .join(MESSAGES, MESSAGES.c.id == ATTEMPTS.c.message_id)
            .where(MESSAGES.c.account == self.account, MESSAGES.c.destination == self.destination)
            .where(ATTEMPTS.c.started_at <= self.received_at + _CLOCK_SLACK)
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
        is_meant |= OWN_REFERENCE & MESSAGES.c.reference.in_(references)
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
            match = _Match(one.seq, one.message_id, one.reference, one.number, one.push_id, one.msg_id)
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
