"""A search as conditions on rows: branches that an index answers each, and the scan that none does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery.search import Search
from adapter.delivery.search_words import Understood
from adapter.store.tables import (
    ATTEMPTS,
    BUSY,
    EVENTS,
    MADE_NOTHING,
    MESSAGES,
    OWN_REFERENCE,
    PUSHES,
    STOPPED,
    STRAIGHT,
)

Condition = sa.ColumnElement[bool]
_STRAIGHT: Final = ("accepted", "submitted", "delivered", "read")
_BUSY: Final = ("queued", "sending")


@dataclasses.dataclass(frozen=True, slots=True)
class Sought:
    """Where to look: a table, its time, and what a search means there.

    `branches`: alternatives, each with an index of its own; none where only a scan can tell. They are told whether the
    store is SQLite, which uses a partial index only where its words are repeated; PostgreSQL would count them twice.
    `scan`: what a row must fulfil that no index finds; empty where no words are searched.
    """

    table: sa.Table
    at: sa.ColumnElement[float]
    branches: Callable[[Search, bool], list[list[Condition]]]
    scan: Callable[[Search], list[Condition]]


def _message_branches(search: Search, is_sqlite: bool) -> list[list[Condition]]:
    sought = search.understood()
    common = _message_filters(search)
    if search.q:
        states = [MESSAGES.c.status.in_(search.states)] if search.states else []
        return [[*common, *states, one] for one in _message_identities(sought)]
    if search.states:
        return [[*common, *_message_status(state, is_sqlite)] for state in search.states]
    return [common]


def _message_filters(search: Search) -> list[Condition]:
    asked = {"destination": search.destination, "hook": search.hook, "account": search.account}
    return [MESSAGES.c[name] == value for name, value in asked.items() if value]


def of_few(search: Search) -> tuple[list[Condition], list[list[Condition]]]:
    """The hook and account alone, and the branch to use where they have few messages; SQLite cannot know how many.

    The state is written so that no index of states is used. Without a state, or without any of the two, nothing.
    """
    named = [MESSAGES.c[name] == value for name, value in (("hook", search.hook), ("account", search.account)) if value]
    if search.q or not search.states or not named:
        return [], []
    state = (MESSAGES.c.status + sa.literal_column("''")).in_(search.states)
    return named, [[*_message_filters(search), state]]


def _message_status(state: str, is_sqlite: bool) -> list[Condition]:
    """The messages in this state, so that the partial index that holds it is used."""
    exactly = MESSAGES.c.status == sa.literal_column(f"'{state}'")  # with IN PostgreSQL would sort what it found
    if not is_sqlite:
        return [exactly]
    if state in _BUSY:  # SQLite takes that index only where its first column is asked for
        busy = sa.select(MESSAGES.c.seq).where(BUSY, exactly, MESSAGES.c.number >= "")
        return [MESSAGES.c.seq.in_(busy), exactly]
    return [STRAIGHT if state in _STRAIGHT else STOPPED, exactly]


def _message_identities(sought: Understood) -> list[Condition]:
    """What an index finds of the text that was typed."""
    found: list[Condition] = []
    if sought.event:
        found.append(MESSAGES.c.event_id == sought.event)
    if sought.message:
        found.append(MESSAGES.c.id == sought.message)
    if sought.numbers:
        found.append(MESSAGES.c.number.in_(sought.numbers))
    if sought.token:
        in_push = sa.select(ATTEMPTS.c.message_id).join(PUSHES, PUSHES.c.id == ATTEMPTS.c.push)
        attempt = sa.select(ATTEMPTS.c.message_id).where(ATTEMPTS.c.msg_id == sought.token)
        found += [
            OWN_REFERENCE & (MESSAGES.c.reference == sought.token),
            MESSAGES.c.id.in_(in_push.where(PUSHES.c.push_id == sought.token)),
            MESSAGES.c.id.in_(attempt),
        ]
    return found


MESSAGE_TEXT: Final = sa.func.coalesce(
    MESSAGES.c.item["message"].as_string(), MESSAGES.c.head["globalmessage"].as_string(), ""
)
"""What the recipient reads; empty for a template."""


def _message_scan(search: Search) -> list[Condition]:
    sought = search.understood()
    if not sought.words:
        return []
    states = [MESSAGES.c.status.in_(search.states)] if search.states else []
    said = sa.and_(*[contains(MESSAGE_TEXT, word) for word in sought.words])
    if sought.ending:
        said |= MESSAGES.c.number.like(f"%{sought.ending}")
    return [*_message_filters(search), *states, said]


def contains(column: sa.ColumnElement[Any], word: str) -> Condition:
    """The word is in it, whatever its case; SQLite knows that of ASCII letters only, so the usual ones are tried."""
    if word.isascii():
        return column.icontains(word, autoescape=True)
    spelt = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return sa.or_(*[column.icontains(one, autoescape=True) for one in spelt])


MESSAGES_SOUGHT: Final = Sought(MESSAGES, MESSAGES.c.created_at, _message_branches, _message_scan)


def _event_branches(search: Search, _is_sqlite: bool) -> list[list[Condition]]:
    sought = search.understood()
    common = _event_filters(search)
    states = _event_status(search.states)
    if search.q:
        return [[*common, *states, one] for one in _event_identities(sought)]
    if search.states and set(search.states) <= set(_ALONE):
        return [[*common, MADE_NOTHING, _event_is(state)] for state in search.states]
    return [[*common, *states]]


_ALONE: Final = ("ignored", "rejected")


def _event_is(state: str) -> Condition:
    return EVENTS.c.status == sa.literal_column(f"'{state}'")


def _event_filters(search: Search) -> list[Condition]:
    asked = {"destination": search.destination, "hook": search.hook}
    found: list[Condition] = [EVENTS.c[name] == value for name, value in asked.items() if value]
    if search.account:
        found.append(EVENTS.c.id.in_(sa.select(MESSAGES.c.event_id).where(MESSAGES.c.account == search.account)))
    return found


def _event_status(states: Sequence[str]) -> list[Condition]:
    """An event's own states; a state that only messages have means events with such a message."""
    own = [state for state in states if state in {*_ALONE, "queued"}]
    theirs = [state for state in states if state not in {*_ALONE, "queued", "duplicate"}]
    found: list[Condition] = [EVENTS.c.status.in_(own)] if own else []
    if "duplicate" in states:
        found.append(EVENTS.c.duplicates > 0)
    if theirs:
        mine = sa.select(MESSAGES.c.seq).where(MESSAGES.c.event_id == EVENTS.c.id, MESSAGES.c.status.in_(theirs))
        found.append(mine.exists())
    return [sa.or_(*found)] if found else []


def _event_identities(sought: Understood) -> list[Condition]:
    if sought.event:
        return [EVENTS.c.id == sought.event]
    if sought.message:
        return [EVENTS.c.id == sought.message.partition("-")[0]]
    return [EVENTS.c.id.in_(sa.select(MESSAGES.c.event_id).where(one)) for one in _message_identities(sought)]


def _event_scan(search: Search) -> list[Condition]:
    """Words are looked for in what the hook read, and in what was said about it."""
    sought = search.understood()
    if not sought.words:
        return []
    text = sa.func.coalesce(sa.cast(EVENTS.c.fields, sa.Text), "") + sa.func.coalesce(EVENTS.c.reason, "")
    return [*_event_filters(search), *_event_status(search.states), *[contains(text, one) for one in sought.words]]


EVENTS_SOUGHT: Final = Sought(EVENTS, EVENTS.c.received_at, _event_branches, _event_scan)
