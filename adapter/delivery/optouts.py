"""The opt-out lists: who wants nothing more from an account, by a message, the owner's hand, or an import.

What waits for such a number is cancelled in the transaction that puts it on the list. What comes to be due later is
stopped by `adapter.delivery.outbox.begin`, which asks `among` right before a push.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery.spellings import proper, spellings
from adapter.delivery.states import WAITING
from adapter.delivery.stop_words import Said, Words
from adapter.store.engine import Store
from adapter.store.many_rows import ManyRows
from adapter.store.tables import BACK, BUSY, DEDUPE, MESSAGES, OPTOUTS, status_is

ERROR: Final = "opted_out"
"""The error of a message that was cancelled because its number is on the list."""
PAGE: Final = 500  # rows of one look when all are read


class Put(NamedTuple):
    """How many numbers are new on the list, and how many waiting messages were cancelled."""

    added: int
    cancelled: int


def add(connection: sa.Connection, account: str, number: str, *, via: str, word: str | None = None, now: float) -> bool:
    """Put a number (digits with country code) on the account's list; True where it was not on it.

    Every message of the account that waits for it, or whose first way was the account's, is cancelled. One that is
    `sending` stays: the call is under way.
    """
    return put(connection, account, {number: now}, via=via, word=word, now=now).added == 1


def put(
    connection: sa.Connection,
    account: str,
    since: Mapping[str, float],
    *,
    via: str,
    word: str | None = None,
    now: float,
) -> Put:
    """As `add`, for some hundred numbers at once, each with the time since when it is on the list."""
    rows: dict[str, float] = {}
    for number, moment in since.items():
        rows.setdefault(proper(number), moment)
    ordered = sorted(rows)
    _take_turn(connection)
    written = [
        _ROWS.row(
            connection.dialect,
            {"account": account, "number": one, "since": rows[one], "via": via, "word": word},
        )
        for one in ordered
    ]
    return Put(_ROWS.write(connection, written), _cancel(connection, account, ordered, now))


def _take_turn(connection: sa.Connection) -> None:
    """One who changes lists at a time, until the end of the transaction: each locks many rows, and nobody shall wait in
    a circle. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


_TURN: Final = sa.text("SELECT pg_advisory_xact_lock(7425539261)")  # any number that nobody else uses for such a lock


def _unless_there(values: Any, dialect: sa.Dialect) -> sa.Insert:
    insert: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    unless: sa.Insert = insert(OPTOUTS).values(values).on_conflict_do_nothing()
    return unless


_ROWS: Final = ManyRows(OPTOUTS, OPTOUTS.c.keys(), finish=_unless_there)


def _cancel(connection: sa.Connection, account: str, numbers: Collection[str], now: float) -> int:
    asked = {"numbers": [one for number in numbers for one in spellings(number)], "of": account, "now": now}
    return sum(len(connection.execute(statement, asked).all()) for statement in CANCEL) if numbers else 0


def _cancelling(where: sa.ColumnElement[bool]) -> Any:
    """PostgreSQL locks the rows in their order, as everybody does who changes several messages."""
    mine = (MESSAGES.c.account == sa.bindparam("of")) | (MESSAGES.c.origin == sa.bindparam("of"))
    theirs = MESSAGES.c.number.in_(sa.bindparam("numbers", expanding=True))
    chosen = sa.select(MESSAGES.c.seq).where(where, theirs, mine).order_by(MESSAGES.c.seq)
    found = chosen.with_for_update().cte("chosen")
    cancelled = {
        "status": "cancelled", "error": ERROR, "changed_at": sa.bindparam("now"), "due_at": sa.literal(0.0),
        "lease_token": None, "deadline_at": None,
    }  # fmt: skip
    here = MESSAGES.c.seq.in_(sa.select(found.c.seq)) & MESSAGES.c.status.in_(WAITING)
    return sa.update(MESSAGES).where(here).values(cancelled).returning(MESSAGES.c.seq)


CANCEL: Final = (_cancelling(BUSY & status_is("queued", "retrying")), _cancelling(BACK))
"""Cancels what waits for `numbers` of the account `of`, each part by an index of numbers."""


def remove(connection: sa.Connection, account: str, number: str) -> bool:
    """Take a number off the account's list; False where it was not on it. What was cancelled stays cancelled."""
    mine = (OPTOUTS.c.account == account) & (OPTOUTS.c.number == proper(number))
    _take_turn(connection)
    return connection.execute(sa.delete(OPTOUTS).where(mine)).rowcount > 0


def is_out(connection: sa.Connection, account: str, number: str) -> bool:
    """Whether the account must not message the number, in whatever spelling."""
    return bool(among(connection, [(account, number)]))


def among(connection: sa.Connection, asked: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of the pairs of account and number that are on a list, spelled as they were asked for."""
    if not asked:
        return frozenset()
    wanted: dict[str, set[str]] = {}
    for account, number in asked:
        wanted.setdefault(account, set()).add(proper(number))
    found = {
        (account, number)
        for account, theirs in wanted.items()  # one account at a time: only so the index of both is used
        for number in connection.execute(_AMONG, {"of": account, "numbers": sorted(theirs)}).scalars()
    }
    return frozenset(pair for pair in asked if (pair[0], proper(pair[1])) in found)


_AMONG: Final = sa.select(OPTOUTS.c.number).where(
    OPTOUTS.c.account == sa.bindparam("of"), OPTOUTS.c.number.in_(sa.bindparam("numbers", expanding=True))
)


_KEY: Final = sa.tuple_(OPTOUTS.c.account, OPTOUTS.c.number)


def page(
    store: Store, account: str | None = None, *, after: tuple[str, str] = ("", ""), limit: int = PAGE
) -> list[sa.Row[Any]]:
    """The rows of `optouts` behind an account and a number, by account and number.

    Of one `account` only, `after` must be of it too.
    """
    behind = sa.tuple_(*after) < _KEY
    if account is not None:  # this way the index of both columns is used whole
        behind = (OPTOUTS.c.account == account) & (OPTOUTS.c.number > after[1])
    query = sa.select(OPTOUTS).where(behind).order_by(OPTOUTS.c.account, OPTOUTS.c.number).limit(limit)
    with store.read() as connection:
        return list(connection.execute(query))


def numbers(store: Store, account: str | None = None) -> Iterator[sa.Row[Any]]:
    """Every row, a page at a time: whoever reads slowly holds no transaction open."""
    after = ("", "")
    while rows := page(store, account, after=after):
        yield from rows
        after = (rows[-1].account, rows[-1].number)


_NUMBER: Final = re.compile(r"[1-9][0-9]{5,19}")  # also the ids of Messenger
_SEPARATORS: Final = re.compile(r"[\s().\-/]+")
_REMEMBERED: Final = 7 * 86_400.0  # Picky Assist repeats for some hours
_REMEMBERED_WITHOUT_ID: Final = 600.0


def hear(connection: sa.Connection, account: str, row: Mapping[str, Any], *, words: Words, now: float) -> str | None:
    """Do what an inbound message asks for: "out", "in", or None where it asks for neither or was heard before.

    `row` has `number`, `text`, `unique_id` and a button's `payload`. The whole text must be the word. A delivery that
    is repeated changes nothing, so that an old STOP does not undo a later START.
    """
    told = {key: str(row.get(key) or "") for key in ("number", "text", "payload", "unique_id")}
    number, said = _digits(told["number"]), asks(row, words)
    if number is None or said is None:
        return None
    _take_turn(connection)
    if not _is_new(connection, account, told, now):
        return None
    if said.way == "out":
        add(connection, account, number, via="message", word=said.word, now=now)
    else:
        remove(connection, account, number)
    return said.way


def asks(row: Mapping[str, Any], words: Words) -> Said | None:
    """What an inbound message asks for, if anything; a button's payload goes before its text."""
    return words.meaning(str(row.get("payload") or "")) or words.meaning(str(row.get("text") or ""))


def _digits(text: str) -> str | None:
    """The number; None for a contact's name or a group, which phone automation gives instead."""
    digits = _SEPARATORS.sub("", text[:60]).removeprefix("+").removeprefix("00")
    return digits if _NUMBER.fullmatch(digits) else None


def _is_new(connection: sa.Connection, account: str, told: Mapping[str, str], now: float) -> bool:
    """Whether this delivery was not heard before; it is from now on."""
    identity = told["unique_id"]
    same = (identity,) if identity else (told["number"], told["text"], told["payload"])
    digest = hashlib.sha256(repr(same).encode()).hexdigest()  # repr keeps ("12", "3") apart from ("1", "23")
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    key = insert(DEDUPE).values(
        hook=f"@inbound/{account}", digest=digest, event_id="",
        expires_at=now + (_REMEMBERED if identity else _REMEMBERED_WITHOUT_ID),
    )  # fmt: skip
    unless_heard = key.on_conflict_do_update(
        index_elements=["hook", "digest"],
        set_={"expires_at": key.excluded.expires_at},
        where=DEDUPE.c.expires_at <= now,
    )
    return connection.execute(unless_heard.returning(DEDUPE.c.digest)).first() is not None
