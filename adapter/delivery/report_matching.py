"""Which attempt a row of a delivery report is about.

A row is a mapping with `push_id`, `msg_id`, `number`, `reference` (text or None), `status` (0 to 5) and `error`, as
`adapter.picky.reports` reads it.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.spellings import proper
from adapter.picky import outcome as outcomes
from adapter.store.tables import ATTEMPTS, MESSAGES, OWN_REFERENCE, PUSHES

Row = Mapping[str, Any]
_CLOCK_SLACK: Final = 60.0  # a report may seem to be older than its attempt, where two clocks differ
NO_ANSWER: Final = frozenset({outcomes.BROKEN_OFF.code, outcomes.UNREADABLE.code, outcomes.INTERRUPTED.code, "unknown"})
"""What stands as the outcome of a call of which nobody knows whether it was taken."""


@dataclasses.dataclass(frozen=True, slots=True)
class Match:
    """An attempt, by its `seq`, with what a row may say of its message."""

    seq: int
    message_id: str
    reference: str
    number: str
    push_id: str | None
    msg_id: str | None
    chain: str | None
    next_way: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Finder:
    """Finds the attempts that rows are about: by `msg_id`, by `push_id` and number, by reference, number and time.

    Only among the messages of the account that was reported to; where two fit, none does.
    """

    connection: sa.Connection
    account: str
    destination: str
    received_at: float

    def find(self, rows: Sequence[Row]) -> dict[int, Match]:
        """The attempt of each row, by the row's place."""
        found: dict[int, Match] = {}
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

    def _by_msg_id(self, rows: Mapping[int, Row]) -> dict[int, list[Match]]:
        wanted = {row["msg_id"] for row in rows.values() if row["msg_id"]}
        query = self._select().where(ATTEMPTS.c.msg_id.in_(sorted(wanted)))
        return self._grouped(query, wanted, rows, lambda row: row["msg_id"], lambda one: one.msg_id)

    def _by_push_id(self, rows: Mapping[int, Row]) -> dict[int, list[Match]]:
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

    def _by_reference(self, rows: Mapping[int, Row]) -> dict[int, list[Match]]:
        """Of a call that got no answer at all. A reference of the hook's own may stand on several messages."""
        wanted = {row["reference"] for row in rows.values() if row["reference"]}
        references = sorted(wanted)
        is_meant = MESSAGES.c.id.in_(references) & ~OWN_REFERENCE
        in_time = ATTEMPTS.c.started_at <= self.received_at + _CLOCK_SLACK
        is_meant |= OWN_REFERENCE & MESSAGES.c.reference.in_(references) & in_time
        query = self._select().where(is_meant, ATTEMPTS.c.msg_id.is_(None))
        is_latest = (MESSAGES.c.status == "unknown") & (MESSAGES.c.push == ATTEMPTS.c.push)
        may_be = ATTEMPTS.c.outcome.is_(None) | ATTEMPTS.c.outcome.in_([*sorted(NO_ANSWER), "accepted"])
        query = query.where(may_be | is_latest)
        return self._grouped(query, wanted, rows, lambda row: row["reference"], lambda one: one.reference)

    def _grouped(
        self, query: sa.Select[Any], wanted: set[Any], rows: Mapping[int, Row],
        of_row: Callable[[Row], Any], of_match: Callable[[sa.Row[Any]], Any],
    ) -> dict[int, list[Match]]:  # fmt: skip
        if not wanted:
            return {}
        by_key: dict[Any, list[Match]] = defaultdict(list)
        for one in self.connection.execute(query):
            match = Match(*one[:8])
            by_key[of_match(one)].append(match)
        return {at: by_key[of_row(row)] for at, row in rows.items() if of_row(row) in by_key}


def _only(fitting: Sequence[Match], row: Row) -> Match | None:
    """The one that fits in everything the row says; of one message's several attempts the oldest."""
    left = [one for one in fitting if _agrees(one, row)]
    return left[0] if len({one.message_id for one in left}) == 1 else None


def _agrees(match: Match, row: Row) -> bool:
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
