"""Settle a push: what its outcome means for each of its messages, written down on push, attempts and messages."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import ways
from adapter.delivery.gate import gate_to_note, note_outcome
from adapter.delivery.outbox import Claimed, recall
from adapter.faultpoints import reach
from adapter.picky.outcome import Outcome, Row
from adapter.store.engine import Store
from adapter.store.tables import ATTEMPTS, HANDED, MESSAGES, PUSHES, status_is


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """How failures are met; all in seconds.

    A message is tried again after a random pause of up to `pause` times two to the number of its failures, at most
    `longest`, until it failed for `retry_for` in a row. `resend_after` is how long a message without an answer waits
    where its hook says `on_unknown: resend`. `split`: a push refused for its content is sent again in halves; else it
    is held. `report_after` is how long nothing may be reported of what was taken before its delivery report is asked
    for; 0 never asks. `zone` is where the days of an account's daily cap begin.
    """

    pause: float = 2.0
    longest: float = 3600.0
    retry_for: float = 36_000.0
    resend_after: float = 900.0
    split: bool = True
    report_after: float = 1800.0
    zone: dt.tzinfo = dt.UTC


DEFAULT: Final = Policy()


def settle(
    store: Store, claimed: Claimed, rows: Sequence[sa.Row[Any]], outcome: Outcome,
    *, push: str, now: float, policy: Policy = DEFAULT,
) -> dict[str, int]:  # fmt: skip
    """Write down what came of a push, on the push, its attempts, and each message that it is still the latest push of.

    A message that was given up meanwhile takes what a late answer proves. Returns how many messages got each state.
    """
    made = _Made(push, outcome, len(rows), now, policy)
    verdicts = [_verdict(made, at, row) for at, row in enumerate(rows)]
    with store.write() as connection:
        gate = gate_to_note(store, connection, claimed.account.name, claimed.destination, outcome)
        moved = [{"b_seq": row.seq, "b_push": push, **new} for row, new in zip(rows, verdicts, strict=True)]
        accepted = [new for new in moved if new["status"] == "accepted"]
        if len(accepted) < len(moved):
            _settle_others(connection, rows, [new for new in moved if new["status"] != "accepted"], push, now)
        if accepted:
            connection.execute(_ACCEPT_MESSAGE, accepted)
        connection.execute(_UPDATE_ATTEMPT, [
            {"b_push": push, "b_id": row.id, "finished_at": now, "outcome": new["error"] or new["status"],
             "push_id": new["push_id"], "msg_id": new["msg_id"], "credit": new["credit"]}
            for row, new in zip(rows, verdicts, strict=True)
        ])  # fmt: skip
        # This one last: PostgreSQL ends an idle transaction (see END_IDLE) only behind a statement that stands alone.
        connection.execute(_UPDATE_PUSH, {
            "b_push": push, "finished_at": now, "outcome": outcome.meaning.code, "http_status": outcome.http_status,
            "body_status": outcome.status, "answer": outcome.text, "push_id": outcome.push_id,
            "ask_at": now + policy.report_after if accepted and outcome.push_id and policy.report_after else None,
        })  # fmt: skip
        if gate is not None:
            note_outcome(connection, gate, outcome, now)
        reach("settle.written")
    return _counted(verdicts)


def _settle_others(
    connection: sa.Connection, rows: Sequence[sa.Row[Any]], others: Sequence[dict[str, Any]], push: str, now: float
) -> None:
    """Those that were not accepted. All rows are locked first, in the order in which everybody takes them."""
    seqs = [row.seq for row in rows]
    query = sa.select(MESSAGES.c.id, MESSAGES.c.seq).where(MESSAGES.c.seq.in_(seqs)).order_by(MESSAGES.c.seq)
    ids = {row.seq: row.id for row in connection.execute(query.with_for_update())}
    still = (MESSAGES.c.push == push) & _NO_ANSWER_YET
    listed = [ids[new["b_seq"]] for new in others if new["b_seq"] in ids]
    recalled = recall(connection, listed, still, now=now)
    changed = [new for new in others if ids.get(new["b_seq"]) not in recalled]
    if changed:
        connection.execute(_UPDATE_MESSAGE, changed)
    if failed := [new["b_seq"] for new in changed if new["status"] == "failed"]:
        refused = [ids[seq] for seq in failed if seq in ids]
        connection.execute(sa.delete(HANDED).where(HANDED.c.message_id.in_(refused)))  # its recipient got nothing
        ways.after_failure(connection, failed, now=now)


def _counted(verdicts: Sequence[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for new in verdicts:
        counts[new["status"]] = counts.get(new["status"], 0) + 1
    return counts


_UPDATE_PUSH: Final = (
    sa.update(PUSHES)
    .where(PUSHES.c.id == sa.bindparam("b_push"))
    .values({
        **{name: sa.bindparam(name) for name in ("finished_at", "outcome", "http_status", "body_status", "answer")},
        "push_id": sa.func.coalesce(sa.bindparam("push_id"), PUSHES.c.push_id),
        "ask_at": sa.func.coalesce(sa.bindparam("ask_at"), PUSHES.c.ask_at),
    })
)  # fmt: skip
# The ids that a report named stand, where this answer is late and names none.
_UPDATE_ATTEMPT: Final = (
    sa.update(ATTEMPTS)
    .where(ATTEMPTS.c.push == sa.bindparam("b_push"), ATTEMPTS.c.message_id == sa.bindparam("b_id"))
    .values({
        "finished_at": sa.bindparam("finished_at"),
        "outcome": sa.bindparam("outcome"),
        "push_id": sa.func.coalesce(sa.bindparam("push_id"), ATTEMPTS.c.push_id),
        "msg_id": sa.func.coalesce(sa.bindparam("msg_id"), ATTEMPTS.c.msg_id),
        "credit": sa.bindparam("credit"),
    })
)  # fmt: skip
_STILL_ITS_PUSH: Final = (MESSAGES.c.seq == sa.bindparam("b_seq")) & (MESSAGES.c.push == sa.bindparam("b_push"))
_NO_ANSWER_YET: Final = status_is("sending", "unknown")
_NEW: Final[dict[str, Any]] = {
    name: sa.bindparam(name)
    for name in (
        "status", "changed_at", "due_at", "split", "failures", "failing_since",
        "push_id", "msg_id", "credit", "error", "lease_token",
    )
}  # fmt: skip
# This very call is known not to have been delivered: that it was taken is no news.
_IS_REPORTED: Final = (
    sa.select(ATTEMPTS.c.seq)
    .where(ATTEMPTS.c.message_id == MESSAGES.c.id, ATTEMPTS.c.push == sa.bindparam("b_push"))
    .where(ATTEMPTS.c.delivery.is_not(None))
    .exists()
)
_UPDATE_MESSAGE: Final = sa.update(MESSAGES).where(_STILL_ITS_PUSH, _NO_ANSWER_YET).values(_NEW)
# What an answer says was taken is taken, whatever became of the message meanwhile; only a newer call is waited for.
_ACCEPT_MESSAGE: Final = (
    sa.update(MESSAGES)
    .where(
        MESSAGES.c.seq == sa.bindparam("b_seq"),
        (MESSAGES.c.push == sa.bindparam("b_push")) | ~status_is("sending"),
        ~status_is("accepted", "submitted", "delivered", "read", "refunded"),
        MESSAGES.c.reported_at.is_(None) | ~_IS_REPORTED,
    )
    .values(_NEW)
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Made:
    """A push that was made, of `size` messages, and what came of it."""

    id: str
    outcome: Outcome
    size: int
    now: float
    policy: Policy


def _verdict(made: _Made, at: int, row: sa.Row[Any]) -> dict[str, Any]:
    """The new columns of one message, the `at`-th of its push."""
    outcome, meaning = made.outcome, made.outcome.meaning
    new: dict[str, Any] = {
        "failures": 0, "failing_since": None,
        "status": meaning.state, "changed_at": made.now, "due_at": 0.0, "split": row.split,
        "push_id": outcome.push_id, "msg_id": None, "credit": None, "lease_token": None,
        "error": None if meaning.state == "accepted" else meaning.code,
    }  # fmt: skip
    answered = _answer_row(row.number, outcome.rows)
    if answered is not None:
        new |= {"msg_id": answered.msg_id, "credit": answered.credit}
    if meaning.state != "accepted" and outcome.took_some:
        new |= {"status": "accepted", "error": None} if answered else {"status": "unknown"}
    elif meaning.content and made.size > 1:
        new |= {"status": "held"}
        if made.policy.split:  # one of them is at fault: both halves go again, each by itself
            new |= {"status": "retrying", "split": f"{made.id}.{int(at >= made.size // 2)}"}
    elif meaning.state == "retrying":
        new |= _retry(made, row)
    if new["status"] == "unknown" and row.resend:
        new |= {"due_at": made.now + made.policy.resend_after}
    return new


def _answer_row(number: str, answered: Sequence[Row]) -> Row | None:
    return next((row for row in answered if row.number == number), None)


def _retry(made: _Made, row: sa.Row[Any]) -> dict[str, Any]:
    """Full jitter; dead after too long in a row. What waited parked or queued did not fail meanwhile."""
    outcome, policy, now = made.outcome, made.policy, made.now
    meaning, failures = outcome.meaning, row.failures + 1
    since = row.failing_since or now
    counted = {"failures": failures, "failing_since": since}
    retry_for = max(meaning.retry_for, policy.retry_for)
    if now - since > retry_for or failures >= (meaning.most_failures or failures + 1):
        return counted | {"status": "dead"}
    ceiling = min(policy.longest, policy.pause * 2.0 ** min(failures - 1, 20))
    jitter = random.uniform(0.0, ceiling)  # noqa: S311 - spreads retries, guards nothing
    return counted | {"due_at": now + max(meaning.floor, outcome.retry_after, jitter, _LEAST_PAUSE)}


_LEAST_PAUSE: Final = 0.05  # a due time of 0 means now; and nothing is tried again in the same breath
